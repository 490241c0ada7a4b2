// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "simulator/system/event.h"

namespace tenfold::system {

/// Things that are lent to one at a time (database connections), with a line in order of arrival
/// and a limit to waiting. Of an instance for one database, or of the pooler.
class Pool {
public:
    struct Waiter {
        std::uint32_t who;
        std::uint32_t generation;
        Nanos since;
    };

    int size = 0;  // how many there shall be
    int open = 0;  // how many there are
    int lent = 0;
    Nanos waitLimit = 0;

    bool hasFree() const { return lent < open && line.empty(); }
    /// Takes one, or joins the line.
    bool acquire(std::uint32_t who, std::uint32_t generation, Nanos now) {
        if (hasFree()) {
            ++lent;
            return true;
        }
        line.push_back({who, generation, now});
        return false;
    }
    /// One more is free: the next in line has it.
    std::optional<Waiter> serveNext() {
        if (line.empty() || lent >= open) return std::nullopt;
        const Waiter next = line.front();
        line.pop_front();
        ++lent;
        return next;
    }

    std::deque<Waiter> line;
    std::uint64_t timedOut = 0;  // since the last look
    std::uint64_t arrived = 0;
    std::uint64_t completed = 0;
    bool isArmed = false;
};

}  // namespace tenfold::system
