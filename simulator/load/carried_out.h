// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <unordered_set>

namespace tenfold::load {

/// What was carried out, by what its client meant: tells what was carried out twice. Bounded, the
/// oldest is forgotten; a retry comes within a minute.
class CarriedOut {
public:
    explicit CarriedOut(std::size_t most = 1'000'000) : m_most(most) {}

    /// Notes it; true when it was carried out before.
    bool isAgain(std::uint64_t intention) {
        if (!m_known.insert(intention).second) return true;
        m_order.push_back(intention);
        if (m_order.size() > m_most) {
            m_known.erase(m_order.front());
            m_order.pop_front();
        }
        return false;
    }

private:
    std::size_t m_most;
    std::unordered_set<std::uint64_t> m_known;
    std::deque<std::uint64_t> m_order;
};

}  // namespace tenfold::load
