// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include "reference-server/api/body.h"
#include "reference-server/api/endpoints.h"
#include "reference-server/data/graph_statements.h"
#include "reference-server/data/statements.h"
#include "reference-server/mechanisms/idempotency/write_once.h"
#include "reference-server/mechanisms/read_replicas/routing.h"
#include "reference-server/mechanisms/serialisation/serialisation.h"

namespace tenfold::api {

using nlohmann::json;
namespace sql = data::sql;

Reply getMe(Context& c, const Request& request) {
    const auto user = userOf(request);
    std::vector<Shortfall> shortfalls;
    const auto fields = mechanisms::fieldsFrom(request.query, mechanisms::kMeFields, shortfalls);
    if (!shortfalls.empty()) throw Problem::invalid(std::move(shortfalls));
    const std::string id = std::to_string(user);
    const Rows rows = mechanisms::read(c, request, {std::string(sql::kMe), {id}});
    if (rows.empty()) throw Problem::notFound("user " + id);
    Reply reply;
    reply.rows = 1;
    if (!mechanisms::isFullGraph(c.design)) {
        reply.body = mechanisms::writtenMe(rows, fields);
        return reply;
    }
    const Rows orders = mechanisms::read(
        c, request,
        {std::string(sql::graph::kOrdersOfCustomer), {id, std::to_string(sql::kAllOrders)}});
    reply.rows += static_cast<std::uint64_t>(orders.count());
    reply.body = mechanisms::graphOfMe(rows, orders, fields);
    return reply;
}

Reply updateMe(Context& c, const Request& request) {
    const auto user = userOf(request);
    Body body(request.body);
    const std::string address = body.text(body.root(), "", "address", 500);
    body.noOthers(body.root(), "", {"address"});
    body.check();
    Reply reply;
    const auto rows = mechanisms::write(
        c, {{std::string(sql::kUpdateMe), {address, std::to_string(user)}}}, reply);
    if (rows.front().affected() == 0) throw Problem::notFound("user " + std::to_string(user));
    reply.body = json{{"id", user}, {"address", address}}.dump(-1, ' ', false,
                                                               json::error_handler_t::replace);
    return reply;
}

Reply createPayment(Context& c, const Request& request) {
    userOf(request);
    Body body(request.body);
    const auto& root = body.root();
    const std::string order = std::to_string(body.integer(root, "", "order_id", 1, INT64_MAX));
    const std::string amount =
        std::to_string(body.integer(root, "", "amount_cents", 1, 100'000'000));
    body.noOthers(root, "", {"order_id", "amount_cents"});
    body.check();
    return mechanisms::createOnce(c, request, [&](const std::string& id) {
        mechanisms::Creation payment;
        payment.statements = {{std::string(sql::kInsertPayment),
                               {id, order, amount, "pay_" + id, std::to_string(c.nowMs)}}};
        payment.effect = mechanisms::SideEffect{"webhook", id,
                                                json{{"kind", "webhook"},
                                                     {"event", "payment.accepted"},
                                                     {"payment", id},
                                                     {"order", order}}
                                                    .dump()};
        payment.reply.status = 201;
        payment.reply.body = json{{"id", std::stoll(id)}, {"status", "accepted"}}.dump();
        return payment;
    });
}

Reply createReview(Context& c, const Request& request) {
    const auto user = userOf(request);
    Body body(request.body);
    const auto& root = body.root();
    const std::string product =
        std::to_string(body.integer(root, "", "product_id", 1, 1'000'000'000));
    const std::string rating = std::to_string(body.integer(root, "", "rating", 1, 5));
    const std::string text = body.text(root, "", "body", 2000);
    body.noOthers(root, "", {"product_id", "rating", "body"});
    body.check();
    return mechanisms::createOnce(c, request, [&](const std::string& id) {
        mechanisms::Creation review;
        review.statements = {
            {std::string(sql::kInsertReview),
             {id, product, std::to_string(user), rating, text, std::to_string(c.nowMs)}}};
        review.reply.status = 201;
        review.reply.body = json{{"id", std::stoll(id)}}.dump();
        return review;
    });
}

}  // namespace tenfold::api
