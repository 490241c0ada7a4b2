// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/station/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>

namespace tenfold::station {

namespace {
/// `$.stations[0].service.job`, and `$.service["web job"]` where the key is no word.
std::string childPath(const std::string& path, const std::string& key) {
    const bool isWord = !key.empty() && std::all_of(key.begin(), key.end(), [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '_';
    });
    return isWord ? path + "." + key : path + "[" + nlohmann::json(key).dump() + "]";
}
}  // namespace

Reader Reader::at(const std::string& key) const {
    const bool isHere = m_value != nullptr && m_value->is_object() && m_value->contains(key);
    return {isHere ? &m_value->at(key) : nullptr, childPath(m_path, key), *m_problems};
}

Reader Reader::at(std::size_t index) const {
    return {&m_value->at(index), fmt::format("{}[{}]", m_path, index), *m_problems};
}

std::string Reader::found() const {
    constexpr std::size_t kMost = 80;
    if (m_value == nullptr) return "nothing";
    std::string text = m_value->dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    return text.size() <= kMost ? text : text.substr(0, kMost) + "…";
}

void Reader::refuse(const std::string& allowed) const {
    m_problems->add(m_path, found(), allowed);
}

bool Reader::isObject() const {
    if (m_value != nullptr && m_value->is_object()) return true;
    refuse("an object");
    return false;
}

bool Reader::isObject(std::initializer_list<const char*> keys) const {
    if (!isObject()) return false;
    std::string allowed;
    for (const auto* key : keys) allowed += (allowed.empty() ? "" : ", ") + std::string(key);
    for (const auto& [key, value] : m_value->items())
        if (std::none_of(keys.begin(), keys.end(), [&](const char* k) { return k == key; }))
            m_problems->add(childPath(m_path, key), "an unknown key", allowed);
    return true;
}

bool Reader::isFilledArray() const {
    if (m_value != nullptr && m_value->is_array() && !m_value->empty()) return true;
    refuse("a list with at least one entry");
    return false;
}

std::optional<std::string> Reader::text() const {
    if (m_value != nullptr && m_value->is_string() &&
        !m_value->get_ref<const std::string&>().empty())
        return m_value->get<std::string>();
    refuse("a text");
    return std::nullopt;
}

std::optional<double> Reader::number(double least, bool orEqual) const {
    if (m_value != nullptr && m_value->is_number()) {
        const auto x = m_value->get<double>();
        if (std::isfinite(x) && (x > least || (orEqual && x == least))) return x;
    }
    refuse(fmt::format("a number {} {:g}", orEqual ? "of at least" : "above", least));
    return std::nullopt;
}

std::optional<std::uint64_t> Reader::whole(std::uint64_t least, std::uint64_t most) const {
    if (m_value != nullptr && m_value->is_number_integer() &&
        (m_value->is_number_unsigned() || m_value->get<std::int64_t>() >= 0)) {
        const auto x = m_value->get<std::uint64_t>();
        if (x >= least && x <= most) return x;
    }
    // 4e6 is a whole number too.
    if (m_value != nullptr && m_value->is_number_float()) {
        const auto x = m_value->get<double>();
        if (x == std::floor(x) && x >= static_cast<double>(least) && x <= 0x1.0p53 &&
            x <= static_cast<double>(most))
            return static_cast<std::uint64_t>(x);
    }
    refuse(fmt::format("a whole number from {} to {}", least, most));
    return std::nullopt;
}

}  // namespace tenfold::station
