// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace tenfold::measure {

/// Nanoseconds on CLOCK_MONOTONIC: the one clock every process of a run reads.
using Nanos = std::int64_t;

/// Now, in nanoseconds on CLOCK_MONOTONIC.
Nanos monotonicNow();

/// Seconds since the Unix epoch, for file names and printed dates only: never for durations.
std::int64_t unixSeconds();

/// The grid of a run: slot n covers [t0 + n·250 ms, t0 + (n+1)·250 ms).
struct SlotClock {
    static constexpr Nanos kSlotNs = 250'000'000;
    static constexpr double kSlotMs = 250.0;
    static constexpr double kSlotS = 0.25;
    /// A slot is merged this long after its end even if somebody has not reported.
    static constexpr Nanos kMergeAfterNs = 500'000'000;

    Nanos t0Ns = 0;

    /// Slot of an instant; negative before t0.
    std::int64_t slotAt(Nanos atNs) const {
        const Nanos d = atNs - t0Ns;
        return d >= 0 ? d / kSlotNs : -1 - (-d - 1) / kSlotNs;
    }
    Nanos startOf(std::int64_t slot) const { return t0Ns + slot * kSlotNs; }
    Nanos endOf(std::int64_t slot) const { return startOf(slot + 1); }
};

}  // namespace tenfold::measure
