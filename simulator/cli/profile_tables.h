// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace tenfold::cli {

/// One line an endpoint of a "tenfold.operations/2": cases, different traces, and from least to
/// most what a request took in statements, VM steps, bytes.
std::string operationsTable(const nlohmann::json& profile);

/// One line a hop of a "tenfold.hops/1": µs at the median and the 99th percentile, for each rate.
std::string hopsTable(const nlohmann::json& hops);

}  // namespace tenfold::cli
