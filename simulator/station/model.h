// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "simulator/random/distribution.h"

namespace tenfold::station {

/// A queueing network as its file describes it (format "tenfold.station/1"), checked: stations and
/// classes are indices here. Times are seconds.

/// Customers of one kind. Open: they arrive from outside and leave. Closed: `population` of them
/// circulate for ever, all at `Model::firstStation` at the start.
struct CustomerClass {
    std::string name;
    std::optional<random::Distribution> arrivals;  // time between arrivals, s; nothing when closed
    std::uint32_t population = 0;
    int priority = 0;  // 0 is served first

    bool isClosed() const { return !arrivals; }
};

enum class Discipline : std::uint8_t {
    fcfs,     // first come first served
    ps,       // processor sharing: n customers on k servers have min(1, k / n) of one each
    sliced,   // round robin
    priority  // by class, non-preemptive; first come first served within one
};

struct Station {
    std::string name;
    int servers = 1;                        // kInfinite: a delay, nobody waits
    std::optional<std::uint64_t> capacity;  // places, those in service included; none: unlimited
    Discipline discipline = Discipline::fcfs;
    double sliceS = 0;                                         // of `sliced`
    std::vector<std::optional<random::Distribution>> service;  // by class, s

    static constexpr int kInfinite = 0;
    bool isInfinite() const { return servers == kInfinite; }
};

/// Where a customer goes next.
struct Exit {
    std::uint32_t to;  // a station, or kSink
    double probability;
};
inline constexpr std::uint32_t kSink = 0xffffffff;

/// A class's way: the exits of one row sum to one; no exits: the class never is there.
struct Route {
    std::vector<Exit> source;
    std::vector<std::vector<Exit>> from;  // by station
};

struct Model {
    std::vector<CustomerClass> classes;
    std::vector<Station> stations;
    std::vector<Route> routes;  // by class
    std::uint64_t customers = 0;
    std::uint64_t seed = 1;

    /// The first station, in the order of the file, that this class's routing names.
    std::uint32_t firstStation(std::size_t classIndex) const;
};

}  // namespace tenfold::station
