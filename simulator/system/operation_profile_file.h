// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "simulator/system/operation_profile.h"

namespace tenfold::system {

/// The file "tenfold.operations/2":
///
///     {"format", "sqlite", "dataset", "checksum", "seed", "draws", "most_requests",
///      "statements": [[shape, VM steps, full-scan steps, rows, bytes], …],
///      "operations": [{"endpoint", "cache": "hit" | "miss",
///                      "indexes", "query_shape", "pagination", "page_size",   ("*": any)
///                      "side_effects", "serialisation", "shared_cache",
///                      "write"?: true, "extrapolated"?: "from …",
///                      "traces": [[key, draws, status, rows, bytes, [statement, …]
///                                  (, repeat last, repeat times)], …]}, …]}
///
/// A trace stands there once for each key, with the number of draws that had the key.
class OperationProfileFile {
public:
    /// Throws std::runtime_error naming file and key.
    static void read(const std::filesystem::path& file, OperationProfile& into);

    /// `base` with the operations of `added` put in: one of the same combination is replaced. Both
    /// must be of the same dataset and SQLite version: otherwise `added` alone is returned.
    static nlohmann::json merged(const nlohmann::json& base, const nlohmann::json& added);

    /// As it is written: an operation a line, so that two recordings can be compared line by line.
    static std::string textOf(const nlohmann::json& profile);
};

}  // namespace tenfold::system
