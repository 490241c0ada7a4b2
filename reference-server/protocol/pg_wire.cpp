// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/protocol/pg_wire.h"

namespace tenfold::protocol {

namespace {
std::uint32_t readBig(std::string_view s, std::size_t n) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < n; ++i) value = value << 8 | static_cast<unsigned char>(s[i]);
    return value;
}
}  // namespace

PgCut cutPgMessage(std::string_view buffer, bool isStartup, PgMessage& message, std::size_t& used,
                   std::size_t maxBytes) {
    const std::size_t head = isStartup ? 4 : 5;
    if (buffer.size() < head) return PgCut::needMore;
    const std::size_t length = readBig(buffer.substr(head - 4), 4);
    const std::size_t limit = isStartup ? kMaxPgStartupBytes : maxBytes;
    if (length < 4 || length > limit) return PgCut::malformed;
    used = head - 4 + length;
    if (buffer.size() < used) return PgCut::needMore;
    message.type = isStartup ? 0 : buffer[0];
    message.body = buffer.substr(head, length - 4);
    return PgCut::message;
}

std::string_view PgReader::bytes(std::size_t n) {
    if (m_rest.size() < n) {
        m_isOk = false;
        m_rest = {};
        return {};
    }
    const auto out = m_rest.substr(0, n);
    m_rest.remove_prefix(n);
    return out;
}

std::int16_t PgReader::int16() {
    const auto b = bytes(2);
    return b.size() == 2 ? static_cast<std::int16_t>(readBig(b, 2)) : std::int16_t{0};
}

std::int32_t PgReader::int32() {
    const auto b = bytes(4);
    return b.size() == 4 ? static_cast<std::int32_t>(readBig(b, 4)) : 0;
}

std::string_view PgReader::cstring() {
    const auto end = m_rest.find('\0');
    if (end == std::string_view::npos) {
        m_isOk = false;
        m_rest = {};
        return {};
    }
    const auto out = m_rest.substr(0, end);
    m_rest.remove_prefix(end + 1);
    return out;
}

PgWriter& PgWriter::begin(char type) {
    m_out += type;
    m_start = m_out.size();
    m_out.append(4, '\0');
    return *this;
}

PgWriter& PgWriter::int16(std::int16_t value) {
    const auto v = static_cast<std::uint16_t>(value);
    m_out += static_cast<char>(v >> 8);
    m_out += static_cast<char>(v & 0xff);
    return *this;
}

PgWriter& PgWriter::int32(std::int32_t value) {
    const auto v = static_cast<std::uint32_t>(value);
    for (int shift = 24; shift >= 0; shift -= 8) m_out += static_cast<char>((v >> shift) & 0xff);
    return *this;
}

PgWriter& PgWriter::cstring(std::string_view text) {
    m_out.append(text);
    m_out += '\0';
    return *this;
}

PgWriter& PgWriter::bytes(std::string_view text) {
    m_out.append(text);
    return *this;
}

PgWriter& PgWriter::byte(char c) {
    m_out += c;
    return *this;
}

void PgWriter::end() {
    const auto length = static_cast<std::uint32_t>(m_out.size() - m_start);
    for (int i = 0; i < 4; ++i)
        m_out[m_start + static_cast<std::size_t>(i)] =
            static_cast<char>((length >> (24 - 8 * i)) & 0xff);
}

void PgWriter::authenticationOk() {
    begin('R').int32(0).end();
}

void PgWriter::parameterStatus(std::string_view name, std::string_view value) {
    begin('S').cstring(name).cstring(value).end();
}

void PgWriter::readyForQuery(char status) {
    begin('Z').byte(status).end();
}

void PgWriter::commandComplete(std::string_view tag) {
    begin('C').cstring(tag).end();
}

void PgWriter::error(std::string_view severity, std::string_view sqlState,
                     std::string_view message) {
    begin('E')
        .byte('S')
        .cstring(severity)
        .byte('V')
        .cstring(severity)
        .byte('C')
        .cstring(sqlState)
        .byte('M')
        .cstring(message)
        .byte('\0')
        .end();
}

void PgWriter::notice(std::string_view message) {
    begin('N')
        .byte('S')
        .cstring("NOTICE")
        .byte('C')
        .cstring("00000")
        .byte('M')
        .cstring(message)
        .byte('\0')
        .end();
}

void PgWriter::empty(char type) {
    begin(type).end();
}

}  // namespace tenfold::protocol
