// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/data/statements.h"

#include <fmt/format.h>

#include "reference-server/data/graph_statements.h"

namespace tenfold::data {

namespace {

std::string joined(const std::vector<std::int64_t>& ids) {
    if (ids.empty()) return "NULL";
    std::string out;
    for (const auto id : ids) {
        if (!out.empty()) out += ',';
        out += std::to_string(id);
    }
    return out;
}

}  // namespace

namespace sql {

std::string insertOrder(std::size_t lines) {
    std::string total;
    for (std::size_t i = 0; i < lines; ++i)
        total += fmt::format("{}(SELECT price_cents FROM products WHERE id = ${}) * ${}",
                             i ? " + " : "", 4 + 2 * i, 5 + 2 * i);
    return fmt::format(
        "/*shape='orders.insert'*/INSERT INTO orders (id, customer_id, status, note, total_cents, "
        "created_at) VALUES ($1, $2, 'open', $3, {}, ${})",
        total, 4 + 2 * lines);
}

std::string customersOf(const std::vector<std::int64_t>& ids) {
    return fmt::format(
        "/*shape='orders.customers'*/SELECT id, name FROM customers WHERE id IN ({})", joined(ids));
}

std::string lineCountsOf(const std::vector<std::int64_t>& ids) {
    return fmt::format(
        "/*shape='orders.counts'*/SELECT order_id, count(*) FROM order_lines WHERE order_id IN "
        "({}) "
        "GROUP BY order_id",
        joined(ids));
}

std::string graph::customersOf(const std::vector<std::int64_t>& ids) {
    return fmt::format("/*shape='full.orders.customers'*/SELECT * FROM customers WHERE id IN ({})",
                       joined(ids));
}

std::string graph::productsOf(const std::vector<std::int64_t>& ids) {
    return fmt::format("/*shape='full.orders.products'*/SELECT * FROM products WHERE id IN ({})",
                       joined(ids));
}

}  // namespace sql

std::string afterPrefix(const std::string& prefix) {
    // U+10FFFF sorts after every character a name may hold.
    return prefix + "\xF4\x8F\xBF\xBF";
}

std::vector<std::pair<std::string, std::string>> allShapes() {
    std::vector<std::pair<std::string, std::string>> out;
    const auto add = [&](std::string_view text) {
        const auto from = text.find('\'') + 1;
        out.emplace_back(text.substr(from, text.find('\'', from) - from), text);
    };
    using namespace sql;  // NOLINT: the list of all of them
    for (const auto text : {kProductsAll,
                            kProductsOffset,
                            kProduct,
                            kOrdersAll,
                            kOrdersOffset,
                            kCustomerName,
                            kLineCount,
                            kJoinedAll,
                            kJoinedOffset,
                            kOrdersOfCustomer,
                            kOrder,
                            kOrderLines,
                            kMe,
                            kBegin,
                            kCommit,
                            kRollback,
                            kInsertLine,
                            kTakeStock,
                            kInsertPayment,
                            kInsertReview,
                            kUpdateMe,
                            kUpdateProduct,
                            kInsertJob,
                            kInsertChange,
                            kJobsDue,
                            kTakeJobs,
                            kJobDone,
                            kJobLater,
                            kBuryJob,
                            kJobsLeft,
                            kExpireKeys,
                            kInsertKey,
                            kFindKey,
                            kKeyDone,
                            kTakeKey,
                            graph::kProductsAll,
                            graph::kProductsOffset,
                            graph::kReviewsOfProduct,
                            graph::kOrdersAll,
                            graph::kOrdersOffset,
                            graph::kJoinedAll,
                            graph::kJoinedOffset,
                            graph::kOrdersOfCustomer,
                            graph::kPaymentsOfOrder,
                            graph::kCustomer})
        add(text);
    add(insertOrder(2));
    add(customersOf({1, 2, 3}));
    add(lineCountsOf({1, 2, 3}));
    add(graph::customersOf({1, 2, 3}));
    add(graph::productsOf({1, 2, 3}));
    return out;
}

}  // namespace tenfold::data
