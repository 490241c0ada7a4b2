// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "reference-server/api/context.h"
#include "reference-server/mechanisms/pagination/page.h"

namespace tenfold::mechanisms {

/// One line of the back-office list.
struct OrderSummary {
    std::int64_t id = 0;
    std::int64_t customerId = 0;
    std::string status;
    std::int64_t totalCents = 0;
    std::int64_t createdAt = 0;
    std::string customerName;
    std::int64_t lines = 0;
};

/// The statement for a page, of whatever list has these three forms.
api::Statement ordersStatement(const Page& page, std::string_view all, std::string_view offset,
                               std::string_view keyset);

/// A page of orders, newest first, each with its customer's name and its number of lines: in
/// 1 + 2N statements (n_plus_one), 3 (batched) or 1 (join), as the switch `query_shape` says.
std::vector<OrderSummary> orderList(api::Context& context, const api::Request& request,
                                    const Page& page);

}  // namespace tenfold::mechanisms
