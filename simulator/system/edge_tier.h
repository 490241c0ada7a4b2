// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "simulator/hardware/profile.h"
#include "simulator/measure/sample.h"
#include "simulator/system/event.h"
#include "simulator/system/hooks.h"

namespace tenfold::system {

class System;
struct Request;

/// Where the users come to: the edges of the CDN, each with its store, or without any the gateway.
class EdgeTier {
public:
    explicit EdgeTier(System& system) : m_system(system) {}

    void configure(const hardware::HardwareProfile& hardware);
    void arrive(std::uint32_t request, Nanos now);
    /// The origin's answer has reached the edge that asked.
    void answered(std::uint32_t request, Nanos now);
    void collect(measure::Sample& sample);

private:
    struct Node {
        std::uint64_t arrived = 0;
        std::uint64_t completed = 0;
        std::uint64_t bytesToUsers = 0;
        std::uint64_t bytesFromOrigin = 0;
        std::uint64_t evictionsBefore = 0;
        int open = 0;  // asked of the origin
    };
    void askOrigin(std::uint32_t request, Nanos now);
    void askBehind(const Request& asked, const Edges::Found& found, Nanos now);
    void tell(const Edges::Waiter& waiter, const std::optional<Edges::Answer>& answer, Nanos now);
    void show(std::uint32_t request, const Edges::Answer& answer, Nanos now);
    void deliver(std::uint32_t request, Nanos now, bool isFromHere);

    System& m_system;
    double m_clientLinkMbit = 0;
    std::vector<Node> m_nodes;
};

}  // namespace tenfold::system
