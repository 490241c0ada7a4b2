// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/cli/profile_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "simulator/load/endpoints.h"

namespace tenfold::cli {

using nlohmann::json;

namespace {

struct Range {
    std::uint64_t least = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t most = 0;
    void take(std::uint64_t value) {
        least = std::min(least, value);
        most = std::max(most, value);
    }
    std::string text() const {
        return least == most ? fmt::format("{}", most) : fmt::format("{}–{}", least, most);
    }
};

struct Line {
    std::size_t cases = 0;
    std::size_t traces = 0;
    Range statements, vmSteps, bytes;
};

void take(const json& trace, const json& statements, Line& into) {
    ++into.traces;
    const auto& list = trace.at(5);
    const auto stepsOf = [&](std::size_t i) {
        return statements.at(list[i].get<std::size_t>()).at(1).get<std::uint64_t>();
    };
    std::uint64_t count = list.size();
    std::uint64_t steps = 0;
    for (std::size_t i = 0; i < list.size(); ++i) steps += stepsOf(i);
    if (trace.size() > 7) {
        const auto last = trace[6].get<std::size_t>();
        const auto more = trace[7].get<std::uint64_t>() - 1;
        count += last * more;
        for (std::size_t i = list.size() - last; i < list.size(); ++i) steps += more * stepsOf(i);
    }
    into.statements.take(count);
    into.vmSteps.take(steps);
    into.bytes.take(trace.at(4).get<std::uint64_t>());
}

}  // namespace

std::string operationsTable(const json& profile) {
    std::string out = fmt::format("  {:<20}{:>6}{:>10}{:>14}{:>24}{:>18}\n", "endpoint", "cases",
                                  "traces", "statements", "VM steps", "body, bytes");
    for (const auto& e : load::endpoints()) {
        Line line;
        for (const auto& o : profile.at("operations")) {
            if (o.at("endpoint") != e.id) continue;
            ++line.cases;
            for (const auto& t : o.at("traces")) take(t, profile.at("statements"), line);
        }
        if (line.cases == 0) continue;
        out += fmt::format("  {:<20}{:>6}{:>10}{:>14}{:>24}{:>18}\n", e.id, line.cases, line.traces,
                           line.statements.text(), line.vmSteps.text(), line.bytes.text());
    }
    return out;
}

std::string hopsTable(const json& hops) {
    const auto& quantiles = hops.at("quantiles");
    const auto indexOf = [&](double p) {
        const auto it = std::find(quantiles.begin(), quantiles.end(), p);
        return static_cast<std::size_t>(it - quantiles.begin());
    };
    const std::size_t median = indexOf(0.5);
    const std::size_t tail = indexOf(0.99);
    std::string out = fmt::format("  {:<20}", "µs, p50 (p99)");
    for (const auto& rate : hops.at("rates_hz"))
        out += fmt::format("{:>18}", fmt::format("{:.0f}/s", rate.get<double>()));
    for (const auto& [hop, entry] : hops.at("hops").items()) {
        out += fmt::format("\n  {:<19}", hop);
        for (const auto& us : entry.at("us"))
            out += fmt::format("{:>18}", fmt::format("{:.0f} ({:.0f})", us.at(median).get<double>(),
                                                     us.at(tail).get<double>()));
    }
    return out + "\n";
}

}  // namespace tenfold::cli
