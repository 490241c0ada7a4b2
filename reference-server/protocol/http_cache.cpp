// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/protocol/http_cache.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <ctime>

namespace tenfold::protocol {

namespace {

// What stands for "for ever" (RFC 9111, 1.2.2).
constexpr std::int64_t kForeverS = 2'147'483'648;

std::string_view trimmed(std::string_view text) {
    const auto isBlank = [](char c) { return c == ' ' || c == '\t'; };
    while (!text.empty() && isBlank(text.front())) text.remove_prefix(1);
    while (!text.empty() && isBlank(text.back())) text.remove_suffix(1);
    return text;
}

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

/// The items of a list field; a comma inside quotes is none between them.
std::vector<std::string_view> itemsOf(std::string_view field) {
    std::vector<std::string_view> items;
    bool isQuoted = false;
    std::size_t from = 0;
    for (std::size_t i = 0; i <= field.size(); ++i) {
        if (i < field.size() && isQuoted && field[i] == '\\') {
            ++i;
        } else if (i < field.size() && field[i] == '"') {
            isQuoted = !isQuoted;
        } else if (i >= field.size() || (field[i] == ',' && !isQuoted)) {
            const auto item = trimmed(field.substr(from, std::min(i, field.size()) - from));
            if (!item.empty()) items.push_back(item);
            from = i + 1;
        }
    }
    return items;
}

std::optional<std::int64_t> seconds(std::string_view text) {
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"')
        text = text.substr(1, text.size() - 2);
    if (text.empty() || !std::all_of(text.begin(), text.end(),
                                     [](unsigned char c) { return std::isdigit(c) != 0; }))
        return std::nullopt;
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} ? std::min(value, kForeverS) : kForeverS;
}

/// Without its "W/".
std::string_view opaque(std::string_view tag) {
    return tag.substr(0, 2) == "W/" ? tag.substr(2) : tag;
}

}  // namespace

CacheControl cacheControlFrom(std::string_view field) {
    CacheControl c;
    for (const auto item : itemsOf(field)) {
        const auto equals = item.find('=');
        const std::string name = lower(trimmed(item.substr(0, equals)));
        const auto value = equals == std::string_view::npos ? std::string_view()
                                                            : trimmed(item.substr(equals + 1));
        const auto put = [&](std::optional<std::int64_t>& into) {
            into = into ? 0 : seconds(value).value_or(0);
        };
        // With field names these two mean some fields only; taking all is on the safe side.
        if (name == "no-cache") c.noCache = true;
        if (name == "private") c.isPrivate = true;
        if (name == "no-store") c.noStore = true;
        if (name == "public") c.isPublic = true;
        if (name == "must-revalidate") c.mustRevalidate = true;
        if (name == "proxy-revalidate") c.proxyRevalidate = true;
        if (name == "only-if-cached") c.onlyIfCached = true;
        if (name == "max-age") put(c.maxAgeS);
        if (name == "s-maxage") put(c.sharedMaxAgeS);
        if (name == "stale-while-revalidate") put(c.staleWhileRevalidateS);
    }
    return c;
}

std::optional<Freshness> freshnessOf(const AnswerHead& head) {
    constexpr std::array kept{200, 203, 301, 308, 404, 410};
    if (std::find(kept.begin(), kept.end(), head.status) == kept.end()) return std::nullopt;
    const auto c = cacheControlFrom(head.cacheControl);
    if (c.noStore || c.isPrivate || head.setsCookie) return std::nullopt;
    for (const auto& name : variesBy(head.vary))
        if (name == "*") return std::nullopt;
    Freshness f;
    f.isForAll = c.isPublic || c.sharedMaxAgeS || c.mustRevalidate;
    if (head.answersAuthorized && !f.isForAll) return std::nullopt;
    if (c.sharedMaxAgeS) {
        f.freshS = *c.sharedMaxAgeS;
    } else if (c.maxAgeS) {
        f.freshS = *c.maxAgeS;
    } else if (!head.expires.empty()) {
        const auto ends = httpDate(head.expires), made = httpDate(head.date);
        f.freshS = ends && made ? *ends - *made : 0;  // "0" is no date, and means: over
    } else {
        return std::nullopt;
    }
    f.ageS = seconds(trimmed(head.age)).value_or(0);
    f.freshS -= f.ageS;
    if (c.noCache) f.freshS = std::min<std::int64_t>(f.freshS, 0);
    // s-maxage has the meaning of proxy-revalidate (RFC 9111, 5.2.2.10).
    const bool mayBeStale =
        !c.noCache && !c.mustRevalidate && !c.proxyRevalidate && !c.sharedMaxAgeS;
    if (mayBeStale) f.staleS = c.staleWhileRevalidateS.value_or(0);
    return f;
}

std::vector<std::string> variesBy(std::string_view vary) {
    std::vector<std::string> names;
    for (const auto item : itemsOf(vary)) names.push_back(lower(item));
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

bool matchesNoneOf(std::string_view ifNoneMatch, std::string_view entityTag) {
    if (ifNoneMatch.empty() || entityTag.empty()) return false;
    if (trimmed(ifNoneMatch) == "*") return true;
    const auto items = itemsOf(ifNoneMatch);
    return std::any_of(items.begin(), items.end(),
                       [&](std::string_view item) { return opaque(item) == opaque(entityTag); });
}

std::optional<std::int64_t> httpDate(std::string_view text) {
    std::tm parts{};
    const std::string copy(trimmed(text));
    const char* end = ::strptime(copy.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    if (!end || *end != '\0') return std::nullopt;
    return static_cast<std::int64_t>(::timegm(&parts));
}

std::string entityTagOf(std::string_view body) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int length = 0;
    ::EVP_Digest(body.data(), body.size(), digest.data(), &length, ::EVP_sha256(), nullptr);
    std::string tag = "\"";
    for (std::size_t i = 0; i < 12; ++i) tag += fmt::format("{:02x}", digest[i]);
    return tag + '"';
}

}  // namespace tenfold::protocol
