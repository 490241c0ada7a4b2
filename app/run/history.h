// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "simulator/measure/clock.h"
#include "simulator/measure/timeline.h"

namespace tenfold::app {

constexpr double kSlotS = measure::SlotClock::kSlotS;
constexpr int kSlotsPerSecond = 4;
/// What the panels show.
constexpr int kShownSeconds = 120;
/// So much of the time before a change is drawn behind what came after it.
constexpr int kGhostSeconds = 30;

/// What charts show: everything, or one endpoint (an index into load::endpoints()).
using View = std::optional<std::size_t>;

struct Work {
    std::uint64_t requests = 0;
    std::uint64_t statements = 0;
    void add(const Work& other);
};

/// What charts need of one slot, of everything or of one endpoint.
struct SlotCounts {
    std::uint64_t offered = 0;  // users
    std::array<std::uint64_t, measure::kOutcomes> outcomes{};
    Work all;
    std::uint64_t stageRequests = 0;
    std::array<double, measure::kStages> stageMs{};
    void add(const SlotCounts& other);
};
SlotCounts slotCountsOf(const measure::EndpointSample& sample);

/// The numbers of one slot that charts and the export need: small, kept for the whole run.
struct SlotRow : SlotCounts {
    std::int64_t slot = 0;
    std::uint64_t version = 0;
    std::uint64_t abuserOffered = 0;
    double hostCpu = 0;
    double lagP99Ms = 0;
    double overrunP99Ms = 0;
    std::optional<double> p50, p95, p99;  // of this slot alone, for the export
};

/// `response`: of all users, over all endpoints.
SlotRow slotRowOf(const measure::Sample& sample, const measure::Histogram& response);

/// The same slot endpoint by endpoint; those that nobody asked are left out.
struct EndpointSlot {
    std::size_t endpoint = 0;
    SlotCounts counts;
    measure::Histogram response;
};
using EndpointSlots = std::vector<EndpointSlot>;
EndpointSlots endpointSlotsOf(const measure::Sample& sample);

/// One point of the latency lines. A percentile is absent while its window has too few samples.
struct LatencyPoint {
    std::int64_t endSlot = 0;  // the window ends before this slot
    std::optional<double> p50, p95, p99;
    std::uint64_t n = 0;  // in the window of p95 and p99
    double windowS = 0;
};

/// How many samples a percentile needs: below that it is not shown.
constexpr std::uint64_t kSamplesForP50 = 5;
constexpr std::uint64_t kSamplesForP95 = 60;
constexpr std::uint64_t kSamplesForP99 = 300;

/// A run as the window keeps it. The full samples of a run grow by half a megabyte a second, so
/// only the last minutes of them stay; rows and events stay for the whole run.
class History {
public:
    /// `keepsSamples`: rows and percentiles are enough for whoever judges nothing.
    explicit History(bool keepsSamples = true);
    void add(measure::Sample sample);
    /// A slot of which there is no more than this.
    void add(const SlotRow& row, EndpointSlots endpoints);
    void add(measure::Event event);
    void clear();

    /// The recent samples, with every event: what verdict and diagnosis read.
    const measure::Timeline& timeline() const { return m_current; }
    const std::vector<measure::Event>& events() const { return m_events; }
    const std::vector<SlotRow>& rows() const { return m_rows; }
    /// Of one endpoint it is worked out when somebody first asks, and kept up from then on.
    const std::deque<LatencyPoint>& latency(View view = {}) const;
    /// Calls use(slot, counts) for each slot that was reported in [from, to); of an endpoint that
    /// nobody asked for the counts are zero. Of one endpoint there are the recent slots only.
    template <class F>
    void eachRecent(std::int64_t from, std::int64_t to, View view, F&& use) const;

    bool empty() const { return m_rows.empty(); }
    /// One past the last slot; "now" of the time axis.
    std::int64_t endSlot() const { return m_rows.empty() ? 0 : m_rows.back().slot + 1; }
    std::int64_t slotAfterLastChange() const { return m_current.slotAfterLastChange(); }
    /// The percentiles of the window that ends now.
    LatencyPoint latencyNow(View view = {}) const { return latencyAt(endSlot(), view); }
    /// The last event that changed the system; null without one.
    const measure::Event* lastChange() const;

private:
    /// A slot endpoint by endpoint, as long as charts look back.
    struct Recent {
        std::int64_t slot = 0;
        measure::Histogram response;  // of everything
        EndpointSlots endpoints;
        const EndpointSlot* of(std::size_t endpoint) const;
    };
    void add(const SlotRow& row, measure::Histogram response, EndpointSlots endpoints);
    LatencyPoint latencyAt(std::int64_t endSlot, View view) const;
    std::int64_t slotAfterChangeBefore(std::int64_t endSlot) const;
    void addLatency(std::deque<LatencyPoint>& points, std::int64_t endSlot, View view) const;

    static bool isEarlier(const SlotRow& row, std::int64_t slot) { return row.slot < slot; }

    bool m_keepsSamples;
    measure::Timeline m_current;
    // Fed beside m_current once that is old enough, then takes its place: no copy, no stall.
    measure::Timeline m_next;
    std::vector<measure::Event> m_events;
    std::vector<SlotRow> m_rows;
    std::deque<Recent> m_recent;
    mutable std::map<View, std::deque<LatencyPoint>> m_latency{{View{}, {}}};
};

template <class F>
void History::eachRecent(std::int64_t from, std::int64_t to, View view, F&& use) const {
    if (!view) {
        auto row = std::lower_bound(m_rows.begin(), m_rows.end(), from, isEarlier);
        for (; row != m_rows.end() && row->slot < to; ++row)
            use(row->slot, static_cast<const SlotCounts&>(*row));
        return;
    }
    const auto isBefore = [](const Recent& recent, std::int64_t slot) {
        return recent.slot < slot;
    };
    auto it = std::lower_bound(m_recent.begin(), m_recent.end(), from, isBefore);
    for (; it != m_recent.end() && it->slot < to; ++it) {
        const auto* endpoint = it->of(*view);
        use(it->slot, endpoint ? endpoint->counts : SlotCounts{});
    }
}

}  // namespace tenfold::app
