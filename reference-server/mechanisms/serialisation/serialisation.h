// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reference-server/api/context.h"
#include "reference-server/mechanisms/query_shape/order_list.h"
#include "reference-server/mechanisms/serialisation/fieldset.h"
#include "reference-server/mechanisms/serialisation/object_graph.h"

namespace tenfold::mechanisms {

/// The switch `serialisation`: whether answers are whatever the rows hold (`graph…`), or what the
/// contract lists, field by field (`written…`). What the contract lists is the same in both.
inline bool isFullGraph(const scenario::Design& design) {
    return design.is("serialisation", "full_graph");
}

// The fields of the contract.
inline constexpr std::array<std::string_view, 5> kListedProductFields{"id", "name", "price_cents",
                                                                      "stock", "image"};
inline constexpr std::array<std::string_view, 8> kProductFields{
    "id", "name", "description", "price_cents", "stock", "version", "updated_at", "image"};
inline constexpr std::array<std::string_view, 6> kListedOrderFields{
    "id", "customer", "status", "lines", "total_cents", "created_at"};
inline constexpr std::array<std::string_view, 5> kCustomersOrderFields{"id", "customer", "status",
                                                                       "total_cents", "created_at"};
inline constexpr std::array<std::string_view, 7> kOrderFields{
    "id", "customer", "status", "note", "total_cents", "created_at", "lines"};
inline constexpr std::array<std::string_view, 5> kMeFields{"id", "email", "name", "address",
                                                           "created_at"};

// Rows as sql::kProducts… and sql::graph::kProducts… give them.
std::string writtenProducts(const api::Rows& rows, const Fieldset& fields,
                            const std::string& cursor);
std::string graphOfProducts(const api::Rows& rows, const Fieldset& fields,
                            const std::string& cursor);
std::string writtenProduct(const api::Rows& product, const Fieldset& fields);
std::string graphOfProduct(const api::Rows& product, const api::Rows& reviews,
                           const Fieldset& fields);

std::string writtenOrders(const std::vector<OrderSummary>& orders, const Fieldset& fields,
                          const std::string& cursor);
/// A page of the back-office list: whole orders, each with its `customer` and its number of
/// `lines`, in as many statements as orderList() takes.
graph::Json orderGraph(api::Context& context, const api::Request& request, const Page& page);
std::string writtenOrdersOfCustomer(const api::Rows& orders, const Fieldset& fields);
std::string graphOfOrdersOfCustomer(const api::Rows& orders, const api::Rows& customer,
                                    const Fieldset& fields);
/// Without `lines` where nobody asked for them.
std::string writtenOrder(const api::Rows& order, const std::optional<api::Rows>& lines,
                         const Fieldset& fields);
/// An order and what belongs to it, each as its statement gives it.
struct OrderRows {
    api::Rows order;
    api::Rows lines;
    api::Rows customer;
    api::Rows products;  // of its lines
    api::Rows payments;
};
std::string graphOfOrder(const OrderRows& rows, const Fieldset& fields);

std::string writtenMe(const api::Rows& me, const Fieldset& fields);
std::string graphOfMe(const api::Rows& me, const api::Rows& orders, const Fieldset& fields);

}  // namespace tenfold::mechanisms
