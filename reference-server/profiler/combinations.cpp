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
        {.endpoint = "products.list",
         .onIndexes = true,
         .onPagination = true,
         .isCacheable = true,
         .onSerialisation = true},
        {.endpoint = "products.get",
         .onIndexes = true,
         .isCacheable = true,
         .onSerialisation = true},
        {.endpoint = "images.get"},
        {.endpoint = "orders.list",
         .onIndexes = true,
         .onQueryShape = true,
         .onPagination = true,
         .onSerialisation = true},
        {.endpoint = "orders.by_customer",
         .onIndexes = true,
         .onPagination = true,
         .onSerialisation = true},
        {.endpoint = "orders.get", .onIndexes = true, .onSerialisation = true},
        {.endpoint = "me.get", .onIndexes = true, .onSerialisation = true},
        {.endpoint = "orders.create",
         .onIndexes = true,
         .onSideEffects = true,
         .onIdempotency = true},
        {.endpoint = "payments.create",
         .onIndexes = true,
         .onSideEffects = true,
         .onIdempotency = true},
        {.endpoint = "reviews.create", .onIndexes = true, .onIdempotency = true},
        {.endpoint = "me.update"},
        {.endpoint = "products.update", .onSharedCache = true},
    };
    return all;
}

std::string Combination::text() const {
    std::string out(load::endpoints().at(endpoint).id);
    if (isHit) out += idempotency ? " again" : " from the cache";
    if (indexes) out += ", indexes " + *indexes;
    if (queryShape) out += ", query_shape " + *queryShape;
    if (pagination) out += ", pagination " + *pagination;
    if (pageSize) out += fmt::format(" of {}", *pageSize);
    if (sideEffects) out += ", side_effects " + *sideEffects;
    if (serialisation) out += ", " + *serialisation;
    if (sharedCache) out += ", shared_cache " + *sharedCache;
    if (idempotency) out += ", idempotency " + *idempotency;
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
    if (serialisation) set("serialisation=" + *serialisation);
    if (sharedCache) set("shared_cache=" + *sharedCache);
    if (idempotency) set("idempotency=" + *idempotency);
    if (isHit && !idempotency) set("shared_cache=ttl");
    if (!problems.empty()) throw scenario::InputError(problems);
    return design;
}

namespace {

/// Each of `all` with each value of one more switch.
std::vector<Combination> times(const std::vector<Combination>& all, std::string_view mechanism,
                               bool isDependedOn,
                               std::optional<std::string> Combination::*position) {
    std::vector<Combination> out;
    for (auto c : all)
        for (const auto& value : valuesOf(mechanism, isDependedOn)) {
            c.*position = value;
            out.push_back(c);
        }
    return out;
}

}  // namespace

std::vector<Combination> combinations(int pageSize, bool onlyPaged) {
    std::vector<Combination> out;
    const auto add = [&](std::vector<Combination> all) {
        for (auto& c : all) {
            if (c.pagination && *c.pagination != "none") c.pageSize = pageSize;
            if (c.pageSize || !onlyPaged) out.push_back(std::move(c));
        }
    };
    for (std::size_t i = 0; i < load::endpoints().size(); ++i) {
        const auto& d = dependences().at(i);
        Combination first;
        first.endpoint = i;
        auto all = times({first}, "indexes", d.onIndexes, &Combination::indexes);
        all = times(all, "query_shape", d.onQueryShape, &Combination::queryShape);
        all = times(all, "pagination", d.onPagination, &Combination::pagination);
        all = times(all, "side_effects", d.onSideEffects, &Combination::sideEffects);
        all = times(all, "shared_cache", d.onSharedCache, &Combination::sharedCache);
        all = times(all, "idempotency", d.onIdempotency, &Combination::idempotency);
        add(times(all, "serialisation", d.onSerialisation, &Combination::serialisation));
        if (d.onIdempotency) {
            // What is kept takes the same, whatever it took to make it.
            first.isHit = true;
            first.idempotency = "keys";
            add({first});
        }
        // What the cache has is the same with indexes and without.
        if (!d.isCacheable) continue;
        first.isHit = true;
        all = times({first}, "pagination", d.onPagination, &Combination::pagination);
        add(times(all, "serialisation", d.onSerialisation, &Combination::serialisation));
    }
    return out;
}

}  // namespace tenfold::profiler
