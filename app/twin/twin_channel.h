// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "app/run/history.h"
#include "simulator/engine/engine.h"

namespace tenfold::app {

/// What the window needs of one simulated slot, without memory of its own.
struct TwinSlot {
    static constexpr std::size_t kMostBuckets = 1024;
    static constexpr std::size_t kMostEndpoints = 24;
    struct Bucket {
        std::uint16_t endpoint;  // place in `endpoints`
        std::uint16_t index;
        std::uint32_t count;
    };
    struct Endpoint {
        std::size_t endpoint;
        SlotCounts counts;
    };
    SlotRow row;
    std::uint32_t endpointCount = 0;
    std::array<Endpoint, kMostEndpoints> endpoints;
    std::uint32_t buckets = 0;
    std::array<Bucket, kMostBuckets> response;

    EndpointSlots endpointSlots() const;
};
static_assert(std::is_trivially_copyable_v<SlotRow>);
static_assert(measure::Histogram::kBuckets <= UINT16_MAX);

/// Carries slots from the twin's thread, which is of idle priority, to the window's.
///
/// On a full host that thread may be stopped anywhere for seconds, also in the middle of malloc. So
/// there is no lock here, and no memory changes hands: giving back what the twin's thread had
/// allocated would wait for the very thread that does not run. The ring is made by the window.
class TwinChannel {
public:
    static constexpr std::size_t kSlots = 512;

    TwinChannel() : m_ring(kSlots) {}

    /// From the twin's thread. A slot for which there is no place is a gap.
    void post(const engine::Update& update);

    /// From the window's: calls `use(const TwinSlot&)` for what came since the last call.
    template <class F>
    bool take(F&& use) {
        const auto written = m_written.load(std::memory_order_acquire);
        auto read = m_read.load(std::memory_order_relaxed);
        const bool isNew = read != written;
        for (; read != written; ++read) use(m_ring[read % kSlots]);
        m_read.store(read, std::memory_order_release);
        return isNew;
    }
    /// Why it failed or could not follow a change; null: it does.
    const char* trouble() const {
        return m_hasTrouble.load(std::memory_order_acquire) ? m_trouble.data() : nullptr;
    }

private:
    static void write(TwinSlot& slot, const measure::Sample& sample);

    std::vector<TwinSlot> m_ring;
    std::atomic<std::size_t> m_written{0};
    std::atomic<std::size_t> m_read{0};
    std::array<char, 240> m_trouble{};  // the first one; written once
    std::atomic<bool> m_hasTrouble{false};
};

}  // namespace tenfold::app
