// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/measure/timeline.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "simulator/measure/clock.h"

namespace tenfold::measure {

using nlohmann::json;

namespace {
constexpr std::array<std::string_view, 7> kKindNames{"switch",   "fault", "fault_ended", "tier",
                                                     "machines", "node",  "note"};
// 10 s of slots, and the requests a p99 asks for (measurement: one-sided 95 % bound needs 299).
constexpr int kMinSlots = 40;
constexpr std::uint64_t kMinRequests = 300;
}  // namespace

std::string_view toString(EventKind kind) {
    return kKindNames[static_cast<std::size_t>(kind)];
}

void Timeline::add(Sample sample) {
    if (!m_samples.empty() && sample.slot <= m_samples.back().slot)
        throw std::invalid_argument("timeline: slots must rise");
    m_samples.push_back(std::move(sample));
}

void Timeline::add(Event event) {
    m_events.push_back(std::move(event));
}

void Timeline::clear() {
    m_samples.clear();
    m_events.clear();
}

Sample Timeline::window(std::int64_t fromSlot, std::int64_t toSlot) const {
    const auto first = std::lower_bound(m_samples.begin(), m_samples.end(), fromSlot,
                                        [](const Sample& s, std::int64_t n) { return s.slot < n; });
    Sample merged;
    merged.slots = 0;
    merged.slot = fromSlot;
    for (auto it = first; it != m_samples.end() && it->slot <= toSlot; ++it) {
        if (merged.slots == 0) {
            merged = *it;
        } else {
            merged.mergeLater(*it);
        }
    }
    return merged;
}

std::int64_t Timeline::slotAfterLastChange() const {
    for (auto it = m_events.rbegin(); it != m_events.rend(); ++it) {
        if (it->version == 0) continue;
        return static_cast<std::int64_t>(std::ceil(it->atMs / SlotClock::kSlotMs));
    }
    return 0;
}

Sample Timeline::steadyWindow() const {
    const std::int64_t floor = slotAfterLastChange();
    std::int64_t from = lastSlot() + 1;
    std::uint64_t requests = 0;
    for (auto it = m_samples.rbegin(); it != m_samples.rend() && it->slot >= floor; ++it) {
        if (lastSlot() - it->slot >= kMinSlots && requests >= kMinRequests) break;
        for (const auto& [id, e] : it->endpoints) requests += e.users.response.count();
        from = it->slot;
    }
    return window(from, lastSlot());
}

json toJson(const Event& e) {
    json j = {{"kind", toString(e.kind)}, {"at_ms", e.atMs}, {"text", e.text}};
    if (e.version) j["version"] = e.version;
    if (e.number) j["number"] = e.number;
    if (!e.detail.empty()) j["detail"] = e.detail;
    return j;
}

Event eventFromJson(const json& j) {
    Event e;
    const auto name = j.at("kind").get<std::string>();
    const auto it = std::find(kKindNames.begin(), kKindNames.end(), name);
    if (it == kKindNames.end()) throw std::invalid_argument("event: unknown kind " + name);
    e.kind = static_cast<EventKind>(it - kKindNames.begin());
    j.at("at_ms").get_to(e.atMs);
    j.at("text").get_to(e.text);
    e.version = j.value("version", std::uint64_t{0});
    e.number = j.value("number", 0);
    e.detail = j.value("detail", "");
    return e;
}

json Timeline::toJson() const {
    json j = {{"events", json::array()}, {"samples", json::array()}};
    for (const auto& e : m_events) j["events"].push_back(measure::toJson(e));
    for (const auto& s : m_samples) j["samples"].push_back(measure::toJson(s));
    return j;
}

Timeline Timeline::fromJson(const json& j) {
    Timeline t;
    for (const auto& s : j.at("samples")) t.add(sampleFromJson(s));
    for (const auto& e : j.at("events")) t.add(eventFromJson(e));
    return t;
}

}  // namespace tenfold::measure
