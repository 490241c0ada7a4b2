// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "simulator/scenario/problems.h"
#include "simulator/station/model.h"

namespace tenfold::station {

/// Reads a model. Throws scenario::InputError with every problem at once, each with its JSON path:
/// shape first; if that is right, whether the network makes sense (traffic.h).
Model modelFromJson(const nlohmann::json& j, const std::string& source);

/// From a file; an unreadable one or bad JSON is an InputError too.
Model loadModel(const std::string& file);

}  // namespace tenfold::station
