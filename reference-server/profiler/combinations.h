// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/scenario/design.h"

namespace tenfold::profiler {

/// Which switches the work of an endpoint depends on. What it does not depend on is recorded once.
struct Dependence {
    std::string_view endpoint;
    bool onIndexes = false;
    bool onQueryShape = false;
    bool onPagination = false;
    bool isCacheable = false;
    bool onSideEffects = false;
    bool onSerialisation = false;
    bool onSharedCache = false;  // beside the hits
    bool onIdempotency = false;
};
const std::vector<Dependence>& dependences();

/// One case of one endpoint. Nothing: it does not depend on that switch.
struct Combination {
    std::size_t endpoint = 0;  // index into load::endpoints()
    bool isHit = false;        // answered by the shared cache, or from what is kept under its key
    std::optional<std::string> indexes;
    std::optional<std::string> queryShape;
    std::optional<std::string> pagination;
    std::optional<int> pageSize;
    std::optional<std::string> sideEffects;
    std::optional<std::string> serialisation;
    std::optional<std::string> sharedCache;
    std::optional<std::string> idempotency;

    /// "orders.list, indexes off, query_shape join, pagination offset of 20".
    std::string text() const;
    /// A design under which it is so; what it does not depend on is at its first value, and the
    /// shared cache is on for a hit only.
    scenario::Design design() const;
};

/// Every combination, at one page size; with `onlyPaged` those alone that depend on it. In the
/// order of load::endpoints() and, inside, of the catalogue.
std::vector<Combination> combinations(int pageSize, bool onlyPaged);

}  // namespace tenfold::profiler
