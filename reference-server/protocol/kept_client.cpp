// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/protocol/kept_client.h"

#include <sys/socket.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <cerrno>
#include <chrono>
#include <optional>
#include <utility>

namespace tenfold::protocol {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;

namespace {
constexpr std::uint64_t kMaxResponseBytes = 1 << 20;
}  // namespace

struct KeptClient::Connection {
    explicit Connection(asio::io_context& io) : socket(io) {}
    tcp::socket socket;
    boost::beast::flat_buffer buffer;
    std::optional<http::response_parser<http::string_body>> parser;
    int port = 0;

    void close() {
        boost::system::error_code ignored;
        socket.close(ignored);
    }
    /// An idle connection has nothing to read; the end of input means that the server closed it.
    bool isAlive() {
        char byte = 0;
        const auto n = ::recv(socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
        return n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    }
};

struct KeptClient::Exchange {
    Exchange(asio::io_context& io, Request r, Done d)
        : request(std::move(r)), done(std::move(d)), timer(io) {}
    Request request;
    Done done;
    asio::steady_timer timer;
    ConnectionPtr connection;  // null while it waits in line
    bool isKept = false;       // on a connection that was used before
    bool isEnded = false;
};

KeptClient::KeptClient(asio::io_context& io, Limits limits) : m_io(io), m_limits(limits) {}

KeptClient::~KeptClient() = default;

void KeptClient::setPort(int port) {
    if (port == m_port) return;
    m_port = port;
    m_idle.clear();
}

void KeptClient::setLimits(Limits limits) {
    m_limits = limits;
    serveLine();
}

void KeptClient::ask(Request request, Done done) {
    if (m_port == 0) return done({Failure::unreachable, {}});
    if (m_open >= m_limits.connections && m_line.size() >= m_limits.waiting)
        return done({Failure::lineFull, {}});
    request.version(11);
    request.set(http::field::host, "127.0.0.1");
    request.keep_alive(true);
    request.prepare_payload();
    const auto exchange = std::make_shared<Exchange>(m_io, std::move(request), std::move(done));
    exchange->timer.expires_after(std::chrono::nanoseconds(m_limits.patienceNs));
    exchange->timer.async_wait([this, exchange](boost::system::error_code e) {
        if (!e) end(exchange, {Failure::timedOut, {}});
    });
    if (m_open < m_limits.connections) return start(exchange);
    m_line.push_back(exchange);
}

void KeptClient::start(const ExchangePtr& exchange) {
    ++m_open;
    while (!m_idle.empty() && !exchange->connection) {
        auto kept = std::move(m_idle.back());
        m_idle.pop_back();
        if (kept->isAlive()) exchange->connection = std::move(kept);
    }
    exchange->isKept = exchange->connection != nullptr;
    if (exchange->isKept) return write(exchange);
    exchange->connection = std::make_shared<Connection>(m_io);
    exchange->connection->port = m_port;
    const tcp::endpoint to(asio::ip::address_v4::loopback(), static_cast<unsigned short>(m_port));
    exchange->connection->socket.async_connect(to, [this, exchange](boost::system::error_code e) {
        if (exchange->isEnded) return;
        if (e) return failed(exchange, false, false);
        boost::system::error_code ignored;
        exchange->connection->socket.set_option(tcp::no_delay(true), ignored);
        write(exchange);
    });
}

void KeptClient::write(const ExchangePtr& exchange) {
    const auto connection = exchange->connection;
    http::async_write(
        connection->socket, exchange->request,
        [this, exchange, connection](boost::system::error_code e, std::size_t) {
            if (exchange->isEnded) return;
            if (e) return failed(exchange, true, false);
            auto& parser = connection->parser.emplace();
            parser.body_limit(kMaxResponseBytes);
            http::async_read(
                connection->socket, connection->buffer, parser,
                [this, exchange, connection](boost::system::error_code error, std::size_t n) {
                    if (exchange->isEnded) return;
                    if (error) return failed(exchange, true, n > 0);
                    Result result;
                    result.response = connection->parser->release();
                    // Bytes behind the answer belong to no request.
                    if (result.response.keep_alive() && connection->buffer.size() == 0 &&
                        connection->port == m_port)
                        m_idle.push_back(connection);
                    end(exchange, std::move(result));
                });
        });
}

void KeptClient::failed(const ExchangePtr& exchange, bool hasConnected, bool hasAnswered) {
    exchange->connection->close();
    if (hasConnected && exchange->isKept && !hasAnswered) {
        --m_open;
        exchange->connection = nullptr;
        m_idle.clear();  // the others are as old
        return start(exchange);
    }
    end(exchange, {hasConnected ? Failure::broken : Failure::unreachable, {}});
}

void KeptClient::end(const ExchangePtr& exchange, Result result) {
    if (exchange->isEnded) return;
    exchange->isEnded = true;
    exchange->timer.cancel();
    if (exchange->connection) {
        --m_open;
        if (result.failure != Failure::none) exchange->connection->close();
        exchange->connection = nullptr;
    } else {
        std::erase(m_line, exchange);
    }
    // Out of the exchange: whoever is called back may hold it by what it captured.
    const Done done = std::exchange(exchange->done, nullptr);
    done(std::move(result));
    serveLine();
}

void KeptClient::serveLine() {
    while (!m_line.empty() && m_open < m_limits.connections) {
        const auto next = m_line.front();
        m_line.pop_front();
        start(next);
    }
}

}  // namespace tenfold::protocol
