// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "reference-server/api/problem.h"

namespace tenfold::mechanisms {

/// Which fields of a resource an answer shall have (`?fields=id,total_cents`); all that the
/// contract knows when nothing is said.
class Fieldset {
public:
    /// All of them. `known` must outlive it: at most 64 names, as the contract has them.
    explicit Fieldset(std::span<const std::string_view> known);

    bool has(std::string_view name) const;
    bool isWhole() const;
    /// One text for every way to name the same fields, whatever their order and however often:
    /// part of a cache's key. Empty for all of them.
    std::string key() const;

private:
    friend Fieldset fieldsFrom(const std::multimap<std::string, std::string>& query,
                               std::span<const std::string_view> known,
                               std::vector<api::Shortfall>& shortfalls);
    bool choose(std::string_view name);

    std::span<const std::string_view> m_known;
    std::uint64_t m_chosen;  // bit i: m_known[i]
};

/// Reads ?fields=. A name that is not known is added to `shortfalls`, with those that are.
Fieldset fieldsFrom(const std::multimap<std::string, std::string>& query,
                    std::span<const std::string_view> known,
                    std::vector<api::Shortfall>& shortfalls);

}  // namespace tenfold::mechanisms
