// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace tenfold::cli {

/// How far it is, 0 to 1, and what comes next.
using StepProgress = std::function<void(double done, const std::string& text)>;

struct RecordedOperations {
    nlohmann::json profile;  // "tenfold.operations/1"
    nlohmann::json plans;    // "tenfold.plans/1"
};

/// Records what each request of the API takes, with the server's own profiler. With a page size
/// only what depends on it. Throws std::runtime_error with the reason.
RecordedOperations recordOperations(std::optional<int> pageSize, const StepProgress& progress);

}  // namespace tenfold::cli
