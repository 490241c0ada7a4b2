// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/gateway/served_connection.h"

#include <sys/socket.h>

#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <string_view>

namespace tenfold::nodes {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using measure::monotonicNow;

namespace {
constexpr std::uint32_t kMaxHeaderBytes = 8192;
constexpr std::uint64_t kMaxBodyBytes = 1 << 20;
// A kept connection may rest long: at 10k users an address is asked for once in many seconds.
constexpr measure::Nanos kMaxClientIdleNs = 300'000'000'000;
constexpr measure::Nanos kMaxRequestNs = 10'000'000'000;
constexpr measure::Nanos kMaxWriteNs = 60'000'000'000;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr measure::Nanos kMaxLingerNs = 2'000'000'000;
}  // namespace

ServedConnection::ServedConnection(asio::ip::tcp::socket socket, ServedClients& clients)
    : m_clients(clients), m_socket(std::move(socket)) {
    m_clients.insert(this);
    boost::system::error_code e;
    m_socket.set_option(asio::ip::tcp::no_delay(true), e);
    const auto peer = m_socket.remote_endpoint(e);
    if (!e) m_address = peer.address().to_string();
}

ServedConnection::~ServedConnection() {
    m_clients.erase(this);
}

void ServedConnection::closeIfOverdue(measure::Nanos now) {
    const auto spent = now - m_phaseSince;
    bool isOverdue = false;
    switch (m_phase) {
        case Phase::reading:
            if (m_requestSince == 0 && m_parser && m_parser->got_some()) m_requestSince = now;
            isOverdue = spent > kMaxClientIdleNs ||
                        (m_requestSince > 0 && now - m_requestSince > kMaxRequestNs);
            break;
        case Phase::answering:
            break;  // has limits of its own
        case Phase::writing:
            isOverdue = spent > kMaxWriteNs;
            break;
        case Phase::lingering:
            isOverdue = spent > kMaxLingerNs;
            break;
    }
    if (isOverdue) close();
}

void ServedConnection::read() {
    m_phase = Phase::reading;
    m_phaseSince = monotonicNow();
    m_requestSince = 0;
    m_request.reset();
    forget();
    m_parser.emplace();
    m_parser->header_limit(kMaxHeaderBytes);
    m_parser->body_limit(kMaxBodyBytes);
    http::async_read_header(m_socket, m_buffer, *m_parser,
                            [self = shared_from_this()](boost::system::error_code e, std::size_t) {
                                if (e) return self->broken(e);
                                self->headRead();
                            });
}

void ServedConnection::headRead() {
    const auto& head = m_parser->get();
    const auto coding = head[http::field::transfer_encoding];
    if (!coding.empty() && !boost::beast::iequals(coding, "chunked"))
        return refuse(501, "The only transfer coding known here is chunked.");
    if (head.version() >= 11 && head.count(http::field::host) != 1)
        return refuse(400, "A request names one host.");
    if (m_parser->is_done()) return complete();
    const auto expected = head[http::field::expect];
    if (expected.empty()) return readBody();
    if (!boost::beast::iequals(expected, "100-continue"))
        return refuse(417, "The only expectation known here is 100-continue.");
    if (m_buffer.size() > 0) return readBody();  // the client has not waited
    // Who asks whether to go on may wait a second for the word before the body is sent.
    asio::async_write(m_socket, asio::buffer(kContinue.data(), kContinue.size()),
                      [self = shared_from_this()](boost::system::error_code e, std::size_t) {
                          if (e) return self->close();
                          self->readBody();
                      });
}

void ServedConnection::readBody() {
    http::async_read(m_socket, m_buffer, *m_parser,
                     [self = shared_from_this()](boost::system::error_code e, std::size_t) {
                         if (e) return self->broken(e);
                         self->complete();
                     });
}

void ServedConnection::complete() {
    m_phase = Phase::answering;
    m_request = std::make_shared<HttpRequest>(m_parser->release());
    m_keepAlive = m_request->keep_alive();
    handle();
}

void ServedConnection::broken(boost::system::error_code e) {
    const bool isHttp = e.category() == make_error_code(http::error::body_limit).category();
    if (!isHttp || e == http::error::end_of_stream || e == http::error::partial_message) {
        m_phase = Phase::answering;
        close();
    } else if (e == http::error::body_limit) {
        refuse(413, "A body may have 1 MiB.");
    } else if (e == http::error::header_limit) {
        refuse(431, "A header may have 8 kB.");
    } else {
        refuse(400, e.message());
    }
}

void ServedConnection::refuse(int status, const std::string& detail) {
    // What follows on the connection cannot be told from the rest of this request.
    m_phase = Phase::answering;
    m_keepAlive = false;
    turnAway(status, detail);
}

bool ServedConnection::isGone() {
    char byte = 0;
    const auto n = ::recv(m_socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK);
}

bool ServedConnection::isHead() const {
    return m_request && m_request->method() == http::verb::head;
}

void ServedConnection::frame(HttpResponse& response) const {
    response.version(11);
    response.erase("Keep-Alive");
    // It said so of itself; what asks for parts is not passed on.
    response.erase("Accept-Ranges");
    response.keep_alive(m_keepAlive);
    // HEAD is answered with the length of the body that it leaves out.
    if (!isHead() || !response.body().empty()) response.prepare_payload();
    if (isHead()) response.body().clear();
    if (response.result() == http::status::not_modified)
        response.erase(http::field::content_length);  // its own would be that of the whole
}

void ServedConnection::write(HttpResponse response) {
    m_response = std::move(response);
    m_phase = Phase::writing;
    m_phaseSince = monotonicNow();
    http::async_write(m_socket, m_response,
                      [self = shared_from_this()](boost::system::error_code e, std::size_t) {
                          self->written();
                          self->m_response = {};
                          if (e) return self->close();
                          if (!self->m_keepAlive) return self->linger();
                          self->read();
                      });
}

void ServedConnection::linger() {
    // Closing with bytes unread would reset the connection, and the answer might be lost with it.
    if (m_phase != Phase::lingering) {
        m_phase = Phase::lingering;
        m_phaseSince = monotonicNow();
        boost::system::error_code ignored;
        m_socket.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    }
    m_socket.async_read_some(asio::buffer(m_discarded),
                             [self = shared_from_this()](boost::system::error_code e, std::size_t) {
                                 if (e) return self->close();
                                 self->linger();
                             });
}

void ServedConnection::close() {
    closing();
    boost::system::error_code ignored;
    m_socket.shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
    m_socket.close(ignored);
}

}  // namespace tenfold::nodes
