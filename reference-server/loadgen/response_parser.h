// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tenfold::loadgen {

/// Takes an HTTP/1.1 response apart as it arrives, keeping nothing but what is recorded. The body
/// is counted, not stored.
class ResponseParser {
public:
    void reset();
    /// Feeds bytes. Returns how many belonged to this response.
    std::size_t feed(std::string_view bytes);

    bool isDone() const { return m_state == State::done; }
    bool isBroken() const { return m_state == State::broken; }
    bool hasBegun() const { return m_bytes > 0; }
    int status() const { return m_status; }
    bool closes() const { return m_closes; }
    std::uint64_t bytes() const { return m_bytes; }
    /// Status line and headers as they came, with the empty line that ends them.
    std::string_view head() const { return m_head; }
    /// Value of Set-Cookie: lsn=…; empty without one.
    const std::string& lsnCookie() const { return m_lsnCookie; }
    /// Value of ETag as it came, quotes included; empty without one.
    const std::string& entityTag() const { return m_entityTag; }
    /// The connection ended: a body without a length is complete then.
    void endOfInput();

private:
    enum class State { head, body, untilClose, chunkSize, chunk, chunkEnd, trailer, done, broken };
    void parseHead();
    void headerLine(std::string_view line);

    State m_state = State::head;
    std::string m_head;
    int m_status = 0;
    bool m_closes = false;
    bool m_isChunked = false;
    bool m_hasLength = false;
    std::uint64_t m_left = 0;
    std::uint64_t m_bytes = 0;
    std::string m_lsnCookie;
    std::string m_entityTag;
    std::string m_line;
};

}  // namespace tenfold::loadgen
