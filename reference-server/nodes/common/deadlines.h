// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <queue>
#include <vector>

#include "simulator/measure/clock.h"

namespace tenfold::nodes {

/// Calls back at absolute times: any number of deadlines, one timer. On one IO thread.
class Deadlines {
public:
    explicit Deadlines(boost::asio::io_context& io) : m_timer(io) {}

    /// Calls back at or soon after `when`; at once, in place, when that has passed.
    void at(measure::Nanos when, std::function<void()> callback) {
        if (when <= measure::monotonicNow()) {
            callback();
            return;
        }
        m_heap.push({when, ++m_sequence, std::move(callback)});
        if (m_armedFor == 0 || when < m_armedFor) arm();
    }

private:
    struct Entry {
        measure::Nanos when;
        std::uint64_t sequence;
        std::function<void()> callback;
    };
    struct Later {
        bool operator()(const Entry& a, const Entry& b) const {
            return a.when != b.when ? a.when > b.when : a.sequence > b.sequence;
        }
    };
    void arm() {
        m_armedFor = m_heap.empty() ? 0 : m_heap.top().when;
        if (m_heap.empty()) return;
        m_timer.expires_at(
            boost::asio::steady_timer::time_point(std::chrono::nanoseconds(m_armedFor)));
        m_timer.async_wait([this](boost::system::error_code e) {
            if (e) return;
            m_armedFor = 0;
            const auto now = measure::monotonicNow();
            while (!m_heap.empty() && m_heap.top().when <= now) {
                const auto callback = std::move(const_cast<Entry&>(m_heap.top()).callback);
                m_heap.pop();
                callback();
            }
            if (m_armedFor == 0) arm();
        });
    }

    boost::asio::steady_timer m_timer;
    std::priority_queue<Entry, std::vector<Entry>, Later> m_heap;
    std::uint64_t m_sequence = 0;
    measure::Nanos m_armedFor = 0;
};

}  // namespace tenfold::nodes
