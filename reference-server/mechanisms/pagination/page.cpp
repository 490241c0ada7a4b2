// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/mechanisms/pagination/page.h"

#include <algorithm>
#include <charconv>

#include "reference-server/api/problem.h"

namespace tenfold::mechanisms {

using api::Problem;

namespace {

constexpr std::int64_t kMostRows = 100;
constexpr std::int64_t kMostPages = 1'000'000;

std::int64_t number(const std::multimap<std::string, std::string>& query, const char* name,
                    std::int64_t fallback, std::int64_t least, std::int64_t most) {
    const auto it = query.find(name);
    if (it == query.end()) return fallback;
    std::int64_t value = 0;
    const auto& t = it->second;
    const auto [end, error] = std::from_chars(t.data(), t.data() + t.size(), value);
    if (error != std::errc{} || end != t.data() + t.size() || value < least || value > most)
        throw Problem::badRequest(std::string(name) + " must be a number from " +
                                  std::to_string(least) + " to " + std::to_string(most) + ".");
    return value;
}

std::string hex(const std::string& bytes) {
    constexpr char digits[] = "0123456789abcdef";
    std::string out;
    for (const unsigned char c : bytes) {
        out += digits[c >> 4];
        out += digits[c & 15];
    }
    return out;
}

std::string unhex(const std::string& text) {
    if (text.size() % 2) throw Problem::badRequest("This cursor is not one of ours.");
    std::string out;
    for (std::size_t i = 0; i < text.size(); i += 2) {
        unsigned value = 0;
        const auto [end, error] = std::from_chars(&text[i], &text[i] + 2, value, 16);
        if (error != std::errc{} || end != &text[i] + 2)
            throw Problem::badRequest("This cursor is not one of ours.");
        out += static_cast<char>(value);
    }
    return out;
}

}  // namespace

std::string cursorFor(const std::string& sortKey, std::int64_t id) {
    return hex(std::to_string(id) + "|" + sortKey);
}

Page pageFrom(const std::multimap<std::string, std::string>& query,
              const scenario::Design& design) {
    Page page;
    if (design.is("pagination", "none")) return page;
    const auto standard =
        static_cast<std::int64_t>(design.parameter("pagination", "page_size", 20));
    page.size = std::min(kMostRows, number(query, "limit", standard, 1, kMostPages));
    if (design.is("pagination", "offset")) {
        page.mode = Page::Mode::offset;
        page.offset = (number(query, "page", 1, 1, kMostPages) - 1) * page.size;
        return page;
    }
    page.mode = Page::Mode::keyset;
    if (const auto it = query.find("cursor"); it != query.end() && !it->second.empty()) {
        const std::string text = unhex(it->second);
        const auto bar = text.find('|');
        const auto [end, error] =
            std::from_chars(text.data(), text.data() + text.size(), page.afterId);
        if (bar == std::string::npos || error != std::errc{} || end != text.data() + bar)
            throw Problem::badRequest("This cursor is not one of ours.");
        page.afterText = text.substr(bar + 1);
    }
    return page;
}

}  // namespace tenfold::mechanisms
