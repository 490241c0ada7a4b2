// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace tenfold::api {

/// The number of characters of a text a database can keep: nothing when it is not UTF-8 (RFC 3629)
/// or has a NUL, which PostgreSQL refuses and which would end a parameter of libpq in silence.
inline std::optional<std::size_t> charactersOf(std::string_view text) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < text.size(); ++count) {
        const auto byte = [&](std::size_t k) {
            return i + k < text.size() ? static_cast<unsigned char>(text[i + k]) : 0u;
        };
        const unsigned first = byte(0);
        const unsigned second = byte(1);
        std::size_t length = 1;
        unsigned least = 0x80;
        unsigned most = 0xBF;
        if (first == 0) return std::nullopt;
        if (first >= 0x80) {
            if (first >= 0xC2 && first <= 0xDF) {
                length = 2;
            } else if (first >= 0xE0 && first <= 0xEF) {
                length = 3;
                if (first == 0xE0) least = 0xA0;  // else it would be two bytes
                if (first == 0xED) most = 0x9F;   // else it would be half a surrogate pair
            } else if (first >= 0xF0 && first <= 0xF4) {
                length = 4;
                if (first == 0xF0) least = 0x90;
                if (first == 0xF4) most = 0x8F;
            } else {
                return std::nullopt;
            }
            if (second < least || second > most) return std::nullopt;
            for (std::size_t k = 2; k < length; ++k)
                if ((byte(k) & 0xC0) != 0x80) return std::nullopt;
        }
        i += length;
    }
    return count;
}

}  // namespace tenfold::api
