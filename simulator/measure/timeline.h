// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/measure/sample.h"

namespace tenfold::measure {

enum class EventKind { switched, fault, faultEnded, tier, machines, node, note };
std::string_view toString(EventKind kind);

/// Something that happened to a run: a numbered flag on every chart.
struct Event {
    EventKind kind = EventKind::note;
    double atMs = 0;            // since t0
    std::uint64_t version = 0;  // of the changes from here on; 0 when it changed none
    int number = 0;             // 1, 2, 3 … for flags; 0 for plain notes
    std::string text;           // "indexes off → on"
    std::string detail;  // what it did: the query plan before and after, the reason of a death
};

/// The samples of one run, in order, with its events. All that charts, verdict and reports read.
class Timeline {
public:
    /// Samples come in slot order; a slot that is skipped stays a gap.
    void add(Sample sample);
    void add(Event event);
    void clear();

    const std::vector<Sample>& samples() const { return m_samples; }
    const std::vector<Event>& events() const { return m_events; }
    bool empty() const { return m_samples.empty(); }
    std::int64_t lastSlot() const { return m_samples.empty() ? -1 : m_samples.back().slot; }

    /// Merged samples of slots in [from, to]. Slots that are missing are left out; `slots` counts
    /// those that are there.
    Sample window(std::int64_t fromSlot, std::int64_t toSlot) const;
    /// First slot that lies wholly after the last event that changed the system; 0 without one.
    std::int64_t slotAfterLastChange() const;
    /// The window of percentiles (design 3.2): since the last change, the last max(10 s, time for
    /// 300 requests).
    Sample steadyWindow() const;

    /// {"events":[…],"samples":[…]}
    nlohmann::json toJson() const;
    static Timeline fromJson(const nlohmann::json& j);

private:
    std::vector<Sample> m_samples;
    std::vector<Event> m_events;
};

nlohmann::json toJson(const Event& event);
Event eventFromJson(const nlohmann::json& j);

}  // namespace tenfold::measure
