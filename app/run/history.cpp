// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/run/history.h"

#include <algorithm>
#include <cmath>

namespace tenfold::app {

namespace {

// Seconds of full samples that are certainly there; at most twice as many.
constexpr std::size_t kRecentSlots = 75 * kSlotsPerSecond;
// As the timeline's steady window: 10 s, or the time for 300 requests.
constexpr std::int64_t kSteadySlots = 10 * kSlotsPerSecond;
constexpr std::size_t kLatencyPoints = kShownSeconds + kGhostSeconds + 5;

SlotRow::Work workOf(const measure::Sample& sample, const char* endpoint) {
    const auto it = sample.endpoints.find(endpoint);
    if (it == sample.endpoints.end()) return {};
    return {it->second.server.requests, it->second.server.statements};
}

}  // namespace

SlotRow slotRowOf(const measure::Sample& sample, const measure::Histogram& response) {
    SlotRow row;
    row.slot = sample.slot;
    row.version = sample.version;
    for (const auto& [id, e] : sample.endpoints) {
        row.offered += e.users.offered;
        for (std::size_t i = 0; i < row.outcomes.size(); ++i)
            row.outcomes[i] += e.users.outcomes[i];
        row.abuserOffered += e.abuser.offered;
        row.all.requests += e.server.requests;
        row.all.statements += e.server.statements;
        row.stageRequests += e.where.requests;
        for (std::size_t i = 0; i < row.stageMs.size(); ++i) row.stageMs[i] += e.where.totalMs[i];
    }
    row.ordersList = workOf(sample, "orders.list");
    row.product = workOf(sample, "products.get");
    row.hostCpu = sample.hostCpu;
    row.lagP99Ms = sample.generatorLag.percentileMs(0.99).value_or(0);
    for (const auto& [id, n] : sample.nodes)
        row.overrunP99Ms = std::max(row.overrunP99Ms, n.overrun.percentileMs(0.99).value_or(0));
    row.p50 = response.percentileMs(0.5);
    row.p95 = response.percentileMs(0.95);
    row.p99 = response.percentileMs(0.99);
    return row;
}

History::History(bool keepsSamples) : m_keepsSamples(keepsSamples) {}

void History::add(measure::Sample sample) {
    if (!m_rows.empty() && sample.slot <= m_rows.back().slot) return;
    measure::Histogram response;
    for (const auto& [id, e] : sample.endpoints) response.merge(e.users.response);
    const SlotRow row = slotRowOf(sample, response);
    if (m_current.samples().size() >= kRecentSlots) m_next.add(sample);
    if (m_keepsSamples) m_current.add(std::move(sample));
    if (m_next.samples().size() >= kRecentSlots) {
        std::swap(m_current, m_next);
        m_next.clear();
        for (const auto& e : m_events) m_next.add(e);
    }
    add(row, std::move(response));
}

void History::add(const SlotRow& row, measure::Histogram response) {
    if (!m_rows.empty() && row.slot <= m_rows.back().slot) return;
    m_rows.push_back(row);
    m_histograms.push_back({row.slot, std::move(response)});
    if (m_histograms.size() > kRecentSlots) m_histograms.pop_front();
    if ((row.slot + 1) % kSlotsPerSecond != 0) return;
    m_latency.push_back(latencyAt(endSlot()));
    if (m_latency.size() > kLatencyPoints) m_latency.pop_front();
}

void History::add(measure::Event event) {
    m_events.push_back(event);
    m_next.add(event);
    m_current.add(std::move(event));
}

void History::clear() {
    *this = History(m_keepsSamples);
}

const measure::Event* History::lastChange() const {
    for (auto it = m_events.rbegin(); it != m_events.rend(); ++it)
        if (it->version > 0) return &*it;
    return nullptr;
}

LatencyPoint History::latencyAt(std::int64_t endSlot) const {
    LatencyPoint point;
    point.endSlot = endSlot;
    const std::int64_t floor = slotAfterLastChange();
    measure::Histogram second;
    measure::Histogram steady;
    for (auto it = m_histograms.rbegin(); it != m_histograms.rend(); ++it) {
        if (it->slot >= endSlot) continue;
        if (it->slot < floor) break;
        const std::int64_t age = endSlot - it->slot;
        if (age > kSteadySlots && steady.count() >= kSamplesForP99) break;
        if (age <= kSlotsPerSecond) second.merge(it->response);
        steady.merge(it->response);
        point.windowS = static_cast<double>(age) * kSlotS;
    }
    point.n = steady.count();
    if (second.count() >= kSamplesForP50) point.p50 = second.percentileMs(0.5);
    if (point.n >= kSamplesForP95) point.p95 = steady.percentileMs(0.95);
    if (point.n >= kSamplesForP99) point.p99 = steady.percentileMs(0.99);
    return point;
}

}  // namespace tenfold::app
