// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/loadgen/response_parser.h"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace tenfold::loadgen {

namespace {
constexpr std::size_t kMaxHeadBytes = 64 << 10;

bool isName(std::string_view line, std::string_view name) {
    return line.size() > name.size() && line[name.size()] == ':' &&
           std::equal(name.begin(), name.end(), line.begin(), [](char a, char b) {
               return a == std::tolower(static_cast<unsigned char>(b));
           });
}

std::string_view valueOf(std::string_view line) {
    line.remove_prefix(line.find(':') + 1);
    while (!line.empty() && line.front() == ' ') line.remove_prefix(1);
    return line;
}

bool containsNoCase(std::string_view text, std::string_view lower) {
    return std::search(text.begin(), text.end(), lower.begin(), lower.end(), [](char a, char b) {
               return std::tolower(static_cast<unsigned char>(a)) == b;
           }) != text.end();
}
}  // namespace

void ResponseParser::reset() {
    m_state = State::head;
    m_head.clear();
    m_line.clear();
    m_lsnCookie.clear();
    m_entityTag.clear();
    m_status = 0;
    m_closes = m_isChunked = m_hasLength = false;
    m_left = m_bytes = 0;
}

void ResponseParser::headerLine(std::string_view line) {
    if (isName(line, "content-length")) {
        const auto v = valueOf(line);
        const auto parsed = std::from_chars(v.data(), v.data() + v.size(), m_left);
        m_hasLength = parsed.ec == std::errc{};
    } else if (isName(line, "connection")) {
        m_closes = containsNoCase(valueOf(line), "close");
    } else if (isName(line, "transfer-encoding")) {
        m_isChunked = containsNoCase(valueOf(line), "chunked");
    } else if (isName(line, "etag")) {
        m_entityTag = valueOf(line);
    } else if (isName(line, "set-cookie")) {
        const auto v = valueOf(line);
        if (v.rfind("lsn=", 0) == 0) m_lsnCookie = v.substr(4, v.find(';') - 4);
    }
}

void ResponseParser::parseHead() {
    std::string_view rest = m_head;
    const auto first = rest.find("\r\n");
    const std::string_view line = rest.substr(0, first);
    if (line.size() < 12 || line.rfind("HTTP/1.", 0) != 0 ||
        std::from_chars(line.data() + 9, line.data() + 12, m_status).ec != std::errc{}) {
        m_state = State::broken;
        return;
    }
    m_closes = line[7] == '0';
    rest.remove_prefix(first + 2);
    while (!rest.empty()) {
        const auto end = rest.find("\r\n");
        if (end == 0 || end == std::string_view::npos) break;
        headerLine(rest.substr(0, end));
        rest.remove_prefix(end + 2);
    }
    if (m_status == 204 || m_status == 304 || m_status < 200) {
        m_state = m_status < 200 ? State::head : State::done;
        if (m_status < 200) m_head.clear();
    } else if (m_isChunked) {
        m_state = State::chunkSize;
    } else if (m_hasLength) {
        m_state = m_left == 0 ? State::done : State::body;
    } else {
        m_state = State::untilClose;
        m_closes = true;
    }
}

std::size_t ResponseParser::feed(std::string_view bytes) {
    std::size_t used = 0;
    while (used < bytes.size() && m_state != State::done && m_state != State::broken) {
        const std::string_view rest = bytes.substr(used);
        switch (m_state) {
            case State::head: {
                // The end of the head may straddle two reads: look back three bytes.
                const std::size_t from = m_head.size() < 3 ? 0 : m_head.size() - 3;
                m_head.append(rest);
                const auto end = m_head.find("\r\n\r\n", from);
                if (end == std::string::npos) {
                    used = bytes.size();
                    if (m_head.size() > kMaxHeadBytes) m_state = State::broken;
                    break;
                }
                const std::size_t extra = m_head.size() - (end + 4);
                used = bytes.size() - extra;
                m_head.resize(end + 4);
                parseHead();
                break;
            }
            case State::body:
            case State::chunk: {
                const auto n = std::min<std::uint64_t>(m_left, rest.size());
                m_left -= n;
                used += n;
                if (m_left == 0) m_state = m_state == State::body ? State::done : State::chunkEnd;
                break;
            }
            case State::untilClose:
                used = bytes.size();
                break;
            case State::chunkSize:
            case State::chunkEnd:
            case State::trailer: {
                const auto newline = rest.find('\n');
                m_line.append(rest.substr(0, newline));
                used += newline == std::string_view::npos ? rest.size() : newline + 1;
                if (m_line.size() > 4096) m_state = State::broken;
                if (newline == std::string_view::npos) break;
                if (!m_line.empty() && m_line.back() == '\r') m_line.pop_back();
                if (m_state == State::chunkSize) {
                    if (std::from_chars(m_line.data(), m_line.data() + m_line.size(), m_left, 16)
                            .ec != std::errc{}) {
                        m_state = State::broken;
                    } else {
                        m_state = m_left == 0 ? State::trailer : State::chunk;
                    }
                } else if (m_state == State::chunkEnd) {
                    m_state = State::chunkSize;
                } else if (m_line.empty()) {
                    m_state = State::done;
                }
                m_line.clear();
                break;
            }
            case State::done:
            case State::broken:
                break;
        }
    }
    m_bytes += used;
    return used;
}

void ResponseParser::endOfInput() {
    if (m_state == State::untilClose) {
        m_state = State::done;
    } else if (m_state != State::done) {
        m_state = State::broken;
    }
}

}  // namespace tenfold::loadgen
