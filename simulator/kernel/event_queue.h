// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

namespace tenfold::kernel {

/// Simulated time in nanoseconds.
using Nanos = std::int64_t;

/// The events that are still to come, in order of (time, sequence of insertion): of two events at
/// the same instant the one pushed first comes first, so a run is the same on any machine.
///
/// A 4-ary heap (Knuth, TAOCP 3, 5.2.3). It allocates only when it grows beyond what it has ever
/// held; `reserve` avoids that too. Owned by one simulation, one thread. What makes it fast,
/// measured by tests/bench/kernel/queues:
///  - time and sequence are one 128-bit number, and the least of four children is found without a
///    branch; siblings share two cache lines;
///  - the place of a popped event stays open for the one it schedules, as most events do;
///  - an entry that moves down goes to the bottom first and then up to its place (Wegener 1993):
///    nearly always it belongs there, and the way down has no branch the processor could guess
///    wrong.
template <class Payload>
class EventQueue {
    static_assert(std::is_trivially_copyable_v<Payload> && sizeof(Payload) <= 16,
                  "an event is copied all the time: keep it small, and what it means elsewhere");

public:
    void push(Nanos at, Payload payload) {
        const Entry entry{keyOf(at, m_sequence++), payload};
        if (m_hasHole) {
            m_hasHole = false;
            replaceTop(entry);
        } else {
            if (m_end == 4 * m_quads.size()) m_quads.emplace_back();
            siftUp(m_end++, entry);
        }
    }

    bool empty() const { return size() == 0; }
    std::size_t size() const { return m_end - kRoot - (m_hasHole ? 1 : 0); }

    /// When the next event is due. REQUIRES: !empty()
    Nanos nextAt() const { return timeOf(at(m_hasHole ? leastOf(firstChild(kRoot)) : kRoot).key); }

    /// Removes the next event and says when it is due. REQUIRES: !empty()
    Payload pop(Nanos& dueAt) {
        if (m_hasHole) fillHole();
        const Entry& top = at(kRoot);
        dueAt = timeOf(top.key);
        m_hasHole = true;
        return top.payload;
    }

    void clear() {
        m_quads.assign(1, Quad{});
        m_end = kRoot;
        m_hasHole = false;
        m_sequence = 0;
    }
    void reserve(std::size_t n) { m_quads.reserve((n + kRoot) / 4 + 2); }

private:
    __extension__ using Key = unsigned __int128;
    static constexpr Key kNever = ~Key{0};
    struct Entry {
        Key key = kNever;
        Payload payload;
    };
    /// Four siblings. What is not in use is never due, so four can always be compared.
    struct alignas(64) Quad {
        Entry entries[4];
    };
    static constexpr std::uint64_t kSignBit = 1ULL << 63;
    /// The last of the first four, so that its children, 4 to 7, are one quad, and so on.
    static constexpr std::size_t kRoot = 3;

    static std::size_t firstChild(std::size_t i) { return 4 * (i - 2); }
    static std::size_t parent(std::size_t i) { return i / 4 + 2; }

    /// One comparison for time and sequence; the sign bit is turned so that negative times sort.
    static Key keyOf(Nanos at, std::uint64_t sequence) {
        return static_cast<Key>(static_cast<std::uint64_t>(at) ^ kSignBit) << 64 | sequence;
    }
    static Nanos timeOf(Key key) {
        return static_cast<Nanos>(static_cast<std::uint64_t>(key >> 64) ^ kSignBit);
    }

    Entry& at(std::size_t i) { return m_quads[i / 4].entries[i % 4]; }
    const Entry& at(std::size_t i) const { return m_quads[i / 4].entries[i % 4]; }

    /// Of the quad that begins at `first`.
    std::size_t leastOf(std::size_t first) const {
        const Entry* e = m_quads[first / 4].entries;
        const std::size_t a = number(e[1].key < e[0].key);
        const std::size_t b = 2 + number(e[3].key < e[2].key);
        const std::size_t isB = number(e[b].key < e[a].key);
        return first + (a ^ ((a ^ b) & (0 - isB)));
    }

    /// 1 or 0, in a way the compiler cannot turn back into a branch: which child is the least is
    /// guessed wrong half of the time.
    static std::size_t number(bool condition) {
        std::size_t n = condition ? 1 : 0;
        __asm__("" : "+r"(n));
        return n;
    }

    void siftUp(std::size_t i, const Entry& entry) {
        while (i > kRoot && entry.key < at(parent(i)).key) {
            at(i) = at(parent(i));
            i = parent(i);
        }
        at(i) = entry;
    }

    void replaceTop(const Entry& entry) {
        std::size_t hole = kRoot;
        for (std::size_t first = firstChild(hole); first < m_end; first = firstChild(hole)) {
            const std::size_t least = leastOf(first);
            at(hole) = at(least);
            hole = least;
        }
        siftUp(hole, entry);
    }

    void fillHole() {
        m_hasHole = false;
        const Entry last = at(--m_end);
        at(m_end).key = kNever;
        if (m_end > kRoot) replaceTop(last);
    }

    std::vector<Quad> m_quads{1};
    std::size_t m_end = kRoot;  // one beyond the last in use
    std::uint64_t m_sequence = 0;
    bool m_hasHole = false;
};

}  // namespace tenfold::kernel
