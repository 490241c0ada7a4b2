// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/run/csv_export.h"

#include <fmt/format.h>

#include <iterator>

namespace tenfold::app {

std::string csvOf(const History& history) {
    std::string out = "slot,second,offered";
    for (int i = 0; i < measure::kOutcomes; ++i)
        fmt::format_to(std::back_inserter(out), ",{}",
                       measure::toString(static_cast<measure::Outcome>(i)));
    out += ",p50_ms,p95_ms,p99_ms,requests,statements";
    for (int i = 0; i < measure::kStages; ++i)
        fmt::format_to(std::back_inserter(out), ",{}_ms",
                       measure::toString(static_cast<measure::Stage>(i)));
    out += ",host_cpu,version\n";
    const auto number = [&out](const std::optional<double>& v) {
        if (v) {
            fmt::format_to(std::back_inserter(out), ",{:.3f}", *v);
        } else {
            out += ',';  // no data, never 0
        }
    };
    for (const auto& row : history.rows()) {
        fmt::format_to(std::back_inserter(out), "{},{:.2f},{}", row.slot,
                       static_cast<double>(row.slot) * kSlotS, row.offered);
        for (const auto n : row.outcomes) fmt::format_to(std::back_inserter(out), ",{}", n);
        number(row.p50);
        number(row.p95);
        number(row.p99);
        fmt::format_to(std::back_inserter(out), ",{},{}", row.all.requests, row.all.statements);
        for (const double ms : row.stageMs) fmt::format_to(std::back_inserter(out), ",{:.3f}", ms);
        fmt::format_to(std::back_inserter(out), ",{:.3f},{}\n", row.hostCpu, row.version);
    }
    return out;
}

}  // namespace tenfold::app
