// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tenfold::nodes::pooler {

/// One end of a connection: reads as long as it may, writes at once where the kernel takes it and
/// keeps the rest. Owned by shared pointers, on the IO thread only. After close() nothing is
/// called.
class WirePeer : public std::enable_shared_from_this<WirePeer> {
public:
    /// Above this much unsent output the other side is not read from.
    static constexpr std::size_t kBacklogLimit = 1 << 20;

    virtual ~WirePeer() = default;
    WirePeer(const WirePeer&) = delete;
    WirePeer& operator=(const WirePeer&) = delete;

    void send(std::string_view bytes);
    void close();
    /// Closes when what was sent has left.
    void closeAfterSending();
    bool isClosed() const { return m_isClosed; }
    bool isCongested() const { return m_out.size() - m_outDone > kBacklogLimit; }

    void pauseReading() { m_isPaused = true; }
    void resumeReading();

protected:
    WirePeer(boost::asio::ip::tcp::socket socket, std::size_t readBytes);

    void startReading();
    boost::asio::ip::tcp::socket& socket() { return m_socket; }

    /// New bytes; those that are not used up by then must have been copied.
    virtual void onBytes(std::string_view bytes) = 0;
    /// The other end is gone; the socket is closed already.
    virtual void onEnd() = 0;
    /// No longer congested.
    virtual void onDrained() = 0;

private:
    void read();
    void writeRest();
    void end();

    boost::asio::ip::tcp::socket m_socket;
    std::vector<char> m_chunk;
    std::string m_out;
    std::size_t m_outDone = 0;
    bool m_isWriting = false;
    bool m_isReading = false;
    bool m_isPaused = false;
    bool m_isClosed = false;
    bool m_isEnding = false;
};

}  // namespace tenfold::nodes::pooler
