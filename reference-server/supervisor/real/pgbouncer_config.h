// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "simulator/scenario/design.h"

namespace tenfold::supervisor::real {

/// What a PgBouncer is told: the databases it stands before, and the parameters of the mechanism
/// `connection_pooler`.
struct PgBouncerConfig {
    std::map<std::string, int> ports;  // database as clients name it → port
    int poolSize = 25;
    double waitLimitS = 1;
    bool isOursBehind = false;  // our own database node, which tells costs to who asks

    /// From the "peers" of a start or prepare line, under a design.
    static PgBouncerConfig from(const nlohmann::json& peers, const scenario::Design& design);
    /// pgbouncer.ini, for a PgBouncer that lives in `folder` and listens on `port`.
    std::string text(const std::string& folder, int port) const;
    int capacity() const { return poolSize * static_cast<int>(ports.size()); }
};

}  // namespace tenfold::supervisor::real
