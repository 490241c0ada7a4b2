// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/mechanisms/shared_cache/kept_answer.h"

#include <charconv>

namespace tenfold::mechanisms {

std::string KeptAnswer::text() const {
    return std::to_string(tookUs) + ' ' + std::to_string(endsAtMs) + '\n' + value;
}

std::optional<KeptAnswer> KeptAnswer::from(std::string_view text) {
    const auto line = text.find('\n');
    const auto space = text.find(' ');
    if (line == std::string_view::npos || space > line) return std::nullopt;
    KeptAnswer out;
    const char* const begin = text.data();
    const auto took = std::from_chars(begin, begin + space, out.tookUs);
    const auto ends = std::from_chars(begin + space + 1, begin + line, out.endsAtMs);
    if (took.ec != std::errc{} || took.ptr != begin + space) return std::nullopt;
    if (ends.ec != std::errc{} || ends.ptr != begin + line) return std::nullopt;
    out.value = text.substr(line + 1);
    return out;
}

}  // namespace tenfold::mechanisms
