// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "simulator/station/customer.h"
#include "simulator/station/level.h"
#include "simulator/station/model.h"
#include "simulator/station/ticks.h"

namespace tenfold::station {

/// What serves the customers of one station: it has their service times, decides who is served
/// when, and schedules its own events. It knows nothing of routes and figures; the network does.
class Service {
public:
    /// Numbers of customers that are done, in the order in which they finished.
    using Finished = std::vector<std::uint32_t>;

    virtual ~Service() = default;
    virtual void admit(std::uint32_t customer, Nanos now, Finished& finished) = 0;
    /// False if the event counts no more.
    virtual bool advance(const Event& e, Nanos now, Finished& finished) = 0;

    /// Servers busy with a class.
    Level& busy(std::size_t classIndex) { return m_busy[classIndex]; }

protected:
    explicit Service(std::size_t classes) : m_busy(classes) {}
    std::vector<Level> m_busy;  // by class
};

/// What a service needs of the network around it; the network owns it all and outlives the service.
struct Surroundings {
    const Model* model;
    std::uint32_t station;
    const Customers* customers;
    Queue* queue;
    Ticks ticks;
};

std::unique_ptr<Service> makeService(const Surroundings& s);

}  // namespace tenfold::station
