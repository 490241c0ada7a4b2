// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tenfold::protocol {

/// RESP2, Redis's protocol: https://redis.io/docs/reference/protocol-spec/

enum class RespCut { command, needMore, malformed };

/// Takes the first command of a buffer: an array of bulk strings, or an inline line of words.
/// `used` is set to its length; an empty command (a blank line) has no words. On `malformed` the
/// words hold one entry, Redis's own error text.
RespCut cutRespCommand(std::string_view buffer, std::vector<std::string>& words, std::size_t& used);

void respSimple(std::string& out, std::string_view text);  // +OK
void respError(std::string& out, std::string_view text);   // -ERR …
void respInteger(std::string& out, long long value);       // :1
void respBulk(std::string& out, std::string_view bytes);   // $3 …
void respNull(std::string& out);                           // $-1
void respArray(std::string& out, std::size_t count);       // *2, then its elements

}  // namespace tenfold::protocol
