// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/supervisor/slot_merger.h"

#include <algorithm>
#include <iterator>

namespace tenfold::supervisor {

void SlotMerger::expect(const std::string& node, measure::Nanos nowNs) {
    m_expectedFrom[node] = std::max<std::int64_t>(0, m_clock.slotAt(nowNs) + 1);
    m_gone.erase(node);
}

void SlotMerger::forget(const std::string& node, measure::Nanos nowNs) {
    const auto it = m_expectedFrom.find(node);
    if (it == m_expectedFrom.end()) return;
    m_gone[node] = {it->second, m_clock.slotAt(nowNs)};
    m_expectedFrom.erase(it);
}

void SlotMerger::publish(std::uint64_t version, measure::Nanos nowNs) {
    m_versions[std::max<std::int64_t>(m_next, m_clock.slotAt(nowNs))] = version;
}

std::uint64_t SlotMerger::versionAt(std::int64_t slot) {
    const auto after = m_versions.upper_bound(slot);
    if (after == m_versions.begin()) return 0;
    const auto it = std::prev(after);
    const auto version = it->second;
    m_versions.erase(m_versions.begin(), it);
    return version;
}

void SlotMerger::add(const std::string& node, const measure::Sample& part) {
    if (part.slot < m_next) {
        ++m_lateParts;
        return;
    }
    auto& open = m_open[part.slot];
    open.sample.slot = part.slot;
    open.sample.mergePart(part);
    open.reported.insert(node);
}

bool SlotMerger::isComplete(std::int64_t slot, const Open& open) const {
    return std::all_of(m_expectedFrom.begin(), m_expectedFrom.end(), [&](const auto& e) {
        return e.second > slot || open.reported.contains(e.first);
    });
}

void SlotMerger::advance(measure::Nanos nowNs) {
    while (m_clock.endOf(m_next) <= nowNs) {
        auto it = m_open.find(m_next);
        const bool isDue = m_clock.endOf(m_next) + measure::SlotClock::kMergeAfterNs <= nowNs;
        if (it == m_open.end()) {
            if (!isDue) return;
            it = m_open.try_emplace(m_next).first;
            it->second.sample.slot = m_next;
        }
        if (!isDue && !isComplete(m_next, it->second)) return;
        measure::Sample sample = std::move(it->second.sample);
        for (const auto& [node, from] : m_expectedFrom)
            if (from <= m_next && !it->second.reported.contains(node)) sample.missing.insert(node);
        for (const auto& [node, slots] : m_gone)
            if (slots.first <= m_next && m_next <= slots.second &&
                !it->second.reported.contains(node))
                sample.missing.insert(node);
        std::erase_if(m_gone, [this](const auto& gone) { return gone.second.second <= m_next; });
        // A part may say a later one: it was made a little after the end of its slot.
        if (const auto version = versionAt(m_next); version > 0) sample.version = version;
        m_open.erase(it);
        ++m_next;
        m_emit(std::move(sample));
    }
}

}  // namespace tenfold::supervisor
