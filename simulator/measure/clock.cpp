// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/measure/clock.h"

#include <time.h>

namespace tenfold::measure {

namespace {
timespec read(clockid_t clock) {
    timespec t{};
    ::clock_gettime(clock, &t);
    return t;
}
}  // namespace

Nanos monotonicNow() {
    const timespec t = read(CLOCK_MONOTONIC);
    return static_cast<Nanos>(t.tv_sec) * 1'000'000'000 + t.tv_nsec;
}

std::int64_t unixSeconds() {
    return read(CLOCK_REALTIME).tv_sec;
}

}  // namespace tenfold::measure
