// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <utility>

namespace tenfold::nodes {

/// How many bytes of answers the gateway may hold at once. An instance's thread is free as soon as
/// the gateway has its whole answer, so answers wait here for the emulated links; without a bound,
/// lists of megabytes would fill the host's memory. Whoever does not fit is read later: the
/// instance then feels the back pressure. On the IO thread.
class ResponseBudget : public std::enable_shared_from_this<ResponseBudget> {
public:
    /// Room for some bytes, given back when the last copy is gone.
    using Room = std::shared_ptr<void>;

    explicit ResponseBudget(std::size_t bytes) : m_limit(bytes) {}

    /// Hands out room at once, or when others have given theirs back, in order of asking. More than
    /// the whole budget is given when nobody else has any: a huge answer is slow, never stuck.
    void reserve(std::size_t bytes, std::function<void(Room)> granted) {
        if (m_waiting.empty() && fits(bytes)) {
            granted(take(bytes));
            return;
        }
        m_waiting.push_back({bytes, std::move(granted)});
    }

    /// At the end: nobody is called back any more.
    void forgetWaiting() { m_waiting.clear(); }

    std::size_t heldBytes() const { return m_held; }
    std::size_t waiting() const { return m_waiting.size(); }

private:
    struct Waiting {
        std::size_t bytes;
        std::function<void(Room)> granted;
    };

    bool fits(std::size_t bytes) const { return m_held == 0 || m_held + bytes <= m_limit; }

    Room take(std::size_t bytes) {
        m_held += bytes;
        return Room(nullptr, [self = shared_from_this(), bytes](void*) { self->giveBack(bytes); });
    }

    void giveBack(std::size_t bytes) {
        m_held -= bytes;
        while (!m_waiting.empty() && fits(m_waiting.front().bytes)) {
            auto next = std::move(m_waiting.front());
            m_waiting.pop_front();
            next.granted(take(next.bytes));
        }
    }

    std::size_t m_limit;
    std::size_t m_held = 0;
    std::deque<Waiting> m_waiting;
};

}  // namespace tenfold::nodes
