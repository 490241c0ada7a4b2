// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/mechanisms/in_process_cache/local_cache.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace tenfold::mechanisms {
namespace {

using namespace std::string_literals;

TEST(LocalCache, GivesAnAnswerUntilItsTimeIsUp) {
    LocalCache cache({10, 100});
    EXPECT_FALSE(cache.find("a", 0));
    cache.store("a", "1", 0);
    EXPECT_EQ(cache.find("a", 99), "1"s);
    EXPECT_FALSE(cache.find("a", 100)) << "reading does not lengthen its life";
    EXPECT_EQ(cache.size(), 0u);
    cache.store("a", "1", 200);
    cache.store("a", "2", 250);
    EXPECT_EQ(cache.find("a", 349), "2"s) << "storing again does";
}

TEST(LocalCache, TheOneUsedLongestAgoMakesRoom) {
    LocalCache cache({2, 1000});
    cache.store("a", "1", 0);
    cache.store("b", "2", 0);
    EXPECT_TRUE(cache.find("a", 1));
    cache.store("c", "3", 2);
    EXPECT_EQ(cache.size(), 2u);
    EXPECT_TRUE(cache.find("a", 3));
    EXPECT_FALSE(cache.find("b", 3));
    EXPECT_TRUE(cache.find("c", 3));
}

TEST(LocalCache, ManyThreadsNeverSeeMoreThanItsBound) {
    LocalCache cache({50, 1'000'000});
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&cache, t] {
            for (int i = 0; i < 5000; ++i) {
                const auto key = std::to_string((i * 7 + t) % 120);
                if (const auto value = cache.find(key, i)) {
                    EXPECT_EQ(*value, key);
                }
                cache.store(key, key, i);
                EXPECT_LE(cache.size(), 50u);
            }
        });
    for (auto& t : threads) t.join();
    EXPECT_EQ(cache.size(), 50u);
}

}  // namespace
}  // namespace tenfold::mechanisms
