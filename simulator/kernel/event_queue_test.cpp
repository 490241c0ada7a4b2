// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/kernel/event_queue.h"

#include <gtest/gtest.h>

#include <map>
#include <utility>
#include <vector>

#include "simulator/random/stream.h"

using tenfold::kernel::EventQueue;
using tenfold::kernel::Nanos;

namespace {
struct Event {
    std::uint64_t number;
};
}  // namespace

TEST(EventQueue, GivesEventsInOrderOfTimeAndThenOfInsertion) {
    EventQueue<Event> q;
    EXPECT_TRUE(q.empty());
    q.push(5, {0});
    q.push(-3, {1});
    q.push(5, {2});
    q.push(0, {3});
    q.push(5, {4});
    EXPECT_EQ(q.size(), 5u);
    EXPECT_EQ(q.nextAt(), -3);
    std::vector<std::pair<Nanos, std::uint64_t>> seen;
    while (!q.empty()) {
        Nanos at = 0;
        const auto e = q.pop(at);
        seen.emplace_back(at, e.number);
    }
    EXPECT_EQ(seen, (std::vector<std::pair<Nanos, std::uint64_t>>{
                        {-3, 1}, {0, 3}, {5, 0}, {5, 2}, {5, 4}}));
}

/// Against a multimap, which keeps equal keys in order of insertion: pushes and pops in every
/// mixture, with many ties, from empty to thousands and back.
TEST(EventQueue, AgreesWithASortedMapUnderAnyMixtureOfPushAndPop) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        tenfold::random::Stream s(seed, "queue");
        EventQueue<Event> q;
        std::multimap<Nanos, std::uint64_t> model;
        Nanos now = 0;
        for (std::uint64_t i = 0; i < 20'000; ++i) {
            const bool isGrowing = i % 4'000 < 2'000;
            if (model.empty() || s.uniform() < (isGrowing ? 0.7 : 0.3)) {
                const Nanos at = now + static_cast<Nanos>(s.uniformInt(seed % 2 ? 50 : 1'000'000));
                q.push(at, {i});
                model.emplace(at, i);
            } else {
                ASSERT_EQ(q.nextAt(), model.begin()->first);
                const auto e = q.pop(now);
                ASSERT_EQ(now, model.begin()->first);
                ASSERT_EQ(e.number, model.begin()->second);
                model.erase(model.begin());
            }
            ASSERT_EQ(q.size(), model.size());
        }
    }
}

TEST(EventQueue, IsEmptyAfterClearAndWorksAgain) {
    EventQueue<Event> q;
    q.reserve(10);
    for (std::uint64_t i = 0; i < 10; ++i) q.push(static_cast<Nanos>(i), {i});
    Nanos at = 0;
    q.pop(at);
    q.clear();
    EXPECT_TRUE(q.empty());
    q.push(7, {70});
    EXPECT_EQ(q.nextAt(), 7);
    EXPECT_EQ(q.pop(at).number, 70u);
    EXPECT_TRUE(q.empty());
}

TEST(EventQueue, TwoSideBySideDoNotDisturbEachOther) {
    EventQueue<Event> a, b;
    for (std::uint64_t i = 0; i < 100; ++i) {
        a.push(static_cast<Nanos>(100 - i), {i});
        b.push(static_cast<Nanos>(i), {i});
    }
    for (std::uint64_t i = 0; i < 100; ++i) {
        Nanos at = 0;
        EXPECT_EQ(a.pop(at).number, 99 - i);
        EXPECT_EQ(b.pop(at).number, i);
    }
}
