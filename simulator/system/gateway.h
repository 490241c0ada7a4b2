// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>

#include "simulator/hardware/link.h"
#include "simulator/hardware/profile.h"
#include "simulator/load/lost_replies.h"
#include "simulator/measure/sample.h"
#include "simulator/system/event.h"

namespace tenfold::system {

class System;
struct Instance;
struct Request;

/// The gateway: admission, the least busy instance, one bounded line, the link to the clients.
class Gateway {
public:
    Gateway(System& system, std::uint64_t seed);

    void configure(const hardware::HardwareProfile& hardware);
    void arrive(std::uint32_t request, Nanos now);
    /// The auth service has said whose token it is, or could not (`failure`: why).
    void introspected(std::uint32_t request, Nanos now, const char* failure);
    /// An instance has answered.
    void answered(std::uint32_t request, Nanos now);
    /// The instance died under a request: asked elsewhere when that does no harm, else 502.
    void broken(std::uint32_t request, Nanos now);
    void instancesChanged(Nanos now) { serveLine(now); }
    void healthCheck(Nanos now);
    std::size_t waiting() const { return m_line.size(); }

    void collect(measure::Sample& sample);

    /// The part of the answers to writes that is lost from now on.
    void setLostReplies(double part) { m_lostReplies.setPart(part); }

private:
    struct Waiter {
        std::uint32_t request;
        Nanos since;
    };
    Instance* choose();
    int up() const;
    void admit(std::uint32_t request, Nanos now);
    void start(std::uint32_t request, Instance& instance, Nanos now, Nanos askedAt);
    void refuse(std::uint32_t request, Nanos now, int status, const char* reason);
    void leave(Request& request);
    /// Nobody needs its answer any more: not its client, and not those who ask at its edge.
    static bool isGivenUp(const Request& request);
    void drop(std::uint32_t request);
    void lose(std::uint32_t request, Nanos now);
    void finish(std::uint32_t request, Nanos now);
    void release(std::uint32_t request, Nanos now);
    void serveLine(Nanos now);

    System& m_system;
    load::LostReplies m_lostReplies;
    hardware::HardwareProfile m_hardware;
    hardware::SharedLink m_originLink{0, 0};
    std::deque<Waiter> m_line;
    std::size_t m_turn = 0;
    std::uint64_t m_arrived = 0;
    std::uint64_t m_completed = 0;
    std::map<std::string, std::uint64_t> m_rejected;
    Nanos m_linkBusyBefore = 0;
};

}  // namespace tenfold::system
