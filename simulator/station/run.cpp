// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/station/run.h"

#include <algorithm>

#include "simulator/station/network.h"

namespace tenfold::station {

namespace {

/// Runs until MSER-5 finds the end of the warm-up in the first half of what it saw, for what is in
/// the network and for how long customers take. All of what it saw is dropped: the rest of it is
/// worth less than the certainty. Returns how many customers that were.
std::uint64_t warmUp(Network& network, std::uint64_t customers) {
    constexpr std::uint64_t kLeast = 10'000, kMost = 200'000, kGiveUp = 5'000'000;
    Network::Course course;
    network.observe(&course);
    std::uint64_t seen = std::clamp(customers / 20, kLeast, kMost);
    while (true) {
        network.advanceTo(seen);
        const bool isOver = measure::mser5(course.responses) && measure::mser5(course.present);
        // A course that never settles (infinite variance) shows it in its intervals.
        if (isOver || seen >= std::max(kGiveUp, customers)) break;
        seen *= 2;
    }
    network.observe(nullptr);
    network.forget();
    return seen;
}

Interval scaled(Interval i, double factor) {
    return {i.mean * factor, i.halfWidth * factor, i.batches};
}

StationFigures stationFigures(const Network& network, const Model& m, std::size_t s,
                              std::size_t c) {
    StationFigures f;
    if (m.routes[c].from[s].empty()) return f;
    f.isVisited = true;
    const Book& book = network.stationBook(s, c);
    const auto& ticks = network.batchTicks();
    const double second = network.ticks().seconds(1);
    const auto seconds = [&](Interval i) { return scaled(i, second); };
    if (!m.stations[s].isInfinite())
        f.utilisation =
            scaled(book.rate(&Sums::busyArea, ticks, kConfidence), 1.0 / m.stations[s].servers);
    f.throughput = scaled(book.rate(&Sums::served, ticks, kConfidence), 1 / second);
    f.meanNumber = book.rate(&Sums::numberArea, ticks, kConfidence);
    f.meanWait = seconds(book.ratio(&Sums::wait, &Sums::served, kConfidence));
    f.meanResponse = seconds(book.ratio(&Sums::response, &Sums::served, kConfidence));
    f.p50 = seconds(book.responsePercentile(0.50, kConfidence));
    f.p95 = seconds(book.responsePercentile(0.95, kConfidence));
    f.p99 = seconds(book.responsePercentile(0.99, kConfidence));
    f.lossProbability = book.ratio(&Sums::lost, &Sums::arrived, kConfidence);
    return f;
}

SystemFigures systemFigures(const Network& network, std::size_t c) {
    const Book& book = network.systemBook(c);
    const auto& ticks = network.batchTicks();
    const double second = network.ticks().seconds(1);
    return {scaled(book.rate(&Sums::served, ticks, kConfidence), 1 / second),
            scaled(book.ratio(&Sums::response, &Sums::served, kConfidence), second),
            book.rate(&Sums::numberArea, ticks, kConfidence)};
}

}  // namespace

Result run(const Model& m) {
    Network network(m);
    Result r;
    r.dropped = warmUp(network, m.customers);
    const std::uint64_t batches = std::min<std::uint64_t>(Book::kBatches, m.customers);
    for (std::uint64_t i = 0; i < batches; ++i) {
        if (i > 0) network.startBatch();
        network.advanceTo(m.customers * (i + 1) / batches);
    }
    network.endBatch();

    r.customers = network.counted();
    r.events = network.events();
    double ticks = 0;
    for (const double t : network.batchTicks()) ticks += t;
    r.seconds = network.ticks().seconds(ticks);
    r.stations.resize(m.stations.size());
    for (std::size_t s = 0; s < m.stations.size(); ++s)
        for (std::size_t c = 0; c < m.classes.size(); ++c)
            r.stations[s].push_back(stationFigures(network, m, s, c));
    for (std::size_t c = 0; c < m.classes.size(); ++c)
        r.system.push_back(systemFigures(network, c));
    return r;
}

}  // namespace tenfold::station
