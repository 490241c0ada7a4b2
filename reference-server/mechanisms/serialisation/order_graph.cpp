// SPDX-License-Identifier: GPL-3.0-or-later
// The list of orders as whole rows, in as many statements as `query_shape` says.
#include <unordered_map>

#include "reference-server/data/graph_statements.h"
#include "reference-server/data/statements.h"
#include "reference-server/mechanisms/read_replicas/routing.h"
#include "reference-server/mechanisms/serialisation/serialisation.h"

namespace tenfold::mechanisms {

using api::Context;
using api::Request;
using api::Rows;
using graph::Json;
namespace whole = data::sql::graph;

namespace {

std::int64_t number(const Json& order, const char* field) {
    return order.at(field).get<std::int64_t>();
}

/// An order's columns, its number of lines, its customer's columns.
Json fromJoin(const Rows& rows) {
    int lines = 0;
    while (lines < rows.columns() && rows.name(lines) != "lines") ++lines;
    Json orders = Json::array();
    for (int i = 0; i < rows.count(); ++i) {
        Json order = graph::objectOf(rows, i, 0, lines + 1);
        order["customer"] = graph::publicCustomer(graph::objectOf(rows, i, lines + 1));
        orders.push_back(std::move(order));
    }
    return orders;
}

void completeOneByOne(Context& c, const Request& request, Json& orders) {
    for (auto& order : orders) {
        const Rows customer =
            read(c, request,
                 {std::string(whole::kCustomer), {std::to_string(number(order, "customer_id"))}});
        order["customer"] =
            customer.empty() ? Json::object() : graph::publicCustomer(graph::objectOf(customer, 0));
        const Rows count =
            read(c, request,
                 {std::string(data::sql::kLineCount), {std::to_string(number(order, "id"))}});
        order["lines"] = count.empty() ? 0 : count.number(0, 0);
    }
}

void completeInBatches(Context& c, const Request& request, Json& orders) {
    std::vector<std::int64_t> orderIds;
    std::vector<std::int64_t> customerIds;
    for (const auto& order : orders) {
        orderIds.push_back(number(order, "id"));
        customerIds.push_back(number(order, "customer_id"));
    }
    const Rows customers = read(c, request, {whole::customersOf(customerIds), {}});
    const Rows counts = read(c, request, {data::sql::lineCountsOf(orderIds), {}});
    std::unordered_map<std::int64_t, Json> customerOf;
    std::unordered_map<std::int64_t, std::int64_t> linesOf;
    for (int i = 0; i < customers.count(); ++i)
        customerOf[customers.number(i, 0)] = graph::publicCustomer(graph::objectOf(customers, i));
    for (int i = 0; i < counts.count(); ++i) linesOf[counts.number(i, 0)] = counts.number(i, 1);
    for (auto& order : orders) {
        const auto customer = customerOf.find(number(order, "customer_id"));
        order["customer"] = customer == customerOf.end() ? Json::object() : customer->second;
        order["lines"] = linesOf[number(order, "id")];
    }
}

}  // namespace

Json orderGraph(Context& c, const Request& request, const Page& page) {
    if (c.design.is("query_shape", "join"))
        return fromJoin(read(
            c, request,
            ordersStatement(page, whole::kJoinedAll, whole::kJoinedOffset, whole::kJoinedKeyset)));
    Json orders = graph::objectsOf(
        read(c, request,
             ordersStatement(page, whole::kOrdersAll, whole::kOrdersOffset, whole::kOrdersKeyset)));
    if (orders.empty()) return orders;  // a page beyond the end has nothing to complete
    if (c.design.is("query_shape", "batched")) {
        completeInBatches(c, request, orders);
    } else {
        completeOneByOne(c, request, orders);
    }
    return orders;
}

}  // namespace tenfold::mechanisms
