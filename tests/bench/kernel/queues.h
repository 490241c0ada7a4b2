// SPDX-License-Identifier: GPL-3.0-or-later
// The queues that EventQueue was chosen among, with its interface as far as the hold model needs
// it.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <queue>
#include <vector>

namespace tenfold::bench {

using Nanos = std::int64_t;
struct Payload {
    std::uint64_t a;
    std::uint64_t b;
};
struct Item {
    Nanos at;
    std::uint64_t sequence;
    Payload payload;
};
inline bool isEarlier(const Item& a, const Item& b) {
    return a.at != b.at ? a.at < b.at : a.sequence < b.sequence;
}

/// The standard library's binary heap.
class StandardHeap {
public:
    explicit StandardHeap(std::size_t, Nanos) {}
    void push(Nanos at, Payload p) { m_heap.push({at, m_sequence++, p}); }
    Payload pop(Nanos& at) {
        const Item top = m_heap.top();
        m_heap.pop();
        at = top.at;
        return top.payload;
    }

private:
    struct Later {
        bool operator()(const Item& a, const Item& b) const { return isEarlier(b, a); }
    };
    std::priority_queue<Item, std::vector<Item>, Later> m_heap;
    std::uint64_t m_sequence = 0;
};

/// Pairing heap (Fredman et al. 1986), two-pass, nodes by number.
class PairingHeap {
public:
    explicit PairingHeap(std::size_t, Nanos) {}
    void push(Nanos at, Payload p) {
        std::uint32_t n = 0;
        if (m_free.empty()) {
            n = static_cast<std::uint32_t>(m_nodes.size());
            m_nodes.emplace_back();
        } else {
            n = m_free.back();
            m_free.pop_back();
        }
        m_nodes[n] = {{at, m_sequence++, p}, kNone, kNone};
        m_root = m_root == kNone ? n : join(m_root, n);
    }
    Payload pop(Nanos& at) {
        const std::uint32_t top = m_root;
        at = m_nodes[top].item.at;
        m_pairs.clear();
        for (std::uint32_t n = m_nodes[top].child; n != kNone;) {
            const std::uint32_t second = m_nodes[n].next;
            const std::uint32_t rest = second == kNone ? kNone : m_nodes[second].next;
            m_pairs.push_back(second == kNone ? n : join(n, second));
            n = rest;
        }
        m_root = kNone;
        for (std::size_t i = m_pairs.size(); i-- > 0;)
            m_root = m_root == kNone ? m_pairs[i] : join(m_root, m_pairs[i]);
        m_free.push_back(top);
        return m_nodes[top].item.payload;
    }

private:
    static constexpr std::uint32_t kNone = 0xffffffff;
    struct Node {
        Item item;
        std::uint32_t child;
        std::uint32_t next;
    };
    std::uint32_t join(std::uint32_t a, std::uint32_t b) {
        if (isEarlier(m_nodes[b].item, m_nodes[a].item)) std::swap(a, b);
        m_nodes[b].next = m_nodes[a].child;
        m_nodes[a].child = b;
        m_nodes[a].next = kNone;
        return a;
    }
    std::vector<Node> m_nodes;
    std::vector<std::uint32_t> m_free;
    std::vector<std::uint32_t> m_pairs;
    std::uint32_t m_root = kNone;
    std::uint64_t m_sequence = 0;
};

/// Calendar queue (Brown 1988) that slides over time: a bucket holds one day, a bit says whether
/// anything is in it, and what is further away than the calendar reaches waits in a heap. Its days
/// are as long as the mean time between events, told in advance: the best a calendar can have,
/// which a real one would have to find out and follow.
class Calendar {
public:
    Calendar(std::size_t pending, Nanos mean)
        : m_days(std::bit_ceil(4 * pending + 64)), m_busy(m_days / 64, 0), m_first(m_days, kNone) {
        const auto gap = static_cast<std::uint64_t>(mean) / pending;
        m_shift = std::max(0, static_cast<int>(std::bit_width(gap)) - 1);
    }
    void push(Nanos at, Payload p) {
        const Item item{at, m_sequence++, p};
        if (dayOf(at) < m_today + m_days) {
            put(item);
        } else {
            m_later.push(item);
        }
    }
    Payload pop(Nanos& at) {
        std::uint64_t slot = m_today & (m_days - 1);
        std::uint64_t word = m_busy[slot / 64] >> (slot % 64) << (slot % 64);
        std::size_t w = slot / 64;
        for (std::size_t looked = 0; word == 0 && looked <= m_busy.size(); ++looked) {
            w = (w + 1) & (m_busy.size() - 1);
            word = m_busy[w];
        }
        if (word == 0) {
            m_today = dayOf(m_later.top().at);
            fetch();
            return pop(at);
        }
        const std::uint64_t found = w * 64 + static_cast<unsigned>(std::countr_zero(word));
        m_today += (found - slot) & (m_days - 1);
        const std::uint32_t n = m_first[found];
        m_first[found] = m_nodes[n].next;
        if (m_first[found] == kNone) m_busy[found / 64] &= ~(1ULL << (found % 64));
        m_free.push_back(n);
        at = m_nodes[n].item.at;
        const Payload p = m_nodes[n].item.payload;
        fetch();
        return p;
    }

private:
    static constexpr std::uint32_t kNone = 0xffffffff;
    struct Node {
        Item item;
        std::uint32_t next;
    };
    struct Later {
        bool operator()(const Item& a, const Item& b) const { return isEarlier(b, a); }
    };
    std::uint64_t dayOf(Nanos at) const { return static_cast<std::uint64_t>(at) >> m_shift; }
    void fetch() {
        while (!m_later.empty() && dayOf(m_later.top().at) < m_today + m_days) {
            put(m_later.top());
            m_later.pop();
        }
    }
    void put(const Item& item) {
        std::uint32_t n = 0;
        if (m_free.empty()) {
            n = static_cast<std::uint32_t>(m_nodes.size());
            m_nodes.emplace_back();
        } else {
            n = m_free.back();
            m_free.pop_back();
        }
        const std::uint64_t slot = dayOf(item.at) & (m_days - 1);
        std::uint32_t* link = &m_first[slot];
        while (*link != kNone && isEarlier(m_nodes[*link].item, item)) link = &m_nodes[*link].next;
        m_nodes[n] = {item, *link};
        *link = n;
        m_busy[slot / 64] |= 1ULL << (slot % 64);
    }

    std::size_t m_days;
    std::vector<std::uint64_t> m_busy;
    std::vector<std::uint32_t> m_first;
    std::vector<Node> m_nodes;
    std::vector<std::uint32_t> m_free;
    std::priority_queue<Item, std::vector<Item>, Later> m_later;
    std::uint64_t m_today = 0;
    std::uint64_t m_sequence = 0;
    int m_shift = 0;
};

}  // namespace tenfold::bench
