// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "simulator/measure/clock.h"

namespace tenfold::protocol {

/// Asks one HTTP server on 127.0.0.1 over connections that are kept: so many at once, the others
/// in one line with a bound, each with a limit on the whole of its time.
///
/// Only for requests that may be carried out twice: a kept connection that closes as it is used is
/// a race of the protocol, and the request goes once more over a new one. On one IO thread; calls
/// back there, at once where the answer is known at once. REQUIRES: `io` outlives it and does not
/// run any more when it is destroyed.
class KeptClient {
public:
    using Request = boost::beast::http::request<boost::beast::http::string_body>;
    using Response = boost::beast::http::response<boost::beast::http::string_body>;
    enum class Failure { none, lineFull, unreachable, broken, timedOut };
    struct Result {
        Failure failure = Failure::none;
        Response response;
    };
    using Done = std::function<void(Result)>;
    struct Limits {
        std::size_t connections = 8;
        std::size_t waiting = 256;
        measure::Nanos patienceNs = 1'000'000'000;
    };

    KeptClient(boost::asio::io_context& io, Limits limits);
    ~KeptClient();

    /// The server from now on; 0: there is none. What is open ends where it is.
    void setPort(int port);
    int port() const { return m_port; }
    void setLimits(Limits limits);
    void ask(Request request, Done done);

    std::size_t open() const { return m_open; }
    std::size_t waiting() const { return m_line.size(); }

private:
    struct Connection;
    struct Exchange;
    using ConnectionPtr = std::shared_ptr<Connection>;
    using ExchangePtr = std::shared_ptr<Exchange>;

    void start(const ExchangePtr& exchange);
    void write(const ExchangePtr& exchange);
    void failed(const ExchangePtr& exchange, bool hasConnected, bool hasAnswered);
    void end(const ExchangePtr& exchange, Result result);
    void serveLine();

    boost::asio::io_context& m_io;
    Limits m_limits;
    int m_port = 0;
    std::size_t m_open = 0;
    std::deque<ExchangePtr> m_line;
    std::vector<ConnectionPtr> m_idle;  // the last one used is the next one taken
};

}  // namespace tenfold::protocol
