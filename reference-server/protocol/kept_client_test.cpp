// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/protocol/kept_client.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <set>

using namespace tenfold;  // NOLINT: a test
using protocol::KeptClient;
using Failure = KeptClient::Failure;
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

/// A server on the client's own loop: it answers, holds back or closes, as a test says.
class Peer {
public:
    enum class Does { answer, hold, closeAtOnce, answerAndClose };

    explicit Peer(asio::io_context& io)
        : m_io(io), m_acceptor(io, {asio::ip::address_v4::loopback(), 0}) {
        accept();
    }
    int port() const { return m_acceptor.local_endpoint().port(); }
    void setDoes(Does does) { m_does = does; }
    int connections() const { return m_connections; }
    int requests() const { return m_requests; }
    int atOnce() const { return m_mostOpen; }
    void release() {
        m_does = Does::answer;
        for (auto& s : std::exchange(m_held, {})) answer(s, false);
    }
    /// As a server that has had enough of idle connections.
    void closeIdle() {
        for (auto& weak : m_all)
            if (const auto s = weak.lock()) s->socket.close();
    }

private:
    struct Session {
        explicit Session(tcp::socket s) : socket(std::move(s)) {}
        tcp::socket socket;
        asio::streambuf buffer;
        std::string out;
    };
    using SessionPtr = std::shared_ptr<Session>;
    void accept() {
        m_acceptor.async_accept([this](boost::system::error_code e, tcp::socket s) {
            if (e) return;
            ++m_connections;
            const auto session = std::make_shared<Session>(std::move(s));
            m_all.push_back(session);
            read(session);
            accept();
        });
    }
    void read(const SessionPtr& s) {
        asio::async_read_until(s->socket, s->buffer, "\r\n\r\n",
                               [this, s](boost::system::error_code e, std::size_t n) {
                                   if (e) return;
                                   s->buffer.consume(n);
                                   ++m_requests;
                                   m_mostOpen = std::max(m_mostOpen, ++m_open);
                                   if (m_does == Does::hold) return m_held.push_back(s);
                                   if (m_does == Does::closeAtOnce) {
                                       --m_open;
                                       s->socket.close();
                                       return;
                                   }
                                   answer(s, m_does == Does::answerAndClose);
                               });
    }
    void answer(const SessionPtr& s, bool closes) {
        --m_open;
        s->out = std::string("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n") +
                 (closes ? "Connection: close\r\n" : "") + "\r\nok";
        asio::async_write(s->socket, asio::buffer(s->out),
                          [this, s, closes](boost::system::error_code e, std::size_t) {
                              if (closes) return s->socket.close();
                              if (!e) read(s);
                          });
    }

    asio::io_context& m_io;
    tcp::acceptor m_acceptor;
    Does m_does = Does::answer;
    std::vector<SessionPtr> m_held;
    std::vector<std::weak_ptr<Session>> m_all;
    int m_connections = 0;
    int m_requests = 0;
    int m_open = 0;
    int m_mostOpen = 0;
};

class KeptClientTest : public testing::Test {
protected:
    void make(KeptClient::Limits limits) {
        m_client = std::make_unique<KeptClient>(m_io, limits);
        m_client->setPort(m_peer.port());
    }
    void ask(int times = 1) {
        for (int i = 0; i < times; ++i) {
            ++m_asked;
            m_client->ask({boost::beast::http::verb::get, "/", 11},
                          [this](KeptClient::Result r) { m_ends.push_back(r.failure); });
        }
    }
    /// Until everybody has been told.
    void runOut() {
        const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        while (m_ends.size() < m_asked && std::chrono::steady_clock::now() < limit)
            m_io.run_one_for(std::chrono::milliseconds(50));
        m_io.poll();
        EXPECT_EQ(m_ends.size(), m_asked);
    }
    std::size_t count(Failure f) const {
        return static_cast<std::size_t>(std::count(m_ends.begin(), m_ends.end(), f));
    }

    asio::io_context m_io{1};
    Peer m_peer{m_io};
    std::unique_ptr<KeptClient> m_client;
    std::vector<Failure> m_ends;
    std::size_t m_asked = 0;
};

}  // namespace

TEST_F(KeptClientTest, OneConnectionAnswersOneAfterTheOther) {
    make({});
    for (int i = 0; i < 20; ++i) {
        ask();
        runOut();
    }
    EXPECT_EQ(count(Failure::none), 20u);
    EXPECT_EQ(m_peer.connections(), 1);
}

TEST_F(KeptClientTest, NoMoreAtOnceThanConnectionsTheRestInLineAndBeyondItTurnedAway) {
    make({.connections = 3, .waiting = 4});
    m_peer.setDoes(Peer::Does::hold);
    ask(10);
    EXPECT_EQ(count(Failure::lineFull), 3u);
    EXPECT_EQ(m_client->open(), 3u);
    EXPECT_EQ(m_client->waiting(), 4u);
    m_io.run_for(std::chrono::milliseconds(100));
    m_peer.release();
    runOut();
    EXPECT_EQ(count(Failure::none), 7u);
    EXPECT_EQ(m_peer.atOnce(), 3);
    EXPECT_EQ(m_peer.connections(), 3);
}

TEST_F(KeptClientTest, WhoIsNotAnsweredInTimeIsToldInLineOrNot) {
    make({.connections = 1, .waiting = 4, .patienceNs = 50'000'000});
    m_peer.setDoes(Peer::Does::hold);
    ask(3);
    runOut();
    EXPECT_EQ(count(Failure::timedOut), 3u);
    EXPECT_EQ(m_client->open(), 0u);
    EXPECT_EQ(m_client->waiting(), 0u);
    // And what comes late disturbs nobody.
    m_peer.setDoes(Peer::Does::answer);
    ask();
    runOut();
    EXPECT_EQ(count(Failure::none), 1u);
}

TEST_F(KeptClientTest, NobodyThereIsSaidAtOnce) {
    make({});
    m_client->setPort(0);
    ask();
    EXPECT_EQ(count(Failure::unreachable), 1u);
    {
        tcp::acceptor gone(m_io, {asio::ip::address_v4::loopback(), 0});
        m_client->setPort(gone.local_endpoint().port());
    }
    ask();
    runOut();
    EXPECT_EQ(count(Failure::unreachable), 2u);
    m_client->setPort(m_peer.port());
    ask();
    runOut();
    EXPECT_EQ(count(Failure::none), 1u);
}

TEST_F(KeptClientTest, AKeptConnectionThatHasClosedIsReplacedAFreshOneThatBreaksIsSaid) {
    make({});
    ask();
    runOut();
    m_peer.closeIdle();
    ask();
    runOut();
    EXPECT_EQ(count(Failure::none), 2u);
    // It closes as the request comes: once more over a new one, which closes as well.
    const int before = m_peer.requests();
    m_peer.setDoes(Peer::Does::closeAtOnce);
    ask();
    runOut();
    EXPECT_EQ(count(Failure::broken), 1u);
    EXPECT_EQ(m_peer.requests(), before + 2);
}

TEST_F(KeptClientTest, AServerThatClosesAfterItsAnswerIsConnectedToAnew) {
    make({.connections = 1});
    m_peer.setDoes(Peer::Does::answerAndClose);
    ask(3);
    runOut();
    EXPECT_EQ(count(Failure::none), 3u);
    EXPECT_EQ(m_peer.connections(), 3);
}
