// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/mechanisms/query_shape/order_list.h"

#include <limits>
#include <unordered_map>

#include "reference-server/data/statements.h"
#include "reference-server/mechanisms/read_replicas/routing.h"

namespace tenfold::mechanisms {

using api::Context;
using api::Request;
using api::Rows;
using api::Statement;
namespace sql = data::sql;

namespace {

std::vector<OrderSummary> fromRows(const Rows& rows, bool isJoined) {
    std::vector<OrderSummary> out;
    out.reserve(static_cast<std::size_t>(rows.count()));
    for (int i = 0; i < rows.count(); ++i) {
        OrderSummary o;
        o.id = rows.number(i, 0);
        o.customerId = rows.number(i, 1);
        o.status = rows.text(i, 2);
        o.totalCents = rows.number(i, 3);
        o.createdAt = rows.number(i, 4);
        if (isJoined) {
            o.customerName = rows.text(i, 5);
            o.lines = rows.number(i, 6);
        }
        out.push_back(std::move(o));
    }
    return out;
}

void completeOneByOne(Context& c, const Request& request, std::vector<OrderSummary>& orders) {
    for (auto& o : orders) {
        const Rows name =
            read(c, request, {std::string(sql::kCustomerName), {std::to_string(o.customerId)}});
        if (!name.empty()) o.customerName = name.text(0, 0);
        const Rows count = read(c, request, {std::string(sql::kLineCount), {std::to_string(o.id)}});
        if (!count.empty()) o.lines = count.number(0, 0);
    }
}

void completeInBatches(Context& c, const Request& request, std::vector<OrderSummary>& orders) {
    std::vector<std::int64_t> orderIds;
    std::vector<std::int64_t> customerIds;
    for (const auto& o : orders) {
        orderIds.push_back(o.id);
        customerIds.push_back(o.customerId);
    }
    const Rows names = read(c, request, {sql::customersOf(customerIds), {}});
    const Rows counts = read(c, request, {sql::lineCountsOf(orderIds), {}});
    std::unordered_map<std::int64_t, std::string> nameOf;
    std::unordered_map<std::int64_t, std::int64_t> linesOf;
    for (int i = 0; i < names.count(); ++i) nameOf[names.number(i, 0)] = names.text(i, 1);
    for (int i = 0; i < counts.count(); ++i) linesOf[counts.number(i, 0)] = counts.number(i, 1);
    for (auto& o : orders) {
        o.customerName = nameOf[o.customerId];
        o.lines = linesOf[o.id];
    }
}

}  // namespace

Statement ordersStatement(const Page& page, std::string_view all, std::string_view offset,
                          std::string_view keyset) {
    switch (page.mode) {
        case Page::Mode::all:
            return {std::string(all), {}};
        case Page::Mode::offset:
            return {std::string(offset), {std::to_string(page.size), std::to_string(page.offset)}};
        case Page::Mode::keyset:
            break;
    }
    // Newest first: the first page comes before the end of time.
    const std::string last = std::to_string(std::numeric_limits<std::int64_t>::max() / 2);
    return {std::string(keyset),
            {page.isFirst() ? last : page.afterText,
             page.isFirst() ? last : std::to_string(page.afterId), std::to_string(page.size)}};
}

std::vector<OrderSummary> orderList(Context& c, const Request& request, const Page& page) {
    if (c.design.is("query_shape", "join"))
        return fromRows(
            read(c, request,
                 ordersStatement(page, sql::kJoinedAll, sql::kJoinedOffset, sql::kJoinedKeyset)),
            true);
    auto orders = fromRows(
        read(c, request,
             ordersStatement(page, sql::kOrdersAll, sql::kOrdersOffset, sql::kOrdersKeyset)),
        false);
    if (orders.empty()) return orders;  // a page beyond the end has nothing to complete
    if (c.design.is("query_shape", "batched")) {
        completeInBatches(c, request, orders);
    } else {
        completeOneByOne(c, request, orders);
    }
    return orders;
}

}  // namespace tenfold::mechanisms
