// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/pooler/wire_peer.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

namespace tenfold::nodes::pooler {

namespace asio = boost::asio;
using boost::system::error_code;

WirePeer::WirePeer(asio::ip::tcp::socket socket, std::size_t readBytes)
    : m_socket(std::move(socket)), m_chunk(readBytes) {}

void WirePeer::startReading() {
    error_code ignored;
    m_socket.set_option(asio::ip::tcp::no_delay(true), ignored);
    m_socket.non_blocking(true, ignored);
    read();
}

void WirePeer::read() {
    if (m_isReading || m_isPaused || m_isClosed) return;
    m_isReading = true;
    m_socket.async_read_some(asio::buffer(m_chunk),
                             [this, self = shared_from_this()](error_code e, std::size_t n) {
                                 m_isReading = false;
                                 if (m_isClosed) return;
                                 if (e) return end();
                                 // After closeAfterSending() the client may go on talking; nobody
                                 // listens.
                                 if (!m_isEnding) onBytes({m_chunk.data(), n});
                                 read();
                             });
}

void WirePeer::resumeReading() {
    if (!m_isPaused) return;
    m_isPaused = false;
    read();
}

void WirePeer::send(std::string_view bytes) {
    if (m_isClosed || m_isEnding || bytes.empty()) return;
    if (!m_isWriting) {
        error_code e;
        const std::size_t n = m_socket.write_some(asio::buffer(bytes.data(), bytes.size()), e);
        if (e && e != asio::error::would_block && e != asio::error::try_again) {
            // Not from within the caller, who is in the middle of something.
            asio::post(m_socket.get_executor(), [this, self = shared_from_this()] {
                if (!m_isClosed) end();
            });
            return;
        }
        if (n == bytes.size()) return;
        bytes.remove_prefix(n);
    }
    m_out.append(bytes);
    if (!m_isWriting) writeRest();
}

void WirePeer::writeRest() {
    m_isWriting = true;
    m_socket.async_wait(
        asio::ip::tcp::socket::wait_write, [this, self = shared_from_this()](error_code e) {
            if (m_isClosed) return;
            const bool wasCongested = isCongested();
            if (!e)
                m_outDone += m_socket.write_some(
                    asio::buffer(m_out.data() + m_outDone, m_out.size() - m_outDone), e);
            if (e && e != asio::error::would_block && e != asio::error::try_again) return end();
            if (m_outDone < m_out.size()) {
                // Keep what is sent from piling up in front of what is not.
                if (m_outDone > kBacklogLimit) {
                    m_out.erase(0, m_outDone);
                    m_outDone = 0;
                }
                writeRest();
            } else {
                m_out.clear();
                m_outDone = 0;
                m_isWriting = false;
                if (m_isEnding) return close();
            }
            if (wasCongested && !isCongested()) onDrained();
        });
}

void WirePeer::close() {
    if (m_isClosed) return;
    m_isClosed = true;
    error_code ignored;
    m_socket.shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
    m_socket.close(ignored);
}

void WirePeer::closeAfterSending() {
    m_isEnding = true;
    if (!m_isWriting) close();
}

void WirePeer::end() {
    const bool wasEnding = m_isEnding;
    close();
    if (!wasEnding) onEnd();
}

}  // namespace tenfold::nodes::pooler
