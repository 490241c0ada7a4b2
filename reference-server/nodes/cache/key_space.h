// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>

namespace tenfold::nodes {

/// Keys, values and their ends. Memory is bounded: the key that was used longest ago goes first.
class KeySpace {
public:
    static constexpr std::int64_t kForever = -1;

    explicit KeySpace(std::size_t maxBytes) : m_maxBytes(maxBytes) {}

    const std::string* get(const std::string& key, std::int64_t nowMs);
    /// `endsAtMs`: kForever or an absolute time.
    void set(const std::string& key, std::string value, std::int64_t endsAtMs);
    bool remove(const std::string& key, std::int64_t nowMs);
    /// Ms left; -1 without an end, -2 without the key (as PTTL answers).
    std::int64_t timeLeftMs(const std::string& key, std::int64_t nowMs);
    /// The number after adding; nothing when the value is no number.
    std::optional<std::int64_t> add(const std::string& key, std::int64_t delta, std::int64_t nowMs);
    void clear();
    /// Removes some of what has ended; called now and then, so that dead keys do not fill memory.
    void sweep(std::int64_t nowMs);

    std::size_t size() const { return m_entries.size(); }
    std::size_t bytes() const { return m_bytes; }
    std::uint64_t evicted() const { return m_evicted; }

private:
    struct Entry {
        std::string key;
        std::string value;
        std::int64_t endsAtMs;
    };
    using Order = std::list<Entry>;
    Order::iterator find(const std::string& key, std::int64_t nowMs);
    void erase(Order::iterator it);

    std::size_t m_maxBytes;
    std::size_t m_bytes = 0;
    std::uint64_t m_evicted = 0;
    Order m_order;  // most recently used first
    std::unordered_map<std::string_view, Order::iterator> m_entries;
};

}  // namespace tenfold::nodes
