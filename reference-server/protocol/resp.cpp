// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/protocol/resp.h"

#include <algorithm>
#include <charconv>

namespace tenfold::protocol {

namespace {

constexpr long long kMaxWords = 1'000'000;
constexpr long long kMaxBulkBytes = 16 << 20;
constexpr std::size_t kMaxInlineBytes = 64 << 10;

/// The number of a line "*3\r\n"; `next` is set behind it. False: not there yet, or no number.
bool takeNumber(std::string_view buffer, std::size_t at, std::size_t& next, long long& value,
                bool& isBad) {
    const auto end = buffer.find("\r\n", at);
    if (end == std::string_view::npos) {
        isBad = buffer.size() - at > 64;
        return false;
    }
    const auto [stop, error] = std::from_chars(buffer.data() + at + 1, buffer.data() + end, value);
    isBad = error != std::errc{} || stop != buffer.data() + end;
    next = end + 2;
    return !isBad;
}

RespCut malformed(std::vector<std::string>& words, std::string text) {
    words = {std::move(text)};
    return RespCut::malformed;
}

/// Words of an inline line, as a shell would take them: "with \n escapes" or 'as it is'. False: a
/// quote is not closed, or something follows it without a space.
bool splitInline(std::string_view line, std::vector<std::string>& words) {
    constexpr std::string_view kBlank = " \r\t";
    while (true) {
        const auto from = line.find_first_not_of(kBlank);
        if (from == std::string_view::npos) return true;
        line.remove_prefix(from);
        auto& word = words.emplace_back();
        const char quote = line[0] == '"' || line[0] == '\'' ? line[0] : '\0';
        if (!quote) {
            const auto to = std::min(line.size(), line.find_first_of(kBlank));
            word = line.substr(0, to);
            line.remove_prefix(to);
            continue;
        }
        std::size_t i = 1;
        for (; i < line.size() && line[i] != quote; ++i) {
            if (line[i] != '\\' || i + 1 == line.size()) {
                word += line[i];
                continue;
            }
            const char next = line[++i];
            if (quote == '\'') {
                if (next != '\'') word += '\\';
                word += next;
            } else {
                word += next == 'n' ? '\n' : next == 'r' ? '\r' : next == 't' ? '\t' : next;
            }
        }
        if (i >= line.size()) return false;
        line.remove_prefix(i + 1);
        if (!line.empty() && kBlank.find(line[0]) == std::string_view::npos) return false;
    }
}

}  // namespace

RespCut cutRespCommand(std::string_view buffer, std::vector<std::string>& words,
                       std::size_t& used) {
    words.clear();
    if (buffer.empty()) return RespCut::needMore;
    if (buffer[0] != '*') {
        const auto end = buffer.find('\n');
        if (end == std::string_view::npos)
            return buffer.size() > kMaxInlineBytes
                       ? malformed(words, "ERR Protocol error: too big inline request")
                       : RespCut::needMore;
        used = end + 1;
        if (!splitInline(buffer.substr(0, end), words))
            return malformed(words, "ERR Protocol error: unbalanced quotes in request");
        return RespCut::command;
    }
    std::size_t at = 0;
    long long count = 0;
    bool isBad = false;
    if (!takeNumber(buffer, 0, at, count, isBad))
        return isBad ? malformed(words, "ERR Protocol error: invalid multibulk length")
                     : RespCut::needMore;
    if (count > kMaxWords) return malformed(words, "ERR Protocol error: invalid multibulk length");
    for (long long i = 0; i < count; ++i) {
        if (at >= buffer.size()) return RespCut::needMore;
        if (buffer[at] != '$')
            return malformed(
                words, std::string("ERR Protocol error: expected '$', got '") + buffer[at] + "'");
        long long length = 0;
        if (!takeNumber(buffer, at, at, length, isBad))
            return isBad ? malformed(words, "ERR Protocol error: invalid bulk length")
                         : RespCut::needMore;
        if (length < 0 || length > kMaxBulkBytes)
            return malformed(words, "ERR Protocol error: invalid bulk length");
        const auto n = static_cast<std::size_t>(length);
        if (buffer.size() < at + n + 2) return RespCut::needMore;
        words.emplace_back(buffer.substr(at, n));
        at += n + 2;
    }
    used = at;
    return RespCut::command;
}

void respSimple(std::string& out, std::string_view text) {
    out.append("+").append(text).append("\r\n");
}
void respError(std::string& out, std::string_view text) {
    out += '-';
    // An error is one line, whatever words of a client it repeats.
    for (const char c : text) out += c == '\r' || c == '\n' ? ' ' : c;
    out += "\r\n";
}
void respInteger(std::string& out, long long value) {
    out.append(":").append(std::to_string(value)).append("\r\n");
}
void respBulk(std::string& out, std::string_view bytes) {
    out.append("$")
        .append(std::to_string(bytes.size()))
        .append("\r\n")
        .append(bytes)
        .append("\r\n");
}
void respNull(std::string& out) {
    out.append("$-1\r\n");
}
void respArray(std::string& out, std::size_t count) {
    out.append("*").append(std::to_string(count)).append("\r\n");
}

}  // namespace tenfold::protocol
