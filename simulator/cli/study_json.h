// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "simulator/study/comparison.h"
#include "simulator/study/knee.h"
#include "simulator/study/what_if.h"

namespace tenfold::cli {

// What the studies print with --json. What is not a number is null: an interval without an upper
// end, a figure nobody knows.

/// {"value","low","high"}
nlohmann::json toJson(const study::Figure& figure);
/// true, false, or null while not yet known.
nlohmann::json toJson(judge::Holds holds);
/// {"figures":{metric:{…}},"holds","first_to_break","headline"}
nlohmann::json toJson(const study::Estimate& estimate);
/// {"now":{…},"alternatives":[{"mechanism","value","figures",…,"p99_ratio","failed_difference",
/// "clear","words"}]}
nlohmann::json toJson(const study::WhatIf& whatIf);
/// {"holds_to","fails_from","first_to_break","words","trials":[{"users","holds","p99_ms",
/// "failed_ratio","first_to_break"}]}
nlohmann::json toJson(const study::Knee& knee);
/// {"paired","level","figures":{metric:{"a","b","ratio":{…}|null,"clear","words"}}}
nlohmann::json toJson(const study::Comparison& comparison);

}  // namespace tenfold::cli
