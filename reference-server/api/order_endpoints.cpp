// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <charconv>

#include "reference-server/api/body.h"
#include "reference-server/api/endpoints.h"
#include "reference-server/data/statements.h"
#include "reference-server/mechanisms/pagination/page.h"
#include "reference-server/mechanisms/query_shape/order_list.h"
#include "reference-server/mechanisms/read_replicas/routing.h"

namespace tenfold::api {

using mechanisms::Page;
using nlohmann::json;
namespace sql = data::sql;

namespace {
// Without pagination one customer's orders all come: a number no customer reaches.
constexpr std::int64_t kAllOrders = 1'000'000;
constexpr std::int64_t kOrdersOfCustomer = 20;
}  // namespace

Reply listOrders(Context& c, const Request& request) {
    userOf(request);
    const Page page = mechanisms::pageFrom(request.query, c.design);
    // Never from the shared cache: the back office works on this list, it must be what is.
    const auto orders = mechanisms::orderList(c, request, page);
    Reply reply;
    reply.rows = orders.size();
    json items = json::array();
    for (const auto& o : orders)
        items.push_back({{"id", o.id},
                         {"customer_id", o.customerId},
                         {"customer_name", o.customerName},
                         {"status", o.status},
                         {"lines", o.lines},
                         {"total_cents", o.totalCents},
                         {"created_at", o.createdAt}});
    json out = {{"items", std::move(items)}};
    if (page.mode == Page::Mode::keyset && static_cast<std::int64_t>(orders.size()) == page.size)
        out["next_cursor"] =
            mechanisms::cursorFor(std::to_string(orders.back().createdAt), orders.back().id);
    reply.body = out.dump(-1, ' ', false, json::error_handler_t::replace);
    return reply;
}

Reply listOrdersOfCustomer(Context& c, const Request& request) {
    userOf(request);
    const std::string& text = request.query.find("customer")->second;
    std::int64_t customer = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), customer);
    if (error != std::errc{} || end != text.data() + text.size())
        throw Problem::badRequest("customer must be a whole number.");
    const bool isAll = c.design.is("pagination", "none");
    const Rows rows = mechanisms::read(
        c, request,
        {std::string(sql::kOrdersOfCustomer),
         {std::to_string(customer), std::to_string(isAll ? kAllOrders : kOrdersOfCustomer)}});
    Reply reply;
    reply.rows = static_cast<std::uint64_t>(rows.count());
    json items = json::array();
    for (int i = 0; i < rows.count(); ++i)
        items.push_back({{"id", rows.number(i, 0)},
                         {"customer_id", rows.number(i, 1)},
                         {"status", rows.text(i, 2)},
                         {"total_cents", rows.number(i, 3)},
                         {"created_at", rows.number(i, 4)}});
    reply.body = json{{"items", std::move(items)}}.dump();
    return reply;
}

Reply getOrder(Context& c, const Request& request) {
    userOf(request);
    const std::string id = std::to_string(idInPath(request, "order"));
    const Rows order = mechanisms::read(c, request, {std::string(sql::kOrder), {id}});
    if (order.empty()) throw Problem::notFound("order " + id);
    const Rows lines = mechanisms::read(c, request, {std::string(sql::kOrderLines), {id}});
    Reply reply;
    reply.rows = 1 + static_cast<std::uint64_t>(lines.count());
    json items = json::array();
    for (int i = 0; i < lines.count(); ++i)
        items.push_back({{"id", lines.number(i, 0)},
                         {"product_id", lines.number(i, 1)},
                         {"quantity", lines.number(i, 2)},
                         {"price_cents", lines.number(i, 3)},
                         {"comment", lines.text(i, 4)}});
    reply.body = json{{"id", order.number(0, 0)},          {"customer_id", order.number(0, 1)},
                      {"status", order.text(0, 2)},        {"note", order.text(0, 3)},
                      {"total_cents", order.number(0, 4)}, {"created_at", order.number(0, 5)},
                      {"lines", std::move(items)}}
                     .dump(-1, ' ', false, json::error_handler_t::replace);
    return reply;
}

Reply createOrder(Context& c, const Request& request) {
    const auto user = userOf(request);
    const Body body(request.body);
    const auto& lines = body.array("lines", 50);
    const std::string id = std::to_string(c.ids.next());
    std::vector<Statement> statements{
        {std::string(sql::kInsertOrder), {id, std::to_string(user), "", std::to_string(c.nowMs)}}};
    for (const auto& entry : lines) {
        const Body line(entry);
        const std::string product = std::to_string(line.integer("product_id", 1, 1'000'000'000));
        const std::string quantity = std::to_string(line.integer("quantity", 1, 1000));
        statements.push_back({std::string(sql::kTakeStock), {quantity, product, quantity}});
        statements.push_back(
            {std::string(sql::kInsertLine), {std::to_string(c.ids.next()), id, quantity, product}});
    }
    Reply reply;
    mechanisms::write(c, statements, reply);
    reply.status = 201;
    reply.headers["Location"] = "/v1/orders/" + id;
    reply.body = json{{"id", std::stoll(id)}, {"status", "open"}}.dump();
    return reply;
}

}  // namespace tenfold::api
