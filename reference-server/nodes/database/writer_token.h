// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <deque>
#include <functional>

#include "simulator/measure/clock.h"

namespace tenfold::nodes {

/// SQLite has one writer: this hands out the right to be it, in order of arrival. All on the node's
/// IO thread.
class WriterToken {
public:
    using Owner = const void*;
    using Granted = std::function<void()>;

    /// Calls `granted` at once or when everybody before has released.
    void acquire(Owner owner, Granted granted);
    /// Gives the token to the next in line. Does nothing when `owner` does not hold it.
    void release(Owner owner);
    /// Leaves the line and gives back what is held: a client that went away.
    void forget(Owner owner);

    bool isFree() const { return !m_holder; }
    bool isHeldBy(Owner owner) const { return m_holder == owner; }
    std::size_t waiting() const { return m_line.size(); }
    /// Time held so far, ns.
    measure::Nanos heldNs(measure::Nanos now) const;

private:
    struct Waiter {
        Owner owner;
        Granted granted;
    };
    Owner m_holder = nullptr;
    measure::Nanos m_since = 0;
    measure::Nanos m_held = 0;
    std::deque<Waiter> m_line;
};

}  // namespace tenfold::nodes
