// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "simulator/random/stream.h"
#include "simulator/station/book.h"
#include "simulator/station/customer.h"
#include "simulator/station/level.h"
#include "simulator/station/model.h"
#include "simulator/station/service.h"
#include "simulator/station/ticks.h"

namespace tenfold::station {

/// One simulation of a model: customers arrive, are served, are routed, and the books are kept. Two
/// of them beside each other share nothing; the same model gives the same run on any machine. One
/// thread. REQUIRES: a checked model that outlives it.
class Network {
public:
    explicit Network(const Model& model);
    Network(const Network&) = delete;
    Network& operator=(const Network&) = delete;

    /// Goes on until this many customers were counted since `forget`: departures from the network
    /// of open classes, and visits of closed ones to their first station. Throws std::runtime_error
    /// when the network fills up without bound or time runs out.
    void advanceTo(std::uint64_t customers);
    std::uint64_t counted() const { return m_counted; }

    /// What the network did since the last call of `observe` or `forget`, for finding the warm-up:
    /// one value for each counted customer.
    struct Course {
        std::vector<double> responses;  // ticks
        std::vector<double> present;    // in the network; closed: at the first station
    };
    void observe(Course* course) { m_course = course; }

    /// What was so far is not part of the figures.
    void forget();
    /// The batch under way ends here, the next begins.
    void startBatch();
    /// The batch under way ends here, and the run.
    void endBatch();

    const Ticks& ticks() const { return m_ticks; }
    const Book& stationBook(std::size_t station, std::size_t classIndex) const {
        return m_places[station].cells[classIndex].book;
    }
    const Book& systemBook(std::size_t classIndex) const { return m_classes[classIndex].book; }
    /// Length of each batch, ticks.
    const std::vector<double>& batchTicks() const { return m_batchTicks; }
    /// Arrivals and ends of service since `forget`.
    std::uint64_t events() const { return m_events; }

private:
    /// A class at a station.
    struct Cell {
        Book book;
        Level number;
        random::Stream service;
    };
    struct Place {
        std::vector<Cell> cells;  // by class
        std::unique_ptr<Service> service;
        std::uint64_t present = 0;
    };
    struct ClassState {
        Book book;
        Level number;
        random::Stream arrivals;
        random::Stream routing;
        std::uint32_t first;  // station
    };

    void arrive(std::uint32_t classIndex);
    void scheduleArrival(std::uint32_t classIndex);
    void enter(std::uint32_t customer, std::uint32_t station);
    void settleFinished();
    void leave(std::uint32_t customer);
    void depart(std::uint32_t customer);
    void countVisit(std::uint32_t customer);
    void count(std::uint32_t classIndex, Nanos response, double present);
    std::uint32_t choose(const std::vector<Exit>& exits, random::Stream& stream) const;
    void takeAreas();

    const Model& m_model;
    Ticks m_ticks;
    Nanos m_now = 0;
    Nanos m_batchSince = 0;
    Queue m_queue;
    Customers m_customers;
    std::deque<Place> m_places;  // stable: services point to nothing, but cells are large
    std::deque<ClassState> m_classes;
    std::vector<std::uint32_t> m_finished;
    std::vector<double> m_batchTicks;
    std::uint64_t m_counted = 0;
    std::uint64_t m_events = 0;
    Course* m_course = nullptr;
};

}  // namespace tenfold::station
