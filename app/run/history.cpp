// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/run/history.h"

#include <algorithm>
#include <cmath>

#include "simulator/load/endpoints.h"
#include "simulator/measure/clock.h"

namespace tenfold::app {

namespace {

// What the charts show and look back at.
constexpr std::size_t kRecentCharted = (kShownSeconds + kGhostSeconds + 15) * kSlotsPerSecond;
// Seconds of full samples that are certainly there; at most twice as many.
constexpr std::size_t kRecentSlots = 75 * kSlotsPerSecond;
// As the timeline's steady window: 10 s, or the time for 300 requests.
constexpr std::int64_t kSteadySlots = 10 * kSlotsPerSecond;
constexpr std::size_t kLatencyPoints = kShownSeconds + kGhostSeconds + 5;

}  // namespace

void Work::add(const Work& other) {
    requests += other.requests;
    statements += other.statements;
}

void SlotCounts::add(const SlotCounts& other) {
    offered += other.offered;
    for (std::size_t i = 0; i < outcomes.size(); ++i) outcomes[i] += other.outcomes[i];
    all.add(other.all);
    stageRequests += other.stageRequests;
    for (std::size_t i = 0; i < stageMs.size(); ++i) stageMs[i] += other.stageMs[i];
}

SlotCounts slotCountsOf(const measure::EndpointSample& e) {
    return {e.users.offered,
            e.users.outcomes,
            {e.server.requests, e.server.statements},
            e.where.requests,
            e.where.totalMs};
}

EndpointSlots endpointSlotsOf(const measure::Sample& sample) {
    EndpointSlots out;
    for (const auto& [id, e] : sample.endpoints)
        if (const auto index = load::endpointIndex(id))
            out.push_back({*index, slotCountsOf(e), e.users.response});
    return out;
}

const EndpointSlot* History::Recent::of(std::size_t endpoint) const {
    const auto it = std::find_if(endpoints.begin(), endpoints.end(),
                                 [endpoint](const auto& e) { return e.endpoint == endpoint; });
    return it == endpoints.end() ? nullptr : &*it;
}

SlotRow slotRowOf(const measure::Sample& sample, const measure::Histogram& response) {
    SlotRow row;
    row.slot = sample.slot;
    row.version = sample.version;
    for (const auto& [id, e] : sample.endpoints) {
        row.add(slotCountsOf(e));
        row.abuserOffered += e.abuser.offered;
    }
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
    EndpointSlots endpoints = endpointSlotsOf(sample);
    if (m_current.samples().size() >= kRecentSlots) m_next.add(sample);
    if (m_keepsSamples) m_current.add(std::move(sample));
    if (m_next.samples().size() >= kRecentSlots) {
        std::swap(m_current, m_next);
        m_next.clear();
        for (const auto& e : m_events) m_next.add(e);
    }
    add(row, std::move(response), std::move(endpoints));
}

void History::add(const SlotRow& row, EndpointSlots endpoints) {
    measure::Histogram response;
    for (const auto& e : endpoints) response.merge(e.response);
    add(row, std::move(response), std::move(endpoints));
}

void History::add(const SlotRow& row, measure::Histogram response, EndpointSlots endpoints) {
    if (!m_rows.empty() && row.slot <= m_rows.back().slot) return;
    m_rows.push_back(row);
    m_recent.push_back({row.slot, std::move(response), std::move(endpoints)});
    if (m_recent.size() > kRecentCharted) m_recent.pop_front();
    if ((row.slot + 1) % kSlotsPerSecond != 0) return;
    for (auto& [view, points] : m_latency) addLatency(points, endSlot(), view);
}

void History::addLatency(std::deque<LatencyPoint>& points, std::int64_t endSlot, View view) const {
    points.push_back(latencyAt(endSlot, view));
    if (points.size() > kLatencyPoints) points.pop_front();
}

const std::deque<LatencyPoint>& History::latency(View view) const {
    const auto [it, isNew] = m_latency.try_emplace(view);
    if (isNew)
        for (const auto& point : m_latency.at(View{})) addLatency(it->second, point.endSlot, view);
    return it->second;
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

/// What a window that ends there may look back to.
std::int64_t History::slotAfterChangeBefore(std::int64_t endSlot) const {
    if (endSlot == this->endSlot()) return slotAfterLastChange();
    for (auto it = m_events.rbegin(); it != m_events.rend(); ++it) {
        const auto slot =
            static_cast<std::int64_t>(std::ceil(it->atMs / measure::SlotClock::kSlotMs));
        if (it->version > 0 && slot < endSlot) return slot;
    }
    return 0;
}

LatencyPoint History::latencyAt(std::int64_t endSlot, View view) const {
    LatencyPoint point;
    point.endSlot = endSlot;
    const std::int64_t floor = slotAfterChangeBefore(endSlot);
    measure::Histogram second;
    measure::Histogram steady;
    for (auto it = m_recent.rbegin(); it != m_recent.rend(); ++it) {
        if (it->slot >= endSlot) continue;
        if (it->slot < floor) break;
        const std::int64_t age = endSlot - it->slot;
        if (age > kSteadySlots && steady.count() >= kSamplesForP99) break;
        if (age > static_cast<std::int64_t>(kRecentSlots)) break;
        const auto* endpoint = view ? it->of(*view) : nullptr;
        point.windowS = static_cast<double>(age) * kSlotS;
        if (view && !endpoint) continue;
        const auto& response = endpoint ? endpoint->response : it->response;
        if (age <= kSlotsPerSecond) second.merge(response);
        steady.merge(response);
    }
    point.n = steady.count();
    if (second.count() >= kSamplesForP50) point.p50 = second.percentileMs(0.5);
    if (point.n >= kSamplesForP95) point.p95 = steady.percentileMs(0.95);
    if (point.n >= kSamplesForP99) point.p99 = steady.percentileMs(0.99);
    return point;
}

}  // namespace tenfold::app
