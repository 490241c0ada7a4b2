// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/mechanisms/serialisation/fieldset.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace tenfold::mechanisms {

using api::Shortfall;

namespace {
constexpr std::size_t kLongestName = 60;  // of what a client says, in what it is answered

std::uint64_t allOf(std::size_t count) {
    return count >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
}
}  // namespace

Fieldset::Fieldset(std::span<const std::string_view> known)
    : m_known(known), m_chosen(allOf(known.size())) {}

bool Fieldset::has(std::string_view name) const {
    for (std::size_t i = 0; i < m_known.size(); ++i)
        if (m_known[i] == name) return (m_chosen >> i & 1) != 0;
    return false;
}

bool Fieldset::isWhole() const {
    return m_chosen == allOf(m_known.size());
}

std::string Fieldset::key() const {
    std::string out;
    if (isWhole()) return out;
    for (const auto name : m_known)
        if (has(name)) out += (out.empty() ? "" : ",") + std::string(name);
    return out;
}

bool Fieldset::choose(std::string_view name) {
    for (std::size_t i = 0; i < m_known.size(); ++i)
        if (m_known[i] == name) {
            m_chosen |= std::uint64_t{1} << i;
            return true;
        }
    return false;
}

Fieldset fieldsFrom(const std::multimap<std::string, std::string>& query,
                    std::span<const std::string_view> known, std::vector<Shortfall>& shortfalls) {
    Fieldset fields(known);
    const auto it = query.find("fields");
    if (it == query.end()) return fields;
    fields.m_chosen = 0;
    const std::string_view text = it->second;
    for (std::size_t from = 0; from <= text.size();) {
        const auto comma = std::min(text.find(',', from), text.size());
        const auto name = text.substr(from, comma - from);
        from = comma + 1;
        if (fields.choose(name)) continue;
        shortfalls.push_back({Shortfall::In::query, "fields",
                              fmt::format("has \"{}\", which is none of: {}.",
                                          name.substr(0, kLongestName), fmt::join(known, ", "))});
        break;  // one is enough to see what is allowed
    }
    return fields;
}

}  // namespace tenfold::mechanisms
