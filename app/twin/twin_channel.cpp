// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/twin/twin_channel.h"

#include <algorithm>
#include <string>

#include "app/twin/prediction_board.h"
#include "simulator/load/endpoints.h"

namespace tenfold::app {

EndpointSlots TwinSlot::endpointSlots() const {
    EndpointSlots out;
    for (std::size_t i = 0; i < endpointCount; ++i)
        out.push_back({endpoints[i].endpoint, endpoints[i].counts, {}});
    for (std::size_t i = 0; i < buckets; ++i)
        out[response[i].endpoint].response.recordMs(
            measure::Histogram::bucketMiddleMs(response[i].index), response[i].count);
    return out;
}

void TwinChannel::write(TwinSlot& slot, const measure::Sample& sample) {
    slot.row = slotRowOf(sample, {});
    slot.endpointCount = 0;
    slot.buckets = 0;
    for (const auto& [id, e] : sample.endpoints) {
        const auto index = load::endpointIndex(id);
        if (!index || slot.endpointCount == TwinSlot::kMostEndpoints) continue;
        const auto place = static_cast<std::uint16_t>(slot.endpointCount);
        slot.endpoints[slot.endpointCount++] = {*index, slotCountsOf(e)};
        for (const auto& [bucket, count] : e.users.response.nonEmpty()) {
            // What has no place counts with the one before it: a slot never had so many.
            if (slot.buckets == TwinSlot::kMostBuckets) --slot.buckets;
            slot.response[slot.buckets++] = {place, static_cast<std::uint16_t>(bucket),
                                             static_cast<std::uint32_t>(count)};
        }
    }
}

void TwinChannel::post(const engine::Update& update) {
    std::string trouble;
    if (const auto* sample = std::get_if<measure::Sample>(&update)) {
        const auto written = m_written.load(std::memory_order_relaxed);
        if (written - m_read.load(std::memory_order_acquire) >= kSlots) return;
        write(m_ring[written % kSlots], *sample);
        m_written.store(written + 1, std::memory_order_release);
    } else if (const auto* phase = std::get_if<engine::PhaseChange>(&update)) {
        if (phase->phase == engine::Phase::failed) trouble = phase->reason;
    } else if (const auto* event = std::get_if<measure::Event>(&update)) {
        // Its flags are those of the live run; a note says what it could not do.
        if (event->kind == measure::EventKind::note && event->number == 0 && !event->detail.empty())
            trouble = event->text + ": " + event->detail;
    }
    if (trouble.empty() || m_hasTrouble.load(std::memory_order_relaxed)) return;
    setText(m_trouble.data(), m_trouble.size(), trouble);
    m_hasTrouble.store(true, std::memory_order_release);
}

}  // namespace tenfold::app
