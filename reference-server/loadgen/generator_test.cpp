// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/loadgen/generator.h"

#include <gtest/gtest.h>

#include "reference-server/loadgen/test_server.h"
#include "simulator/load/endpoints.h"

using namespace tenfold;  // NOLINT: a test
using loadgen::Generator;
using loadgen::ResultBook;
using measure::Outcome;
using Server = test::Server;
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

struct Result {
    measure::ClientCounts users;
    measure::ClientCounts abuser;
    std::uint64_t offered = 0;
    std::uint64_t ended = 0;
};

Result runAgainst(const tcp::endpoint& target, double rateHz, std::chrono::milliseconds time,
                  double timeoutMs = 5000, int maxConnections = 4096, double abuserHz = 0,
                  const std::function<void()>& meanwhile = {}) {
    asio::io_context io{1};
    ResultBook book(measure::SlotClock{measure::monotonicNow()});
    Generator::Settings s;
    s.targets = {target};
    s.host = "test";
    s.clientTimeoutMs = timeoutMs;
    s.maxConnections = maxConnections;
    Generator g(io, s, book);
    g.setRate(rateHz, abuserHz);
    if (meanwhile) meanwhile();
    io.run_for(time);
    bool isDrained = false;
    g.drain([&] { isDrained = true; });
    while (!isDrained && io.run_one_for(std::chrono::seconds(10)) > 0) {
    }
    EXPECT_EQ(g.inFlight(), 0);
    const auto all = book.take(INT64_MAX / 2).total();
    return {all.users, all.abuser, book.totalOffered(), book.totalEnded()};
}

}  // namespace

TEST(Generator, EverythingOfferedEndsInExactlyOneOutcomeWhateverTheServerDoes) {
    Server server([](int n) {
        constexpr Server::What kinds[] = {Server::What::answer,      Server::What::tooMany,
                                          Server::What::serverError, Server::What::closeAfter,
                                          Server::What::silence,     Server::What::closeAtOnce};
        return kinds[n % 6];
    });
    const auto r = runAgainst(server.endpoint(), 600, std::chrono::milliseconds(800), 400);
    EXPECT_GT(r.offered, 300u);
    EXPECT_EQ(r.offered, r.ended);
    EXPECT_EQ(r.users.offered, r.users.ended());
    for (const auto o : {Outcome::ok, Outcome::rateLimited, Outcome::serverError, Outcome::timeout})
        EXPECT_GT(r.users.of(o), 0u) << measure::toString(o);
    // Shown latency: answers that are ok, and what stands at a limit.
    EXPECT_EQ(r.users.response.count(), r.users.of(Outcome::ok) + r.users.censored());
}

TEST(Generator, AServerThatIsNotThereIsRefusedNotForgotten) {
    tcp::endpoint gone;
    {
        Server server([](int) { return Server::What::answer; });
        gone = server.endpoint();
    }
    const auto r = runAgainst(gone, 200, std::chrono::milliseconds(300));
    EXPECT_EQ(r.users.of(Outcome::refused), r.users.offered);
}

TEST(Generator, WhatTheServersStallHeldUpIsMeasuredFromWhenItWasDue) {
    Server server([](int) { return Server::What::answer; });
    const auto r = runAgainst(server.endpoint(), 400, std::chrono::milliseconds(1500), 5000, 4096,
                              0, [&] { server.stallFor(std::chrono::milliseconds(500)); });
    // Arrivals of the half second waited 250 ms on average; a closed loop would show one slow
    // request for each connection.
    const auto held = r.users.response.countAboveMs(100);
    EXPECT_GT(held, 100u);
    EXPECT_EQ(r.users.of(Outcome::ok), r.users.offered);
}

TEST(Generator, WithoutRoomRequestsWaitInOneLineAndBeyondItsBoundAreCountedAsNotSent) {
    Server server([](int) { return Server::What::silence; });
    const auto r = runAgainst(server.endpoint(), 20'000, std::chrono::milliseconds(600), 300, 4);
    EXPECT_EQ(r.users.offered, r.users.ended());
    EXPECT_EQ(r.users.of(Outcome::ok), 0u);
    EXPECT_EQ(r.users.of(Outcome::timeout) + r.users.of(Outcome::notSent), r.users.offered);
}

TEST(Generator, WhatFailsOrIsNotAnsweredIsTriedAgainAndEndsOnce) {
    // Of three attempts two fail, each in its own way.
    Server server([](int n) {
        constexpr Server::What kinds[] = {Server::What::closeAtOnce, Server::What::serverError,
                                          Server::What::answer,      Server::What::silence,
                                          Server::What::answer,      Server::What::answer};
        return kinds[n % 6];
    });
    asio::io_context io{1};
    ResultBook book(measure::SlotClock{measure::monotonicNow()});
    Generator::Settings s;
    s.targets = {server.endpoint()};
    s.host = "test";
    s.clientTimeoutMs = 200;
    s.retries = {12, 20};
    Generator g(io, s, book);
    g.setRate(100, 0);
    io.run_for(std::chrono::milliseconds(1000));
    g.setRate(0, 0);
    io.run_for(std::chrono::milliseconds(4000));
    const auto users = book.take(INT64_MAX / 2).total().users;
    EXPECT_EQ(g.inFlight(), 0);
    EXPECT_GT(users.offered, 50u);
    EXPECT_EQ(users.offered, users.ended()) << "offered once, ended once";
    EXPECT_EQ(users.of(Outcome::ok), users.offered);
    EXPECT_GT(users.retries, users.offered / 3);
    EXPECT_EQ(users.sent, users.offered) << "what is sent again is a retry";
}

TEST(Generator, WritesAreNotSentAgainUnasked) {
    // A kept connection that breaks: a read may be sent again (RFC 9110, 9.2.2), an order may not.
    for (const char* id : {"orders.create", "orders.get"}) {
        // A connection of its own for each: it answers once and breaks under the next request.
        Server server(
            [](int n) { return n % 2 ? Server::What::closeAtOnce : Server::What::answer; });
        asio::io_context io{1};
        ResultBook book(measure::SlotClock{measure::monotonicNow()});
        Generator::Settings s;
        s.targets = {server.endpoint()};
        s.host = "test";
        s.addresses = 1;
        s.maxConnections = 1;  // what is sent again finds a connection that answers
        for (const auto& e : load::endpoints()) s.mix[std::string(e.id)] = e.id == id;
        Generator g(io, s, book);
        g.setRate(50, 0);
        io.run_for(std::chrono::milliseconds(600));
        g.drain([] {});
        io.run_for(std::chrono::milliseconds(200));
        const bool isWrite = std::string(id) == "orders.create";
        EXPECT_EQ(g.reuseRaces() == 0, isWrite) << id;
        EXPECT_EQ(book.take(INT64_MAX / 2).total().users.of(Outcome::refused) > 0, isWrite) << id;
    }
}

TEST(Generator, TheAbuserIsBookedApart) {
    Server server([](int) { return Server::What::tooMany; });
    const auto r =
        runAgainst(server.endpoint(), 100, std::chrono::milliseconds(500), 5000, 4096, 300);
    EXPECT_GT(r.abuser.offered, 80u);
    EXPECT_EQ(r.abuser.of(Outcome::rateLimited), r.abuser.offered);
    EXPECT_GT(r.users.offered, 20u);
}

TEST(ResultBook, OfferedGoesByDueSlotOutcomesByTheSlotTheyEndedIn) {
    ResultBook book(measure::SlotClock{0});
    constexpr std::int64_t kSlot = measure::SlotClock::kSlotNs;
    book.offered(0, loadgen::Audience::users, kSlot / 2);
    book.ended({0, loadgen::Audience::users, Outcome::ok, 300, 300, 10, {}}, kSlot + 5);
    const auto first = book.take(0).total().users;
    EXPECT_EQ(first.offered, 1u);
    EXPECT_EQ(first.ended(), 0u);
    EXPECT_EQ(book.take(1).total().users.of(Outcome::ok), 1u);
    // What is booked into a slot that is gone counts in the next one.
    book.offered(0, loadgen::Audience::users, kSlot / 2);
    EXPECT_EQ(book.take(2).total().users.offered, 1u);
}
