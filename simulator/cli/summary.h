// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>

#include "simulator/cli/run_result.h"
#include "simulator/judge/verdict.h"
#include "simulator/measure/timeline.h"
#include "simulator/scenario/scenario.h"

namespace tenfold::cli {

/// The figures of a run over the window it is judged by. The keys are those of design section 7 and
/// no others; what a reader needs to weigh them (the window's length, what stands at a limit, the
/// identity over the whole run) is in "confidence". A figure nobody measured is null.
///
/// `slots`: those of the window, one by one, for the intervals: "confidence.intervals", figure →
/// {"half_width" at 90 % by batch means (study/spread.h), "batches", and of percentiles
/// "order_statistics": [low, high] as if requests were independent}. Null where there is too
/// little.
nlohmann::json summaryOf(const measure::Timeline& timeline, const measure::Sample& window,
                         const judge::Verdict& verdict,
                         std::span<const measure::Sample> slots = {});

/// {"format":"tenfold.run/1",…}: scenario, summary, events, samples.
nlohmann::json runJson(const RunResult& run, const scenario::Scenario& scenario);

/// One line for each slot: time, offered, outcomes, p50/p95/p99, statements. Cells of a part that
/// was not reported are empty.
std::string csvOf(const measure::Timeline& timeline);

/// The figures people read first, as lines.
std::string summaryText(const nlohmann::json& summary, const judge::Verdict& verdict);

}  // namespace tenfold::cli
