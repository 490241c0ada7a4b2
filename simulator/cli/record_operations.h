// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

namespace tenfold::cli {

/// How far it is, 0 to 1, and what comes next.
using StepProgress = std::function<void(double done, const std::string& text)>;

/// Records what each request of the API takes, with the server's own profiler: "tenfold.operations
/// /1". With a page size only what depends on it. Throws std::runtime_error with the reason.
nlohmann::json recordOperations(std::optional<int> pageSize, const StepProgress& progress);

}  // namespace tenfold::cli
