// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>

namespace tenfold::supervisor {

/// Share of all host cores in use since the last call, 0..1, from /proc/stat. Nothing at the first
/// call, or when no time has passed on the kernel's clock.
class HostUsage {
public:
    std::optional<double> sinceLast();

private:
    std::uint64_t m_busy = 0;
    std::uint64_t m_total = 0;
};

}  // namespace tenfold::supervisor
