// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "simulator/scenario/problems.h"

namespace tenfold::cli {

/// "p99<300ms", "failed<=0.1%", "statements_per_request<=3", "answered_per_s>20".
struct Assertion {
    std::string text;
    std::string field;  // of the summary: p99_ms, failed_ratio, …
    std::string op;     // < <= > >= ==
    double value = 0;
};

/// What is wrong goes to `problems`.
Assertion parseAssertion(const std::string& text, scenario::Problems& problems);

/// Whether it holds; `found` is set to the value looked at. A figure that is missing does not hold.
bool holds(const Assertion& assertion, const nlohmann::json& summary, std::string& found);

}  // namespace tenfold::cli
