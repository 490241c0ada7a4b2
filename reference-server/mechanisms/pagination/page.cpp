// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/mechanisms/pagination/page.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <string_view>

namespace tenfold::mechanisms {

using api::Shortfall;

namespace {

constexpr std::int64_t kMostRows = 100;
constexpr std::int64_t kMostPages = 1'000'000;
constexpr std::size_t kTagBytes = 16;
constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::int64_t number(const std::multimap<std::string, std::string>& query, const char* name,
                    std::int64_t fallback, std::int64_t most, std::vector<Shortfall>& shortfalls) {
    const auto it = query.find(name);
    if (it == query.end()) return fallback;
    std::int64_t value = 0;
    const auto& t = it->second;
    const auto [end, error] = std::from_chars(t.data(), t.data() + t.size(), value);
    if (error == std::errc{} && end == t.data() + t.size() && value >= 1 && value <= most)
        return value;
    const std::string range = most == std::numeric_limits<std::int64_t>::max()
                                  ? "of at least 1."
                                  : "from 1 to " + std::to_string(most) + ".";
    shortfalls.push_back({Shortfall::In::query, name, "must be a whole number " + range});
    return fallback;
}

/// RFC 4648, section 5, without padding.
std::string base64url(std::string_view bytes) {
    std::string out;
    std::uint32_t bits = 0;
    int count = 0;
    for (const char c : bytes) {
        bits = (bits << 8) | static_cast<unsigned char>(c);
        for (count += 8; count >= 6; count -= 6) out += kDigits[(bits >> (count - 6)) & 63];
    }
    if (count > 0) out += kDigits[(bits << (6 - count)) & 63];
    return out;
}

std::optional<std::string> fromBase64url(std::string_view text) {
    std::string out;
    std::uint32_t bits = 0;
    int count = 0;
    for (const char c : text) {
        const auto digit = kDigits.find(c);
        if (digit == std::string_view::npos) return std::nullopt;
        bits = (bits << 6) | static_cast<std::uint32_t>(digit);
        count += 6;
        if (count >= 8) {
            count -= 8;
            out += static_cast<char>((bits >> count) & 255);
        }
    }
    return out;
}

std::string tagOf(const CursorKey& key, std::string_view content) {
    // The length keeps the two apart: a list's name may hold anything a client searches for.
    const std::string text =
        "cursor:" + std::to_string(key.list.size()) + ":" + key.list + std::string(content);
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int length = 0;
    ::HMAC(EVP_sha256(), key.secret.data(), static_cast<int>(key.secret.size()),
           reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(),
           &length);
    return {reinterpret_cast<const char*>(digest.data()), kTagBytes};
}

/// False when the cursor is not one that `cursorFor` has made with this key.
bool readCursor(const CursorKey& key, const std::string& cursor, Page& page) {
    const auto bytes = fromBase64url(cursor);
    if (!bytes || bytes->size() <= kTagBytes || base64url(*bytes) != cursor) return false;
    const std::string_view content = std::string_view(*bytes).substr(kTagBytes);
    if (::CRYPTO_memcmp(bytes->data(), tagOf(key, content).data(), kTagBytes) != 0) return false;
    const auto bar = content.find('|');
    if (bar == std::string_view::npos) return false;
    std::from_chars(content.data(), content.data() + bar, page.afterId);
    page.afterText = content.substr(bar + 1);
    return true;
}

}  // namespace

std::string cursorFor(const CursorKey& key, const std::string& sortKey, std::int64_t id) {
    const std::string content = std::to_string(id) + "|" + sortKey;
    return base64url(tagOf(key, content) + content);
}

Page pageFrom(const std::multimap<std::string, std::string>& query, const scenario::Design& design,
              const CursorKey& key, std::vector<Shortfall>& shortfalls) {
    Page page;
    if (design.is("pagination", "none")) return page;
    const auto standard =
        static_cast<std::int64_t>(design.parameter("pagination", "page_size", 20));
    page.size = std::min(kMostRows, number(query, "limit", standard,
                                           std::numeric_limits<std::int64_t>::max(), shortfalls));
    if (design.is("pagination", "offset")) {
        page.mode = Page::Mode::offset;
        page.offset = (number(query, "page", 1, kMostPages, shortfalls) - 1) * page.size;
        return page;
    }
    page.mode = Page::Mode::keyset;
    const auto it = query.find("cursor");
    if (it != query.end() && !it->second.empty() && !readCursor(key, it->second, page))
        shortfalls.push_back(
            {Shortfall::In::query, "cursor", "is not one that this list has given."});
    return page;
}

}  // namespace tenfold::mechanisms
