// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <fmt/format.h>

#include <string>

#include "simulator/scenario/design.h"

namespace tenfold::mechanisms {

/// What the origin tells caches about an answer of the catalogue; empty: nothing, and none may keep
/// it. Not s-maxage, which would forbid to serve it while it is asked about anew.
inline std::string catalogueCacheControl(const scenario::Design& design) {
    const auto ttlS = static_cast<int>(design.parameter("cdn", "catalogue_ttl_s", 60));
    if (!design.is("cdn", "on") || ttlS == 0) return "";
    const auto staleS = static_cast<int>(design.parameter("cdn", "stale_while_revalidate_s", 30));
    return fmt::format("public, max-age={}{}", ttlS,
                       staleS > 0 ? fmt::format(", stale-while-revalidate={}", staleS) : "");
}

}  // namespace tenfold::mechanisms
