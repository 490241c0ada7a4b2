// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reference-server/api/context.h"

namespace tenfold::mechanisms {

/// The news that a product has a new version, on its way from the commit that made it to the shared
/// cache: a row in the outbox of the same commit, which the worker turns into a mark beside the
/// product's answers. An answer that is older than the mark is as good as gone, whoever put it
/// there and when: also one that was read before the change, or from a replica that lags, and
/// stored after the news.

/// Of the jobs in the outbox.
inline constexpr std::string_view kProductChanged = "product.changed";

/// A write to a product, and with `ttl_and_events` the news of it in the same transaction. Throws
/// what write() throws. The answers of the statements that were given, in their order.
std::vector<api::Rows> writeWithNews(api::Context& context, std::vector<api::Statement> statements,
                                     const std::string& product, api::Reply& reply);

/// The key of a product's mark.
std::string markOf(const std::string& product);

/// What a job says ("7-4").
struct ProductChange {
    std::string product;
    std::string version;
};
std::optional<ProductChange> productChangeFrom(const std::string& payload);

/// How long a mark has to stand: no answer that is older lives on after it, since whoever read the
/// database before the change stores what it read within a time to live of it.
int markTtlMs(const scenario::Design& design);

}  // namespace tenfold::mechanisms
