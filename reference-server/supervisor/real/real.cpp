// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/supervisor/real/real.h"

#include <nlohmann/json.hpp>
#include <stdexcept>

namespace tenfold::supervisor::real {

int runReal(nodes::ControlChannel& control, const nlohmann::json& start) {
    const auto role = start.at("role").get<std::string>();
    if (role == "database" || role == "replica") return runPostgres(control, start);
    if (role == "pooler") return runPgBouncer(control, start);
    if (role == "cache") return runRedis(control, start);
    throw std::runtime_error("there is no real component for the role " + role);
}

}  // namespace tenfold::supervisor::real
