// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <deque>
#include <optional>
#include <vector>

#include "simulator/measure/timeline.h"

namespace tenfold::app {

constexpr double kSlotS = 0.25;
constexpr int kSlotsPerSecond = 4;
/// What the panels show.
constexpr int kShownSeconds = 120;
/// So much of the time before a change is drawn behind what came after it.
constexpr int kGhostSeconds = 30;

/// The numbers of one slot that charts and the export need: small, kept for the whole run.
struct SlotRow {
    std::int64_t slot = 0;
    std::uint64_t version = 0;
    std::uint64_t offered = 0;  // users
    std::array<std::uint64_t, measure::kOutcomes> outcomes{};
    std::uint64_t abuserOffered = 0;
    struct Work {
        std::uint64_t requests = 0;
        std::uint64_t statements = 0;
    };
    Work all, ordersList, product;
    std::uint64_t stageRequests = 0;
    std::array<double, measure::kStages> stageMs{};
    double hostCpu = 0;
    double lagP99Ms = 0;
    double overrunP99Ms = 0;
    std::optional<double> p50, p95, p99;  // of this slot alone, for the export
};

/// `response`: of all users, over all endpoints.
SlotRow slotRowOf(const measure::Sample& sample, const measure::Histogram& response);

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
    void add(const SlotRow& row, measure::Histogram response);
    void add(measure::Event event);
    void clear();

    /// The recent samples, with every event: what verdict and diagnosis read.
    const measure::Timeline& timeline() const { return m_current; }
    const std::vector<measure::Event>& events() const { return m_events; }
    const std::vector<SlotRow>& rows() const { return m_rows; }
    const std::deque<LatencyPoint>& latency() const { return m_latency; }

    bool empty() const { return m_rows.empty(); }
    /// One past the last slot; "now" of the time axis.
    std::int64_t endSlot() const { return m_rows.empty() ? 0 : m_rows.back().slot + 1; }
    std::int64_t slotAfterLastChange() const { return m_current.slotAfterLastChange(); }
    /// The percentiles of the window that ends now.
    LatencyPoint latencyNow() const { return latencyAt(endSlot()); }
    /// The last event that changed the system; null without one.
    const measure::Event* lastChange() const;

private:
    struct SlotHistogram {
        std::int64_t slot;
        measure::Histogram response;
    };
    LatencyPoint latencyAt(std::int64_t endSlot) const;

    bool m_keepsSamples;
    measure::Timeline m_current;
    // Fed beside m_current once that is old enough, then takes its place: no copy, no stall.
    measure::Timeline m_next;
    std::vector<measure::Event> m_events;
    std::vector<SlotRow> m_rows;
    std::deque<SlotHistogram> m_histograms;
    std::deque<LatencyPoint> m_latency;
};

}  // namespace tenfold::app
