// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/instance/kept_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "reference-server/nodes/instance/worker_queue.h"

using namespace tenfold::nodes;  // NOLINT: a test
using testing::HasSubstr;
namespace asio = boost::asio;

namespace {

constexpr int kThreads = 60;

/// Serves /hello, /large (20 MB) and POST /echo, with an hour's patience for idle connections.
class Running {
public:
    Running() {
        m_server.new_task_queue = [] { return new WorkerQueue(kThreads, 256); };
        m_server.set_tcp_nodelay(true);
        m_server.set_keep_alive_max_count(1'000'000);
        m_server.set_keep_alive_timeout(3600);
        m_server.Get("/hello", [](const httplib::Request& q, httplib::Response& r) {
            r.set_content("hello " + q.remote_addr, "text/plain");
        });
        m_server.Get("/large", [](const httplib::Request&, httplib::Response& r) {
            r.set_content(std::string(20'000'000, 'x'), "text/plain");
        });
        m_server.Post("/echo", [](const httplib::Request& q, httplib::Response& r) {
            r.set_content(q.body, "text/plain");
        });
        m_port = m_server.bind_to_any_port("127.0.0.1");
        m_thread = std::thread([this] { m_server.listen_after_bind(); });
        while (!m_server.is_running()) std::this_thread::yield();
    }
    ~Running() {
        m_server.end();
        m_thread.join();
    }
    int port() const { return m_port; }

private:
    KeptServer m_server;
    std::thread m_thread;
    int m_port = 0;
};

class Client {
public:
    explicit Client(int port) {
        m_socket.connect({asio::ip::address_v4::loopback(), static_cast<unsigned short>(port)});
    }
    void send(const std::string& text) { asio::write(m_socket, asio::buffer(text)); }
    /// Up to and with this text.
    std::string readTo(const std::string& end) {
        const auto n = asio::read_until(m_socket, asio::dynamic_buffer(m_buffer), end);
        std::string out = m_buffer.substr(0, n);
        m_buffer.erase(0, n);
        return out;
    }
    bool isClosed() {
        char byte = 0;
        boost::system::error_code e;
        m_socket.read_some(asio::buffer(&byte, 1), e);
        return e == asio::error::eof || e == asio::error::connection_reset;
    }

private:
    asio::io_context m_io;
    asio::ip::tcp::socket m_socket{m_io};
    std::string m_buffer;
};

const std::string kHello = "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";

/// How often the threads of this process have gone to sleep so far.
std::uint64_t sleeps() {
    std::uint64_t sum = 0;
    for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
        std::ifstream status(task.path() / "status");
        for (std::string line; std::getline(status, line);)
            if (line.rfind("voluntary_ctxt_switches:", 0) == 0)
                sum += std::stoull(line.substr(line.find(':') + 1));
    }
    return sum;
}

}  // namespace

TEST(KeptServer, AConnectionIsKeptAndRequestsInOnePieceAreAnsweredInOrder) {
    Running server;
    Client client(server.port());
    for (int i = 0; i < 20; ++i) {
        client.send(kHello);
        EXPECT_THAT(client.readTo("hello 127.0.0.1"), HasSubstr("200 OK"));
    }
    client.send(kHello + "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc" + kHello);
    client.readTo("hello 127.0.0.1");
    client.readTo("\r\n\r\nabc");
    client.readTo("hello 127.0.0.1");
}

TEST(KeptServer, ALargeAnswerComesWhole) {
    Running server;
    httplib::Client client("127.0.0.1", server.port());
    const auto answer = client.Get("/large");
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body.size(), 20'000'000u);
}

TEST(KeptServer, WhoAsksWhetherToGoOnIsToldBeforeTheBodyComes) {
    Running server;
    Client client(server.port());
    client.send(
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_THAT(client.readTo("\r\n\r\n"), HasSubstr("100 Continue"));
    client.send("abc");
    client.readTo("\r\n\r\nabc");
}

TEST(KeptServer, ClosesWhenItIsAskedTo) {
    Running server;
    Client client(server.port());
    client.send("GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    client.readTo("hello 127.0.0.1");
    EXPECT_TRUE(client.isClosed());
}

TEST(KeptServer, IdleConnectionsSleepAndEndWithTheServer) {
    std::vector<std::unique_ptr<Client>> clients;
    {
        Running server;
        for (int i = 0; i < 50; ++i) {
            clients.push_back(std::make_unique<Client>(server.port()));
            clients.back()->send(kHello);
            clients.back()->readTo("hello 127.0.0.1");
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        const auto before = sleeps();
        std::this_thread::sleep_for(std::chrono::milliseconds(500));
        // The library's own loop would have woken each of the fifty some forty times.
        EXPECT_LT(sleeps() - before, 100u);
    }
    for (auto& c : clients) EXPECT_TRUE(c->isClosed());
}
