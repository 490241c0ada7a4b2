// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>
#include <type_traits>
#include <vector>

namespace tenfold::kernel {

/// Simulated time in nanoseconds.
using Nanos = std::int64_t;

/// The events that are still to come, in order of (time, sequence of insertion): of two events at
/// the same instant the one pushed first comes first, so a run is the same on any machine.
///
/// A 4-ary heap (Knuth, TAOCP 3, 5.2.3 exercise 28) of packed keys. It allocates only when it grows
/// beyond what it has ever held; `reserve` avoids that too. Owned by one simulation, one thread.
template <class Payload>
class EventQueue {
    static_assert(std::is_trivially_copyable_v<Payload> && sizeof(Payload) <= 16,
                  "an event is copied all the time: keep it small, and what it means elsewhere");

public:
    void push(Nanos at, Payload payload) {
        const Entry entry{keyOf(at, m_sequence++), payload};
        if (m_hasHole) {
            m_hasHole = false;
            siftDown(entry);
        } else {
            m_entries.push_back(entry);
            siftUp(m_entries.size() - 1, entry);
        }
    }

    bool empty() const { return size() == 0; }
    std::size_t size() const { return m_entries.size() - (m_hasHole ? 1 : 0); }

    /// When the next event is due. REQUIRES: !empty()
    Nanos nextAt() const { return timeOf(m_entries[m_hasHole ? leastChild(0) : 0].key); }

    /// Removes the next event and says when it is due. REQUIRES: !empty()
    Payload pop(Nanos& at) {
        if (m_hasHole) fillHole();
        const Entry top = m_entries.front();
        at = timeOf(top.key);
        // Most events schedule another: the place of the top stays open for it, which saves moving
        // the last entry down and the new one up.
        m_hasHole = true;
        return top.payload;
    }

    void clear() {
        m_entries.clear();
        m_hasHole = false;
        m_sequence = 0;
    }
    void reserve(std::size_t n) { m_entries.reserve(n + 1); }

private:
    __extension__ using Key = unsigned __int128;
    struct Entry {
        Key key;
        Payload payload;
    };
    static constexpr std::uint64_t kSignBit = 1ULL << 63;
    static constexpr std::size_t kArity = 4;

    /// One comparison for time and sequence; the sign bit is turned so that negative times sort.
    static Key keyOf(Nanos at, std::uint64_t sequence) {
        return static_cast<Key>(static_cast<std::uint64_t>(at) ^ kSignBit) << 64 | sequence;
    }
    static Nanos timeOf(Key key) {
        return static_cast<Nanos>(static_cast<std::uint64_t>(key >> 64) ^ kSignBit);
    }

    /// REQUIRES: `at` has a child.
    std::size_t leastChild(std::size_t at) const {
        const std::size_t first = kArity * at + 1;
        const std::size_t end = std::min(first + kArity, m_entries.size());
        std::size_t least = first;
        for (std::size_t c = first + 1; c < end; ++c)
            least = m_entries[c].key < m_entries[least].key ? c : least;
        return least;
    }

    void siftUp(std::size_t at, const Entry& entry) {
        while (at > 0) {
            const std::size_t parent = (at - 1) / kArity;
            if (m_entries[parent].key < entry.key) break;
            m_entries[at] = m_entries[parent];
            at = parent;
        }
        m_entries[at] = entry;
    }

    void siftDown(const Entry& entry) {
        std::size_t at = 0;
        while (kArity * at + 1 < m_entries.size()) {
            const std::size_t child = leastChild(at);
            if (entry.key < m_entries[child].key) break;
            m_entries[at] = m_entries[child];
            at = child;
        }
        m_entries[at] = entry;
    }

    void fillHole() {
        m_hasHole = false;
        const Entry last = m_entries.back();
        m_entries.pop_back();
        if (!m_entries.empty()) siftDown(last);
    }

    std::vector<Entry> m_entries;
    std::uint64_t m_sequence = 0;
    bool m_hasHole = false;
};

}  // namespace tenfold::kernel
