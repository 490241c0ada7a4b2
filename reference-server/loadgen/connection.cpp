// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/loadgen/connection.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <boost/asio/write.hpp>

namespace tenfold::loadgen {

namespace asio = boost::asio;
using asio::ip::tcp;

void Connection::connect(const asio::ip::address& from, const tcp::endpoint& to,
                         std::function<void(bool)> done) {
    boost::system::error_code e;
    m_socket.open(to.protocol(), e);
    if (!e) {
        m_socket.set_option(tcp::no_delay(true), e);
        if (!from.is_unspecified()) {
            // The port is chosen at connect: bound addresses then share the range of ports.
            const int yes = 1;
            ::setsockopt(m_socket.native_handle(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes,
                         sizeof yes);
            m_socket.bind(tcp::endpoint(from, 0), e);
        }
    }
    if (e) {
        asio::post(m_socket.get_executor(), [done = std::move(done)] { done(false); });
        return;
    }
    m_socket.async_connect(
        to, [self = shared_from_this(), done = std::move(done)](boost::system::error_code c) {
            if (c) {
                boost::system::error_code ignored;
                self->m_socket.close(ignored);
            }
            done(!c);
        });
}

void Connection::exchange(std::string request, Done done) {
    m_request = std::move(request);
    m_done = std::move(done);
    m_parser.reset();
    m_isAbandoned = false;
    ++m_exchanges;
    m_sentAt = measure::monotonicNow();
    // A request fits into the socket's buffer: written here and now, without a turn of the loop.
    boost::system::error_code e;
    m_socket.non_blocking(true, e);
    const std::size_t n = m_socket.write_some(asio::buffer(m_request), e);
    if (!e && n == m_request.size()) {
        read();
        return;
    }
    if (e && e != asio::error::would_block) {
        asio::post(m_socket.get_executor(),
                   [self = shared_from_this()] { self->finish(self->brokenBeforeAnswer()); });
        return;
    }
    asio::async_write(m_socket,
                      asio::buffer(m_request.data() + (e ? 0 : n), m_request.size() - (e ? 0 : n)),
                      [self = shared_from_this()](boost::system::error_code w, std::size_t) {
                          if (w) return self->finish(self->brokenBeforeAnswer());
                          self->read();
                      });
}

void Connection::read() {
    m_socket.async_read_some(
        asio::buffer(m_chunk.get(), kChunkBytes),
        [self = shared_from_this()](boost::system::error_code e, std::size_t n) {
            if (e) {
                const bool hasBegun = self->m_parser.hasBegun();
                self->m_parser.endOfInput();
                if (self->m_parser.isDone()) return self->finish(End::answered);
                return self->finish(hasBegun ? End::refused : self->brokenBeforeAnswer());
            }
            self->m_hasStrayBytes = self->m_parser.feed({self->m_chunk.get(), n}) < n;
            if (self->m_parser.isDone()) return self->finish(End::answered);
            if (self->m_parser.isBroken()) return self->finish(End::refused);
            self->read();
        });
}

Connection::End Connection::brokenBeforeAnswer() const {
    return m_exchanges > 1 ? End::closedBeforeAnswer : End::refused;
}

void Connection::abandon() {
    m_isAbandoned = true;
    boost::system::error_code ignored;
    m_socket.close(ignored);
}

void Connection::finish(End end) {
    if (!m_done) return;
    if (m_isAbandoned) end = End::cancelled;
    if (end != End::answered || m_parser.closes()) {
        boost::system::error_code ignored;
        m_socket.close(ignored);
    }
    const Done done = std::move(m_done);
    m_done = nullptr;
    done(shared_from_this(), end);
}

}  // namespace tenfold::loadgen
