// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>

namespace tenfold::mechanisms {

/// How many requests of each user are in progress. On one thread.
class InProgress {
public:
    /// Held as long as its request is in progress; it may outlive the table.
    using Place = std::shared_ptr<void>;

    int of(std::uint64_t user) const {
        const auto it = m_counts->find(user);
        return it == m_counts->end() ? 0 : it->second;
    }
    Place enter(std::uint64_t user) {
        ++(*m_counts)[user];
        return {nullptr, [counts = m_counts, user](void*) {
                    const auto it = counts->find(user);
                    if (--it->second == 0) counts->erase(it);
                }};
    }

private:
    using Counts = std::unordered_map<std::uint64_t, int>;
    std::shared_ptr<Counts> m_counts = std::make_shared<Counts>();
};

}  // namespace tenfold::mechanisms
