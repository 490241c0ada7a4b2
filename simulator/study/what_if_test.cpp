// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/study/what_if.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "simulator/study/study_fixture.h"

namespace tenfold::study {
namespace {

const Alternative* of(const WhatIf& w, const std::string& mechanism, const std::string& value) {
    const auto it = std::find_if(
        w.alternatives.begin(), w.alternatives.end(),
        [&](const Alternative& a) { return a.mechanism == mechanism && a.value == value; });
    return it == w.alternatives.end() ? nullptr : &*it;
}

TEST(WhatIf, EveryPositionOfEverySwitchIsAnswered) {
    const auto s = shippedScenario("first-minute", 10'000);
    const auto w = whatIf(s, mechanisms::catalogue(), shippedInputs());
    std::size_t positions = 0;
    for (const auto& spec : mechanisms::catalogue().specs()) positions += spec.values.size() - 1;
    EXPECT_EQ(w.alternatives.size(), positions);

    const auto* indexes = of(w, "indexes", "on");
    ASSERT_TRUE(indexes);
    EXPECT_TRUE(indexes->isClear);
    EXPECT_LT(indexes->p99Ratio.high, 0.5);
    EXPECT_NE(indexes->words.find("instead of"), std::string::npos);

    // Nobody is near the limit of a user: the switch changes nothing, and the twin says so.
    const auto* limit = of(w, "rate_limiting", "off");
    ASSERT_TRUE(limit);
    EXPECT_FALSE(limit->isClear);
    EXPECT_EQ(limit->words, "no clear difference");
}

TEST(WhatIf, TheOrderOfThreadsDoesNotShow) {
    const auto s = shippedScenario("sound", 10'000);
    const auto one = whatIf(s, mechanisms::catalogue(), shippedInputs(), {}, 1);
    const auto two = whatIf(s, mechanisms::catalogue(), shippedInputs(), {}, 2);
    ASSERT_EQ(one.alternatives.size(), two.alternatives.size());
    for (std::size_t i = 0; i < one.alternatives.size(); ++i) {
        EXPECT_EQ(one.alternatives[i].value, two.alternatives[i].value);
        EXPECT_EQ(one.alternatives[i].p99Ratio.value, two.alternatives[i].p99Ratio.value);
    }
}

TEST(WhatIf, OneThatIsCancelledEndsWithWhatItHas) {
    std::atomic<bool> isCancelled{false};
    int told = 0;
    const auto w = whatIf(
        shippedScenario("sound", 10'000), mechanisms::catalogue(), shippedInputs(), {}, 1,
        [&](const Alternative&) {
            if (++told == 3) isCancelled = true;
        },
        &isCancelled);
    EXPECT_EQ(w.alternatives.size(), 3u);
}

}  // namespace
}  // namespace tenfold::study
