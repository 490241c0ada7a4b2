// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/cache/key_space.h"

#include <charconv>

namespace tenfold::nodes {

namespace {
constexpr std::size_t kOverheadBytes = 120;  // list and table nodes, roughly
constexpr int kSweepSteps = 200;
}  // namespace

void KeySpace::erase(Order::iterator it) {
    m_bytes -= it->key.size() + it->value.size() + kOverheadBytes;
    m_entries.erase(it->key);
    m_order.erase(it);
}

KeySpace::Order::iterator KeySpace::find(const std::string& key, std::int64_t nowMs) {
    const auto it = m_entries.find(key);
    if (it == m_entries.end()) return m_order.end();
    const auto entry = it->second;
    if (entry->endsAtMs != kForever && entry->endsAtMs <= nowMs) {
        erase(entry);
        return m_order.end();
    }
    m_order.splice(m_order.begin(), m_order, entry);
    return entry;
}

const std::string* KeySpace::get(const std::string& key, std::int64_t nowMs) {
    const auto it = find(key, nowMs);
    return it == m_order.end() ? nullptr : &it->value;
}

void KeySpace::set(const std::string& key, std::string value, std::int64_t endsAtMs) {
    if (const auto it = m_entries.find(key); it != m_entries.end()) erase(it->second);
    m_bytes += key.size() + value.size() + kOverheadBytes;
    m_order.push_front({key, std::move(value), endsAtMs});
    m_entries.emplace(m_order.front().key, m_order.begin());
    while (m_bytes > m_maxBytes && m_order.size() > 1) {
        erase(std::prev(m_order.end()));
        ++m_evicted;
    }
}

bool KeySpace::remove(const std::string& key, std::int64_t nowMs) {
    const auto it = find(key, nowMs);
    if (it == m_order.end()) return false;
    erase(it);
    return true;
}

std::int64_t KeySpace::timeLeftMs(const std::string& key, std::int64_t nowMs) {
    const auto it = find(key, nowMs);
    if (it == m_order.end()) return -2;
    return it->endsAtMs == kForever ? -1 : it->endsAtMs - nowMs;
}

std::optional<std::int64_t> KeySpace::add(const std::string& key, std::int64_t delta,
                                          std::int64_t nowMs) {
    const auto it = find(key, nowMs);
    if (it == m_order.end()) {
        set(key, std::to_string(delta), kForever);
        return delta;
    }
    std::int64_t value = 0;
    const auto& text = it->value;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() ||
        __builtin_add_overflow(value, delta, &value))
        return std::nullopt;
    set(key, std::to_string(value), it->endsAtMs);
    return value;
}

void KeySpace::clear() {
    m_entries.clear();
    m_order.clear();
    m_bytes = 0;
}

void KeySpace::sweep(std::int64_t nowMs) {
    // From the end that nobody asks for: what is asked for ends by itself.
    int steps = kSweepSteps;
    for (auto it = m_order.end(); it != m_order.begin() && steps-- > 0;) {
        --it;
        if (it->endsAtMs == kForever || it->endsAtMs > nowMs) continue;
        const auto gone = it++;
        erase(gone);
    }
}

}  // namespace tenfold::nodes
