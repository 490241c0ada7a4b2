// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "simulator/judge/verdict.h"
#include "simulator/measure/timeline.h"
#include "simulator/scenario/scenario.h"

namespace tenfold::cli {

/// The figures of a run: over its steady part (after start-up and the last change) for latency,
/// over everything for counts and the identity. Keys as `run --json` documents them.
nlohmann::json summaryOf(const measure::Timeline& timeline, const scenario::Scenario& scenario,
                         const measure::Sample& window, const judge::Verdict& verdict);

/// {"format":"tenfold.run/1",…}: scenario, summary, events, samples.
nlohmann::json runJson(const measure::Timeline& timeline, const scenario::Scenario& scenario,
                       const nlohmann::json& summary);

/// One line for each slot: time, offered, outcomes, p50/p95/p99, statements.
std::string csvOf(const measure::Timeline& timeline);

/// The figures people read first, as lines.
std::string summaryText(const nlohmann::json& summary);

}  // namespace tenfold::cli
