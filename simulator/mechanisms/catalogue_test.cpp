// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/mechanisms/catalogue.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

using namespace tenfold;  // NOLINT: a test

TEST(Catalogue, EverySpecIsCompleteAndItsDefaultsAreAllowed) {
    std::set<std::string> ids;
    for (const auto& spec : mechanisms::catalogue().specs()) {
        SCOPED_TRACE(spec.id);
        EXPECT_TRUE(ids.insert(spec.id).second);
        EXPECT_GE(spec.values.size(), 2u);
        EXPECT_FALSE(spec.title.empty() || spec.question.empty() || spec.gain.empty());
        EXPECT_FALSE(spec.price.empty()) << "every mechanism has a price";
        EXPECT_FALSE(spec.counts.empty());
        EXPECT_NE(scenario::findValue(spec, spec.sound), nullptr);
        // What moves every figure that was taken of `sound`, or needs clients that try again, is
        // off there.
        EXPECT_TRUE(spec.sound != spec.values.front().id || spec.id == "cdn" ||
                    spec.id == "idempotency")
            << "sound has it switched on";
        for (const auto& p : spec.parameters) {
            EXPECT_LE(p.minimum, p.initial) << p.id;
            EXPECT_LE(p.initial, p.maximum) << p.id;
            EXPECT_FALSE(p.help.empty()) << p.id;
        }
    }
}

TEST(Catalogue, EveryMechanismHasACardWithItsSections) {
    for (const auto& spec : mechanisms::catalogue().specs()) {
        std::ifstream in(std::filesystem::path(TENFOLD_SOURCE_DIR) / "simulator/mechanisms" /
                         spec.id / "card.md");
        std::stringstream text;
        text << in.rdbuf();
        for (const char* heading : {"## What it is", "## When it hurts", "## Its price",
                                    "## Formula", "## Validation", "## Sources"})
            EXPECT_NE(text.str().find(heading), std::string::npos) << spec.id << ": " << heading;
    }
}
