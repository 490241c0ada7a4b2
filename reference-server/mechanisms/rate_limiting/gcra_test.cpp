// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/mechanisms/rate_limiting/gcra.h"

#include <gtest/gtest.h>

#include <vector>

#include "simulator/random/stream.h"

using tenfold::mechanisms::Gcra;
using tenfold::random::Stream;

namespace {
constexpr std::int64_t kSecond = 1'000'000'000;
}

TEST(Gcra, NeverAdmitsMoreThanBurstPlusRateTimesTimeInAnyWindow) {
    for (const std::uint64_t seed : {1u, 2u, 3u, 4u, 5u}) {
        Stream s(seed, "gcra");
        const double rate = 1 + s.uniform() * 50;
        const double burst = 1 + static_cast<double>(s.uniformInt(40));
        Gcra limiter(rate, burst);
        std::vector<std::int64_t> admitted;
        std::int64_t now = 0;
        for (int i = 0; i < 3000; ++i) {
            now +=
                static_cast<std::int64_t>(s.exponential(s.uniform() < 0.1 ? 1.0 : 0.005) * kSecond);
            if (limiter.admit("a", now).isAdmitted) admitted.push_back(now);
        }
        for (std::size_t i = 0; i < admitted.size(); ++i)
            for (std::size_t j = i; j < admitted.size(); ++j) {
                const double t = static_cast<double>(admitted[j] - admitted[i]) / kSecond;
                EXPECT_LE(static_cast<double>(j - i + 1), burst + rate * t + 1e-6);
            }
    }
}

TEST(Gcra, ASteadyClientAtTheRateIsNeverRefusedAndTheWholeBurstIsUsable) {
    Gcra limiter(10, 5);
    for (int i = 0; i < 100; ++i) EXPECT_TRUE(limiter.admit("steady", i * kSecond / 10).isAdmitted);
    int admitted = 0;
    for (int i = 0; i < 20; ++i) admitted += limiter.admit("flood", 0).isAdmitted;
    EXPECT_EQ(admitted, 5);
}

TEST(Gcra, WhoWaitsAsLongAsToldIsAdmittedAndNotSooner) {
    Gcra limiter(3, 2);
    limiter.admit("a", 0);
    limiter.admit("a", 0);
    const auto refused = limiter.admit("a", 0);
    ASSERT_FALSE(refused.isAdmitted);
    EXPECT_FALSE(limiter.admit("a", refused.retryAfterNs - 2).isAdmitted);
    EXPECT_TRUE(limiter.admit("a", refused.retryAfterNs).isAdmitted);
}

TEST(Gcra, RemainingIsWhatWouldStillBeAdmitted) {
    Gcra limiter(1, 10);
    const auto first = limiter.admit("a", 0);
    EXPECT_EQ(first.remaining, 9);
    int more = 0;
    while (limiter.admit("a", 0).isAdmitted) ++more;
    EXPECT_EQ(more, 9);
}

TEST(Gcra, TheTableIsBounded) {
    Gcra limiter(1, 1);
    for (std::size_t i = 0; i < Gcra::kMaxKeys + 500; ++i) limiter.admit(std::to_string(i), 0);
    EXPECT_EQ(limiter.keys(), Gcra::kMaxKeys);
    EXPECT_FALSE(limiter.admit(std::to_string(Gcra::kMaxKeys + 499), 0).isAdmitted);
}
