// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/hardware/edge_store.h"

#include <gtest/gtest.h>

#include <string>

using tenfold::hardware::EdgeStore;

namespace {

using Store = EdgeStore<std::string, std::string, int>;
using Way = Store::Way;

/// Fresh from 0 to 10, to be served beyond that until 15; the clock is the test's.
constexpr Store::Lifetime kTen{10, 15};

Store::FlightId ask(Store& store, const std::string& key, std::int64_t now) {
    const auto found = store.look(key, now);
    EXPECT_EQ(found.way, Way::ask) << key;
    return found.flight;
}
void keep(Store& store, const std::string& key, const std::string& answer, std::size_t bytes = 100,
          Store::Lifetime life = kTen, std::int64_t now = 0) {
    store.landed(ask(store, key, now), key, answer, bytes, life, now);
}

}  // namespace

TEST(EdgeStore, AnswersUntilTheTimeIsUpAndThenAsksWithWhatItHas) {
    Store store(1000);
    keep(store, "a", "one", 100, {10, 10});
    auto found = store.look("a", 9);
    EXPECT_EQ(found.way, Way::hit);
    EXPECT_EQ(found.answer, "one");
    EXPECT_FALSE(found.isStale);
    found = store.look("a", 10);
    EXPECT_EQ(found.way, Way::ask);
    EXPECT_EQ(found.answer, "one") << "for If-None-Match";
}

TEST(EdgeStore, WhileItIsAskedAnewTheOldAnswerIsServedAndOneAsksOnly) {
    Store store(1000);
    keep(store, "a", "one");
    const auto first = store.look("a", 12);
    EXPECT_EQ(first.way, Way::hit);
    EXPECT_TRUE(first.isStale);
    EXPECT_NE(first.flight, Store::kNoFlight);
    const auto second = store.look("a", 13);
    EXPECT_TRUE(second.isStale);
    EXPECT_EQ(second.flight, Store::kNoFlight);
    store.landed(first.flight, "a", "two", 100, {30, 30}, 14);
    EXPECT_EQ(store.look("a", 20).answer, "two");
    EXPECT_FALSE(store.look("a", 20).isStale);
}

TEST(EdgeStore, BeyondThatNobodyIsServedWhatIsOld) {
    Store store(1000);
    keep(store, "a", "one");
    EXPECT_EQ(store.look("a", 15).way, Way::ask);
}

TEST(EdgeStore, WhoComesWhileItIsAskedWaitsForTheSameAnswer) {
    Store store(1000);
    const auto flight = ask(store, "a", 0);
    for (const int waiter : {1, 2, 3}) {
        const auto found = store.look("a", 1);
        ASSERT_EQ(found.way, Way::wait);
        EXPECT_EQ(found.flight, flight);
        store.join(found.flight, waiter);
    }
    EXPECT_EQ(store.look("b", 1).way, Way::ask) << "another key, another flight";
    EXPECT_EQ(store.landed(flight, "a", "one", 100, kTen, 2), (std::vector<int>{1, 2, 3}));
    EXPECT_EQ(store.look("a", 3).way, Way::hit);
}

TEST(EdgeStore, AnAnswerThatIsNotForSharingIsNobodyElses) {
    Store store(1000);
    const auto flight = ask(store, "me", 0);
    store.join(store.look("me", 1).flight, 7);
    EXPECT_EQ(store.lost(flight, 100, 2), std::vector<int>{7});
    EXPECT_EQ(store.look("me", 3).way, Way::pass) << "and nobody waits for such a one again";
    EXPECT_EQ(store.look("me", 3).answer, std::nullopt);
    EXPECT_EQ(store.look("me", 100).way, Way::ask) << "until it may have changed";
}

TEST(EdgeStore, NoAnswerLeavesNoMark) {
    Store store(1000);
    store.lost(ask(store, "a", 0), 0, 1);
    EXPECT_EQ(store.look("a", 2).way, Way::ask);
}

TEST(EdgeStore, AChangeTakesTheAnswerAndTheOneOnItsWay) {
    Store store(1000);
    keep(store, "a", "one");
    store.invalidate("a");
    const auto old = ask(store, "a", 1);
    store.join(store.look("a", 1).flight, 4);
    store.invalidate("a");
    const auto fresh = ask(store, "a", 2);  // who comes after the change does not wait for the old
    EXPECT_NE(old, fresh);
    EXPECT_EQ(store.landed(old, "a", "one", 100, kTen, 3), std::vector<int>{4});
    EXPECT_EQ(store.look("a", 4).way, Way::wait) << "and it is not kept";
    store.landed(fresh, "a", "two", 100, kTen, 5);
    EXPECT_EQ(store.look("a", 6).answer, "two");
}

TEST(EdgeStore, HoldsSoManyBytesAndDropsWhatWasUsedLongestAgo) {
    Store store(300);
    keep(store, "a", "1");
    keep(store, "b", "2");
    keep(store, "c", "3");
    EXPECT_EQ(store.bytes(), 300u);
    EXPECT_EQ(store.look("a", 1).way, Way::hit);
    keep(store, "d", "4", 150);
    EXPECT_EQ(store.bytes(), 250u);
    EXPECT_EQ(store.evictions(), 2u);
    EXPECT_EQ(store.look("a", 1).way, Way::hit);
    EXPECT_EQ(store.look("b", 1).way, Way::ask);
    keep(store, "e", "5", 301);
    EXPECT_EQ(store.look("e", 1).way, Way::ask) << "larger than everything";
    EXPECT_EQ(store.look("a", 1).way, Way::hit) << "and nothing had to go for it";
    store.setCapacity(160);
    EXPECT_LE(store.bytes(), 160u);
}

TEST(EdgeStore, WhoWantsItFromTheOriginGetsItFromThere) {
    Store store(1000);
    keep(store, "a", "one");
    const auto found = store.look("a", 1, true);
    EXPECT_EQ(found.way, Way::ask);
    EXPECT_EQ(found.answer, "one");
}

TEST(EdgeStore, StartedAnewItHasNothingAndKeepsNothingOfBefore) {
    Store store(1000);
    keep(store, "a", "one");
    const auto flight = ask(store, "b", 0);
    store.clear();
    EXPECT_EQ(store.entries() + store.bytes(), 0u);
    store.landed(flight, "b", "one", 100, kTen, 1);
    EXPECT_EQ(store.look("b", 2).way, Way::ask);
}
