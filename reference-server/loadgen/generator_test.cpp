// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/loadgen/generator.h"

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/write.hpp>
#include <thread>

using namespace tenfold;  // NOLINT: a test
using loadgen::Generator;
using loadgen::ResultBook;
using measure::Outcome;
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

/// A server that does what the test wants with the n-th request it reads.
class Server {
   public:
    enum class What { answer, tooMany, serverError, closeAfter, silence, closeAtOnce };
    explicit Server(std::function<What(int)> decide) : m_decide(std::move(decide)) {
        accept();
        m_thread = std::thread([this] { m_io.run(); });
    }
    ~Server() {
        m_io.stop();
        m_thread.join();
    }
    tcp::endpoint endpoint() const { return m_acceptor.local_endpoint(); }
    void stallFor(std::chrono::milliseconds time) {
        asio::post(m_io, [time] { std::this_thread::sleep_for(time); });
    }

   private:
    struct Peer {
        explicit Peer(tcp::socket s) : socket(std::move(s)) {}
        tcp::socket socket;
        std::array<char, 8192> buffer{};
        std::string input;
    };
    void accept() {
        m_acceptor.async_accept([this](boost::system::error_code e, tcp::socket s) {
            if (e) return;
            read(std::make_shared<Peer>(std::move(s)));
            accept();
        });
    }
    void read(const std::shared_ptr<Peer>& p) {
        p->socket.async_read_some(asio::buffer(p->buffer), [this, p](boost::system::error_code e, std::size_t n) {
            if (e) return;
            p->input.append(p->buffer.data(), n);
            const auto end = p->input.find("\r\n\r\n");
            if (end == std::string::npos) return read(p);
            p->input.erase(0, end + 4);
            answer(p, m_decide(m_requests++));
        });
    }
    void answer(const std::shared_ptr<Peer>& p, What what) {
        if (what == What::silence) {
            m_silent.push_back(p);
            return;
        }
        if (what == What::closeAtOnce) return;
        const char* status = what == What::tooMany       ? "429 Too Many Requests"
                             : what == What::serverError ? "503 Service Unavailable"
                                                         : "200 OK";
        const auto text = std::make_shared<std::string>(
            std::string("HTTP/1.1 ") + status + "\r\nContent-Length: 2\r\n" +
            (what == What::closeAfter ? "Connection: close\r\n" : "") + "\r\nok");
        asio::async_write(p->socket, asio::buffer(*text),
                          [this, p, text, what](boost::system::error_code e, std::size_t) {
                              if (!e && what != What::closeAfter) read(p);
                          });
    }

    std::function<What(int)> m_decide;
    asio::io_context m_io{1};
    tcp::acceptor m_acceptor{m_io, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
    std::vector<std::shared_ptr<Peer>> m_silent;
    int m_requests = 0;
    std::thread m_thread;
};

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
    s.target = target;
    s.host = "test";
    s.tokenKey = "key";
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
        constexpr Server::What kinds[] = {Server::What::answer,     Server::What::tooMany,
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
    const auto r = runAgainst(server.endpoint(), 400, std::chrono::milliseconds(1500), 5000, 4096, 0,
                              [&] { server.stallFor(std::chrono::milliseconds(500)); });
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

TEST(Generator, TheAbuserIsBookedApart) {
    Server server([](int) { return Server::What::tooMany; });
    const auto r = runAgainst(server.endpoint(), 100, std::chrono::milliseconds(500), 5000, 4096, 300);
    EXPECT_GT(r.abuser.offered, 80u);
    EXPECT_EQ(r.abuser.of(Outcome::rateLimited), r.abuser.offered);
    EXPECT_GT(r.users.offered, 20u);
}

TEST(ResultBook, OfferedGoesByDueSlotOutcomesByTheSlotTheyEndedIn) {
    ResultBook book(measure::SlotClock{0});
    constexpr std::int64_t kSlot = measure::SlotClock::kSlotNs;
    book.offered(0, loadgen::Audience::users, kSlot / 2);
    book.ended({0, loadgen::Audience::users, Outcome::ok, 300, 300, 10}, kSlot + 5);
    const auto first = book.take(0).total().users;
    EXPECT_EQ(first.offered, 1u);
    EXPECT_EQ(first.ended(), 0u);
    EXPECT_EQ(book.take(1).total().users.of(Outcome::ok), 1u);
    // What is booked into a slot that is gone counts in the next one.
    book.offered(0, loadgen::Audience::users, kSlot / 2);
    EXPECT_EQ(book.take(2).total().users.offered, 1u);
}
