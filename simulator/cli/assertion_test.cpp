// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/cli/assertion.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

using namespace tenfold;  // NOLINT: a test

TEST(Assertion, ReadsTimesSharesAndCounts) {
    scenario::Problems none;
    EXPECT_EQ(cli::parseAssertion("p99<1.5s", none).value, 1500);
    EXPECT_EQ(cli::parseAssertion("p50<=300ms", none).op, "<=");
    EXPECT_DOUBLE_EQ(cli::parseAssertion("failed<=0.1%", none).value, 0.001);
    EXPECT_EQ(cli::parseAssertion("statements_per_request<=3", none).field,
              "statements_per_request");
    EXPECT_TRUE(none.empty()) << none.joined();
}

TEST(Assertion, RefusesWhatItCannotMean) {
    scenario::Problems problems;
    for (const char* bad : {"p99", "p98<3ms", "p99<3", "p99=3ms", "failed<2ms", "samples>many",
                            "p99<nanms", "samples<inf"})
        cli::parseAssertion(bad, problems);
    EXPECT_EQ(problems.messages().size(), 8u) << problems.joined();
}

TEST(Assertion, AMissingFigureDoesNotHold) {
    scenario::Problems none;
    const auto a = cli::parseAssertion("p99<300ms", none);
    std::string found;
    EXPECT_TRUE(cli::holds(a, {{"p99_ms", 299.0}}, found));
    EXPECT_FALSE(cli::holds(a, {{"p99_ms", 300.0}}, found));
    EXPECT_FALSE(cli::holds(a, {{"p99_ms", nullptr}}, found));
    EXPECT_EQ(found, "no figure");
}
