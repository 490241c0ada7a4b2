// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "simulator/hardware/profile.h"
#include "simulator/measure/sample.h"
#include "simulator/system/cores.h"
#include "simulator/system/request.h"

namespace tenfold::system {

class System;

/// The auth service with its emulated cores, and those who wait for it: the gateway, with so many
/// connections, one bounded line and a limit on the whole; the clients, for new tokens.
class Auth {
public:
    explicit Auth(System& system);

    void configure(Nanos now, const hardware::HardwareProfile& hardware, Nanos linkNs);
    /// Whose token is it? The gateway is told.
    void introspect(std::uint32_t request, Nanos now);
    /// The next token of a user. The clients are told, at once when nobody is there.
    void refresh(std::uint32_t user, Nanos now);

    bool isAlive() const { return m_isAlive; }
    /// Everything in progress there breaks off; nobody listens until revive().
    void kill(Nanos now);
    void revive(Nanos now);

    void coresDue(Nanos now);
    void answers(std::uint32_t work, Nanos now);
    void waitEnds(Nanos now);
    void collect(measure::Sample& sample, Nanos now);

private:
    struct Work {
        std::uint32_t generation = 0;
        bool isRefresh = false;
        std::uint32_t subject = kNone;  // a request, or a user
        std::uint32_t requestGeneration = 0;
        bool isStarted = false;  // has a connection
        bool isOver = false;     // nobody waits for it any more; the cores do it all the same
    };
    struct Deadline {
        std::uint32_t work;
        std::uint32_t generation;
        Nanos at;
    };
    void makeCores(Nanos now);
    void start(std::uint32_t work, Nanos now);
    void expect(std::uint32_t work, Nanos now, Nanos limit);
    void end(std::uint32_t work, Nanos now, const char* failure);
    void serveLine(Nanos now);
    void armDeadline();

    System& m_system;
    hardware::HardwareProfile m_hardware;
    Nanos m_linkNs = 0;
    bool m_isAlive = true;
    std::unique_ptr<Cores> m_cores;
    Slab<Work> m_works;
    int m_open = 0;                    // connections of the gateway in use
    std::deque<std::uint32_t> m_line;  // work of the gateway without one
    std::deque<Deadline> m_deadlines;
    std::vector<std::uint32_t> m_onCores;  // for the day it dies
    std::vector<std::uint32_t> m_finished;
    std::uint64_t m_arrived = 0;
    std::uint64_t m_completed = 0;
    std::uint64_t m_introspected = 0;
    std::uint64_t m_issued = 0;
    Nanos m_busyBefore = 0;
};

}  // namespace tenfold::system
