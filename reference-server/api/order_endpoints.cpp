// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "reference-server/api/body.h"
#include "reference-server/api/endpoints.h"
#include "reference-server/data/statements.h"
#include "reference-server/mechanisms/pagination/page.h"
#include "reference-server/mechanisms/query_shape/order_list.h"
#include "reference-server/mechanisms/read_replicas/routing.h"
#include "reference-server/mechanisms/side_effects/write_with_effect.h"

namespace tenfold::api {

using mechanisms::Page;
using nlohmann::json;
namespace sql = data::sql;

namespace {
// Without pagination one customer's orders all come: a number no customer reaches.
constexpr std::int64_t kAllOrders = 1'000'000;

mechanisms::CursorKey cursorsOf(const Context& c) {
    return {c.secret, "orders"};
}
}  // namespace

Reply listOrders(Context& c, const Request& request) {
    userOf(request);
    // "?%63ustomer=7" is the same question as "?customer=7".
    if (request.query.count("customer")) return listOrdersOfCustomer(c, request);
    std::vector<Shortfall> shortfalls;
    const Page page = mechanisms::pageFrom(request.query, c.design, cursorsOf(c), shortfalls);
    if (!shortfalls.empty()) throw Problem::invalid(std::move(shortfalls));
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
        out["next_cursor"] = mechanisms::cursorFor(
            cursorsOf(c), std::to_string(orders.back().createdAt), orders.back().id);
    reply.body = out.dump(-1, ' ', false, json::error_handler_t::replace);
    return reply;
}

Reply listOrdersOfCustomer(Context& c, const Request& request) {
    userOf(request);
    std::vector<Shortfall> shortfalls;
    const auto it = request.query.find("customer");
    const std::string text = it == request.query.end() ? "" : it->second;
    std::int64_t customer = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), customer);
    if (error != std::errc{} || end != text.data() + text.size())
        shortfalls.push_back({Shortfall::In::query, "customer", "must be a whole number."});
    // The newest page only: a customer who wants older ones asks for a larger page.
    const Page page = mechanisms::pageFrom(request.query, c.design, cursorsOf(c), shortfalls);
    if (!shortfalls.empty()) throw Problem::invalid(std::move(shortfalls));
    const Rows rows =
        mechanisms::read(c, request,
                         {std::string(sql::kOrdersOfCustomer),
                          {std::to_string(customer),
                           std::to_string(page.mode == Page::Mode::all ? kAllOrders : page.size)}});
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
    Body body(request.body);
    struct Line {
        std::int64_t product;
        std::int64_t quantity;
    };
    std::vector<Line> lines;
    for (const auto& [line, at] : body.objects(body.root(), "", "lines", 50)) {
        lines.push_back({body.integer(line, at, "product_id", 1, 1'000'000'000),
                         body.integer(line, at, "quantity", 1, 1000)});
        body.noOthers(line, at, {"product_id", "quantity"});
    }
    body.noOthers(body.root(), "", {"lines"});
    body.check();
    const std::string id = std::to_string(c.ids.next());
    Statement order{sql::insertOrder(lines.size()), {id, std::to_string(user), ""}};
    for (const auto& line : lines)
        for (const auto value : {line.product, line.quantity})
            order.parameters.push_back(std::to_string(value));
    order.parameters.push_back(std::to_string(c.nowMs));
    std::vector<Statement> statements{std::move(order)};
    // Products are locked in one order by everybody: two orders of the same two would wait for each
    // other else.
    auto byProduct = lines;
    std::sort(byProduct.begin(), byProduct.end(),
              [](const Line& a, const Line& b) { return a.product < b.product; });
    for (const auto& line : byProduct) {
        const std::string quantity = std::to_string(line.quantity);
        // What is not in stock is ordered all the same, and delivered later.
        statements.push_back(
            {std::string(sql::kTakeStock), {quantity, std::to_string(line.product), quantity}});
    }
    for (const auto& line : lines) {
        const std::string product = std::to_string(line.product);
        statements.push_back(
            {std::string(sql::kInsertLine),
             {std::to_string(c.ids.next()), id, std::to_string(line.quantity), product, product}});
    }
    const mechanisms::SideEffect confirmation{
        "email", id,
        json{{"kind", "email"}, {"template", "order"}, {"customer", user}, {"order", id}}.dump()};
    Reply reply;
    mechanisms::writeWithEffect(c, std::move(statements), confirmation, reply);
    reply.status = 201;
    reply.headers["Location"] = "/v1/orders/" + id;
    reply.body = json{{"id", std::stoll(id)}, {"status", "open"}}.dump();
    return reply;
}

}  // namespace tenfold::api
