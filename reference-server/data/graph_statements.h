// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// What `serialisation=full_graph` reads: whole rows, and the rows they refer to. `SELECT *` on
/// purpose: a column that is added to a table is read, and answered, without anybody deciding so.
/// Rules and parameters are those of statements.h.
namespace tenfold::data::sql::graph {

// Catalogue: every column of `products`.
inline constexpr std::string_view kProductsAll =
    "/*shape='full.products.list'*/SELECT * FROM products WHERE name >= $1 AND name < $2 "
    "ORDER BY name, id";
inline constexpr std::string_view kProductsOffset =
    "/*shape='full.products.list.page'*/SELECT * FROM products WHERE name >= $1 AND name < $2 "
    "ORDER BY name, id LIMIT $3 OFFSET $4";
inline constexpr std::string_view kProductsKeyset =
    "/*shape='full.products.list.page'*/SELECT * FROM products WHERE (name, id) > ($1, $2) "
    "AND name < $3 ORDER BY name, id LIMIT $4";
inline constexpr std::string_view kReviewsOfProduct =
    "/*shape='full.products.reviews'*/SELECT * FROM reviews WHERE product_id = $1 ORDER BY id";

// Orders, newest first: every column of `orders`.
inline constexpr std::string_view kOrdersAll =
    "/*shape='full.orders.list.all'*/SELECT * FROM orders ORDER BY created_at DESC, id DESC";
inline constexpr std::string_view kOrdersOffset =
    "/*shape='full.orders.list'*/SELECT * FROM orders ORDER BY created_at DESC, id DESC "
    "LIMIT $1 OFFSET $2";
inline constexpr std::string_view kOrdersKeyset =
    "/*shape='full.orders.list'*/SELECT * FROM orders WHERE (created_at, id) < ($1, $2) "
    "ORDER BY created_at DESC, id DESC LIMIT $3";
// The join: an order, its number of lines, its customer.
inline constexpr std::string_view kJoinedAll =
    "/*shape='full.orders.joined.all'*/SELECT o.*, "
    "(SELECT count(*) FROM order_lines l WHERE l.order_id = o.id) AS lines, c.* "
    "FROM orders o JOIN customers c ON c.id = o.customer_id ORDER BY o.created_at DESC, o.id DESC";
inline constexpr std::string_view kJoinedOffset =
    "/*shape='full.orders.joined'*/WITH page AS (SELECT * FROM orders "
    "ORDER BY created_at DESC, id DESC LIMIT $1 OFFSET $2) "
    "SELECT p.*, n.lines, c.* FROM page p JOIN customers c ON c.id = p.customer_id "
    "JOIN (SELECT order_id, count(*) AS lines FROM order_lines "
    "WHERE order_id IN (SELECT id FROM page) GROUP BY order_id) n ON n.order_id = p.id "
    "ORDER BY p.created_at DESC, p.id DESC";
inline constexpr std::string_view kJoinedKeyset =
    "/*shape='full.orders.joined'*/WITH page AS (SELECT * FROM orders "
    "WHERE (created_at, id) < ($1, $2) ORDER BY created_at DESC, id DESC LIMIT $3) "
    "SELECT p.*, n.lines, c.* FROM page p JOIN customers c ON c.id = p.customer_id "
    "JOIN (SELECT order_id, count(*) AS lines FROM order_lines "
    "WHERE order_id IN (SELECT id FROM page) GROUP BY order_id) n ON n.order_id = p.id "
    "ORDER BY p.created_at DESC, p.id DESC";
inline constexpr std::string_view kOrdersOfCustomer =
    "/*shape='full.orders.by_customer'*/SELECT * FROM orders WHERE customer_id = $1 "
    "ORDER BY created_at DESC, id DESC LIMIT $2";
inline constexpr std::string_view kPaymentsOfOrder =
    "/*shape='full.orders.payments'*/SELECT * FROM payments WHERE order_id = $1 ORDER BY id";
inline constexpr std::string_view kCustomer =
    "/*shape='full.orders.customer'*/SELECT * FROM customers WHERE id = $1";

/// The customers of a list, or the products of an order's lines, in one statement.
std::string customersOf(const std::vector<std::int64_t>& ids);
std::string productsOf(const std::vector<std::int64_t>& ids);

}  // namespace tenfold::data::sql::graph
