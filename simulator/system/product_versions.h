// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <deque>
#include <unordered_map>

namespace tenfold::system {

/// Of a product that nobody has changed.
constexpr std::uint64_t kFirstVersion = 1;

/// Which version of a product a database shows that has come so far.
class ProductVersions {
public:
    /// A change was committed at this position of the log; the version it made.
    std::uint64_t change(std::uint64_t product, std::uint64_t lsn) {
        auto& changes = m_changes[product];
        const std::uint64_t next = changes.empty() ? kFirstVersion + 1 : changes.back().version + 1;
        changes.push_back({lsn, next});
        // No replica is so many changes of one product behind.
        if (changes.size() > kKept) changes.pop_front();
        return next;
    }
    std::uint64_t at(std::uint64_t product, std::uint64_t lsn) const {
        const auto it = m_changes.find(product);
        if (it == m_changes.end()) return kFirstVersion;
        const auto& changes = it->second;
        for (auto change = changes.rbegin(); change != changes.rend(); ++change)
            if (change->lsn <= lsn) return change->version;
        return changes.front().version - 1;
    }

private:
    static constexpr std::size_t kKept = 1000;
    struct Change {
        std::uint64_t lsn;
        std::uint64_t version;
    };
    std::unordered_map<std::uint64_t, std::deque<Change>> m_changes;
};

}  // namespace tenfold::system
