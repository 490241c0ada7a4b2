// SPDX-License-Identifier: GPL-3.0-or-later
#include <chrono>

#include "reference-server/api/context.h"

namespace tenfold::api {

std::int64_t IdMaker::next() {
    // 41 bits of milliseconds, 10 of instance, 12 of counter: rises with time, as "newest first"
    // wants, and no two instances meet.
    const std::int64_t ms = m_nowMs ? m_nowMs()
                                    : std::chrono::duration_cast<std::chrono::milliseconds>(
                                          std::chrono::steady_clock::now().time_since_epoch())
                                          .count();
    return (ms << 22) | (static_cast<std::int64_t>(m_instance & 1023) << 12) |
           (m_counter.fetch_add(1) & 4095);
}

}  // namespace tenfold::api
