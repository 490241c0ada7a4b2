// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "simulator/judge/verdict.h"
#include "simulator/measure/timeline.h"
#include "simulator/scenario/scenario.h"

namespace tenfold::cli {

/// The figures of a run over the window it is judged by. The keys are those of design section 7 and
/// no others; what a reader needs to weigh them (the window's length, what stands at a limit, the
/// identity over the whole run) is in "confidence". A figure nobody measured is null.
nlohmann::json summaryOf(const measure::Timeline& timeline, const measure::Sample& window,
                         const judge::Verdict& verdict);

/// {"format":"tenfold.run/1",…}: scenario, summary, events, samples.
nlohmann::json runJson(const measure::Timeline& timeline, const scenario::Scenario& scenario,
                       const nlohmann::json& summary);

/// One line for each slot: time, offered, outcomes, p50/p95/p99, statements. Cells of a part that
/// was not reported are empty.
std::string csvOf(const measure::Timeline& timeline);

/// The figures people read first, as lines.
std::string summaryText(const nlohmann::json& summary, const judge::Verdict& verdict);

}  // namespace tenfold::cli
