// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "reference-server/profiler/operation_recorder.h"

namespace tenfold::profiler {

/// What to record, of a dataset that is there.
struct RecordingSettings {
    std::filesystem::path dataset;  // copied; it stays as it is
    std::filesystem::path scratch;  // folder for the copy
    data::ShopRows rows;            // of the dataset
    std::string checksum;
    std::uint64_t seed = 1;
    int draws = 2000;        // of requests of each combination …
    int most = 200;          // … of which so many are made
    int pageSize = 20;       // rows, 1 to 100
    bool onlyPaged = false;  // only what depends on the page size
};

/// Told before each combination: how many of how many are done, and which comes.
using RecordingProgress = std::function<void(std::size_t done, std::size_t of, std::string next)>;

/// Records every combination and returns them in the order of combinations(). Throws
/// std::runtime_error when a request fails, or soon after `isOver` was set.
std::vector<Operation> recordAll(const RecordingSettings& settings, const std::atomic<bool>& isOver,
                                 const RecordingProgress& progress);

/// The file "tenfold.plans/1", as simulator/system/statement_plans.h describes it.
nlohmann::json plansJson();

/// The file "tenfold.operations/2", as simulator/system/operation_profile_file.h describes it.
nlohmann::json toJson(const std::vector<Operation>& operations, const RecordingSettings& settings);

}  // namespace tenfold::profiler
