// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/profiler/combinations.h"

#include <fmt/format.h>

#include "simulator/load/endpoints.h"
#include "simulator/mechanisms/catalogue.h"

namespace tenfold::profiler {

namespace {

/// The values of a mechanism, or nothing alone when the endpoint does not depend on it.
std::vector<std::optional<std::string>> valuesOf(std::string_view mechanism, bool isDependedOn) {
    if (!isDependedOn) return {std::nullopt};
    std::vector<std::optional<std::string>> out;
    for (const auto& value : mechanisms::catalogue().find(mechanism)->values)
        out.emplace_back(value.id);
    return out;
}

}  // namespace

const std::vector<Dependence>& dependences() {
    static const std::vector<Dependence> all{
        {"products.list", true, false, true, true},
        {"products.get", false, false, false, true},
        {"images.get"},
        {"orders.list", true, true, true},
        {"orders.by_customer", true, false, true},
        {"orders.get", true},
        {"me.get"},
        {"orders.create", true, false, false, false, true},
        {"payments.create", true, false, false, false, true},
        {"reviews.create", true},
        {"me.update"},
        {"products.update"},
    };
    return all;
}

std::string Combination::text() const {
    std::string out(load::endpoints().at(endpoint).id);
    if (isHit) out += " from the cache";
    if (indexes) out += ", indexes " + *indexes;
    if (queryShape) out += ", query_shape " + *queryShape;
    if (pagination) out += ", pagination " + *pagination;
    if (pageSize) out += fmt::format(" of {}", *pageSize);
    if (sideEffects) out += ", side_effects " + *sideEffects;
    return out;
}

scenario::Design Combination::design() const {
    const auto& catalogue = mechanisms::catalogue();
    auto design = scenario::Design::naive(catalogue);
    scenario::Problems problems;
    const auto set = [&](const std::string& assignment) {
        design.set(assignment, catalogue, problems);
    };
    if (indexes) set("indexes=" + *indexes);
    if (queryShape) set("query_shape=" + *queryShape);
    if (pagination) set("pagination=" + *pagination);
    if (pageSize) set(fmt::format("pagination.page_size={}", *pageSize));
    if (sideEffects) set("side_effects=" + *sideEffects);
    if (isHit) set("shared_cache=ttl");
    if (!problems.empty()) throw scenario::InputError(problems);
    return design;
}

std::vector<Combination> combinations(int pageSize, bool onlyPaged) {
    std::vector<Combination> out;
    for (std::size_t i = 0; i < load::endpoints().size(); ++i) {
        const auto& d = dependences().at(i);
        for (const auto& indexes : valuesOf("indexes", d.onIndexes))
            for (const auto& queryShape : valuesOf("query_shape", d.onQueryShape))
                for (const auto& pagination : valuesOf("pagination", d.onPagination)) {
                    Combination c{i, false, indexes, queryShape, pagination, {}, {}};
                    if (pagination && *pagination != "none") c.pageSize = pageSize;
                    if (!c.pageSize && onlyPaged) continue;
                    for (const auto& sideEffects : valuesOf("side_effects", d.onSideEffects)) {
                        c.sideEffects = sideEffects;
                        out.push_back(c);
                    }
                }
        // What the cache has is the same with indexes and without.
        if (!d.isCacheable) continue;
        for (const auto& pagination : valuesOf("pagination", d.onPagination)) {
            Combination c{i, true, {}, {}, pagination, {}, {}};
            if (pagination && *pagination != "none") c.pageSize = pageSize;
            if (c.pageSize || !onlyPaged) out.push_back(c);
        }
    }
    return out;
}

}  // namespace tenfold::profiler
