// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "reference-server/api/body.h"
#include "reference-server/api/endpoints.h"
#include "reference-server/data/graph_statements.h"
#include "reference-server/data/statements.h"
#include "reference-server/mechanisms/idempotency/write_once.h"
#include "reference-server/mechanisms/pagination/page.h"
#include "reference-server/mechanisms/query_shape/order_list.h"
#include "reference-server/mechanisms/read_replicas/routing.h"
#include "reference-server/mechanisms/serialisation/serialisation.h"

namespace tenfold::api {

using mechanisms::Page;
using nlohmann::json;
namespace sql = data::sql;

namespace {

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
    const auto fields =
        mechanisms::fieldsFrom(request.query, mechanisms::kListedOrderFields, shortfalls);
    if (!shortfalls.empty()) throw Problem::invalid(std::move(shortfalls));
    const auto cursorAfter = [&](std::size_t rows, std::int64_t createdAt, std::int64_t id) {
        const bool isFull = static_cast<std::int64_t>(rows) == page.size;
        return page.mode == Page::Mode::keyset && isFull
                   ? mechanisms::cursorFor(cursorsOf(c), std::to_string(createdAt), id)
                   : "";
    };
    // Never from the shared cache: the back office works on this list, it must be what is.
    Reply reply;
    if (mechanisms::isFullGraph(c.design)) {
        json orders = mechanisms::orderGraph(c, request, page);
        reply.rows = 2 * orders.size();  // each with its customer
        const std::string cursor =
            orders.empty()
                ? ""
                : cursorAfter(orders.size(), orders.back()["created_at"], orders.back()["id"]);
        reply.body = mechanisms::graph::listOf(std::move(orders), fields, cursor);
        return reply;
    }
    const auto orders = mechanisms::orderList(c, request, page);
    reply.rows = orders.size();
    const std::string cursor =
        orders.empty() ? "" : cursorAfter(orders.size(), orders.back().createdAt, orders.back().id);
    reply.body = mechanisms::writtenOrders(orders, fields, cursor);
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
    const auto fields =
        mechanisms::fieldsFrom(request.query, mechanisms::kCustomersOrderFields, shortfalls);
    if (!shortfalls.empty()) throw Problem::invalid(std::move(shortfalls));
    const bool isGraph = mechanisms::isFullGraph(c.design);
    const std::string id = std::to_string(customer);
    const Rows orders = mechanisms::read(
        c, request,
        {std::string(isGraph ? sql::graph::kOrdersOfCustomer : sql::kOrdersOfCustomer),
         {id, std::to_string(page.mode == Page::Mode::all ? sql::kAllOrders : page.size)}});
    Reply reply;
    reply.rows = static_cast<std::uint64_t>(orders.count());
    if (!isGraph) {
        reply.body = mechanisms::writtenOrdersOfCustomer(orders, fields);
        return reply;
    }
    const Rows who = mechanisms::read(c, request, {std::string(sql::graph::kCustomer), {id}});
    reply.rows += static_cast<std::uint64_t>(who.count());
    reply.body = mechanisms::graphOfOrdersOfCustomer(orders, who, fields);
    return reply;
}

namespace {

/// The order and all it refers to.
mechanisms::OrderRows graphRows(Context& c, const Request& request, Rows order) {
    const std::string id(order.text(0, 0));
    mechanisms::OrderRows rows;
    rows.lines = mechanisms::read(c, request, {std::string(sql::kOrderLines), {id}});
    rows.customer = mechanisms::read(
        c, request, {std::string(sql::graph::kCustomer), {std::string(order.text(0, 1))}});
    std::vector<std::int64_t> products;
    for (int i = 0; i < rows.lines.count(); ++i) products.push_back(rows.lines.number(i, 1));
    rows.products = mechanisms::read(c, request, {sql::graph::productsOf(products), {}});
    rows.payments = mechanisms::read(c, request, {std::string(sql::graph::kPaymentsOfOrder), {id}});
    rows.order = std::move(order);
    return rows;
}

}  // namespace

Reply getOrder(Context& c, const Request& request) {
    userOf(request);
    std::vector<Shortfall> shortfalls;
    const auto fields = mechanisms::fieldsFrom(request.query, mechanisms::kOrderFields, shortfalls);
    if (!shortfalls.empty()) throw Problem::invalid(std::move(shortfalls));
    const std::string id = std::to_string(idInPath(request, "order"));
    Rows order = mechanisms::read(c, request, {std::string(sql::kOrder), {id}});
    if (order.empty()) throw Problem::notFound("order " + id);
    Reply reply;
    if (mechanisms::isFullGraph(c.design)) {
        const auto rows = graphRows(c, request, std::move(order));
        reply.rows = 1 + static_cast<std::uint64_t>(rows.lines.count() + rows.customer.count() +
                                                    rows.products.count() + rows.payments.count());
        reply.body = mechanisms::graphOfOrder(rows, fields);
        return reply;
    }
    std::optional<Rows> lines;
    if (fields.has("lines"))
        lines = mechanisms::read(c, request, {std::string(sql::kOrderLines), {id}});
    reply.rows = 1 + static_cast<std::uint64_t>(lines ? lines->count() : 0);
    reply.body = mechanisms::writtenOrder(order, lines, fields);
    return reply;
}

namespace {

struct NewLine {
    std::int64_t product;
    std::int64_t quantity;
};

std::vector<Statement> insertOrder(Context& c, std::uint64_t user, const std::string& id,
                                   const std::vector<NewLine>& lines) {
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
              [](const NewLine& a, const NewLine& b) { return a.product < b.product; });
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
    return statements;
}

}  // namespace

Reply createOrder(Context& c, const Request& request) {
    const auto user = userOf(request);
    Body body(request.body);
    std::vector<NewLine> lines;
    for (const auto& [line, at] : body.objects(body.root(), "", "lines", 50)) {
        lines.push_back({body.integer(line, at, "product_id", 1, 1'000'000'000),
                         body.integer(line, at, "quantity", 1, 1000)});
        body.noOthers(line, at, {"product_id", "quantity"});
    }
    body.noOthers(body.root(), "", {"lines"});
    body.check();
    return mechanisms::createOnce(c, request, [&](const std::string& id) {
        mechanisms::Creation order;
        order.statements = insertOrder(c, user, id, lines);
        order.effect = mechanisms::SideEffect{
            "email", id,
            json{{"kind", "email"}, {"template", "order"}, {"customer", user}, {"order", id}}
                .dump()};
        order.reply.status = 201;
        order.reply.headers["Location"] = "/v1/orders/" + id;
        order.reply.body = json{{"id", std::stoll(id)}, {"status", "open"}}.dump();
        return order;
    });
}

}  // namespace tenfold::api
