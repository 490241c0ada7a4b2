// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/load/request_key.h"

#include "simulator/load/endpoints.h"

namespace tenfold::load {

namespace {

/// Searches are of two letters; up to four stand in the key as they are.
std::uint64_t packed(const std::string& prefix) {
    std::uint32_t code = 0;
    for (const char c : prefix) code = code << 8 | static_cast<unsigned char>(c);
    return code;
}

}  // namespace

std::uint64_t keyOf(const RequestPlan& plan, const scenario::Design& design) {
    const std::string_view id = endpoints().at(plan.endpoint).id;
    // A cursor is what the generator never sends: under keyset every page it asks for is the first,
    // and without pagination there is one.
    const std::uint64_t page = design.is("pagination", "offset") ? plan.page : 1;
    if (id == "products.list") return packed(plan.prefix) << 32 | page;
    if (id == "products.get" || id == "images.get") return plan.product;
    if (id == "orders.list") return page;
    if (id == "orders.get") return plan.order;
    if (id == "orders.by_customer" || id == "me.get") return plan.user;
    return 0;  // a write: to insert here or there is the same work
}

std::uint64_t addressKeyOf(const RequestPlan& plan) {
    const std::string_view id = endpoints().at(plan.endpoint).id;
    std::uint64_t which = plan.product;
    if (id == "products.list") which = packed(plan.prefix) << 32 | plan.page;
    // A product is changed where it is read.
    const std::uint64_t kind = id == "products.update" ? *endpointIndex("products.get")
                                                       : static_cast<std::uint64_t>(plan.endpoint);
    return which * 16 + kind;
}

}  // namespace tenfold::load
