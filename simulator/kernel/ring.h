// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <type_traits>
#include <vector>

namespace tenfold::kernel {

/// A line, first in first out, in one block of memory that only grows: who waits in the simulation.
/// (std::deque takes and gives back a block every few dozen entries.)
template <class T>
class Ring {
    static_assert(std::is_trivially_copyable_v<T>);

public:
    bool empty() const { return m_head == m_tail; }
    std::size_t size() const { return m_tail - m_head; }

    void push(T value) {
        if (size() == m_slots.size()) grow();
        m_slots[m_tail++ & m_mask] = value;
    }
    /// REQUIRES: !empty()
    const T& front() const { return m_slots[m_head & m_mask]; }
    /// REQUIRES: !empty()
    T pop() { return m_slots[m_head++ & m_mask]; }

private:
    void grow() {
        std::vector<T> larger(m_slots.empty() ? 16 : 2 * m_slots.size());
        const std::size_t n = size();
        for (std::size_t i = 0; i < n; ++i) larger[i] = m_slots[(m_head + i) & m_mask];
        m_slots.swap(larger);
        m_mask = m_slots.size() - 1;
        m_head = 0;
        m_tail = n;
    }

    std::vector<T> m_slots;  // a power of two, or none
    std::size_t m_mask = 0;
    std::size_t m_head = 0;
    std::size_t m_tail = 0;
};

}  // namespace tenfold::kernel
