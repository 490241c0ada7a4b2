// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/run/update_queue.h"

#include <algorithm>
#include <utility>

namespace tenfold::app {

void UpdateQueue::push(engine::Update update) {
    const std::lock_guard lock(m_mutex);
    if (const auto* change = std::get_if<engine::PhaseChange>(&update)) {
        if (change->phase == engine::Phase::idle || change->phase == engine::Phase::failed) {
            m_hasEnded = true;
            m_ended.notify_all();
        }
    }
    if (m_isClosed) return;
    if (m_updates.size() >= kLimit) {
        const auto oldest = std::find_if(m_updates.begin(), m_updates.end(), [](const auto& u) {
            return std::holds_alternative<measure::Sample>(u) ||
                   std::holds_alternative<measure::SlowRequests>(u);
        });
        if (oldest != m_updates.end()) m_updates.erase(oldest);
        ++m_dropped;
    }
    m_updates.push_back(std::move(update));
    // Under the lock, so that close() cannot return while the reader is being woken.
    if (m_updates.size() == 1 && m_wake) m_wake();
}

std::deque<engine::Update> UpdateQueue::takeAll() {
    const std::lock_guard lock(m_mutex);
    return std::exchange(m_updates, {});
}

void UpdateQueue::close() {
    const std::lock_guard lock(m_mutex);
    m_isClosed = true;
    m_wake = nullptr;
    m_updates.clear();
}

bool UpdateQueue::waitForEnd(std::chrono::milliseconds limit) {
    std::unique_lock lock(m_mutex);
    return m_ended.wait_for(lock, limit, [this] { return m_hasEnded; });
}

std::uint64_t UpdateQueue::dropped() const {
    const std::lock_guard lock(m_mutex);
    return m_dropped;
}

}  // namespace tenfold::app
