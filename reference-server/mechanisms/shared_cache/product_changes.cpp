// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/mechanisms/shared_cache/product_changes.h"

#include "reference-server/data/statements.h"
#include "reference-server/mechanisms/read_replicas/routing.h"

namespace tenfold::mechanisms {

std::vector<api::Rows> writeWithNews(api::Context& c, std::vector<api::Statement> statements,
                                     const std::string& product, api::Reply& reply) {
    const bool hasNews = c.design.is("shared_cache", "ttl_and_events");
    if (hasNews) {
        const std::string now = std::to_string(c.nowMs);
        // The version is read where it was made: nobody can come between.
        statements.push_back({std::string(data::sql::kInsertChange),
                              {std::to_string(c.ids.next()), now, now, product}});
    }
    auto rows = write(c, statements, reply);
    if (hasNews) rows.pop_back();
    return rows;
}

std::string markOf(const std::string& product) {
    return "product:" + product + ":changed";
}

std::optional<ProductChange> productChangeFrom(const std::string& payload) {
    const auto dash = payload.find('-');
    if (dash == 0 || dash == std::string::npos || dash + 1 == payload.size()) return {};
    return ProductChange{payload.substr(0, dash), payload.substr(dash + 1)};
}

int markTtlMs(const scenario::Design& design) {
    return static_cast<int>(2 * 1000 * design.parameter("shared_cache", "ttl_s", 60));
}

}  // namespace tenfold::mechanisms
