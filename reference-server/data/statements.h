// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tenfold::data {

/// Every statement the API sends. Each begins with the name of its shape in a comment, by which the
/// database prices it. Parameters are numbered in order of appearance; the dialect is what SQLite
/// and PostgreSQL share.
namespace sql {

// Catalogue. id, name, price_cents, stock; one product also description, version, updated_at.
inline constexpr std::string_view kProductsAll =
    "/*shape='products.list'*/SELECT id, name, price_cents, stock FROM products "
    "WHERE name >= $1 AND name < $2 ORDER BY name, id";
inline constexpr std::string_view kProductsOffset =
    "/*shape='products.list.page'*/SELECT id, name, price_cents, stock FROM products "
    "WHERE name >= $1 AND name < $2 ORDER BY name, id LIMIT $3 OFFSET $4";
inline constexpr std::string_view kProductsKeyset =
    "/*shape='products.list.page'*/SELECT id, name, price_cents, stock FROM products "
    "WHERE (name, id) > ($1, $2) AND name < $3 ORDER BY name, id LIMIT $4";
inline constexpr std::string_view kProduct =
    "/*shape='products.get'*/SELECT id, name, description, price_cents, stock, version, updated_at "
    "FROM products WHERE id = $1";

// Orders, newest first. id, customer_id, status, total_cents, created_at.
inline constexpr std::string_view kOrdersAll =
    "/*shape='orders.list.all'*/SELECT id, customer_id, status, total_cents, created_at "
    "FROM orders ORDER BY created_at DESC, id DESC";
inline constexpr std::string_view kOrdersOffset =
    "/*shape='orders.list'*/SELECT id, customer_id, status, total_cents, created_at "
    "FROM orders ORDER BY created_at DESC, id DESC LIMIT $1 OFFSET $2";
inline constexpr std::string_view kOrdersKeyset =
    "/*shape='orders.list'*/SELECT id, customer_id, status, total_cents, created_at "
    "FROM orders WHERE (created_at, id) < ($1, $2) ORDER BY created_at DESC, id DESC LIMIT $3";
// The N+1: one of each for every order of the list.
inline constexpr std::string_view kCustomerName =
    "/*shape='orders.customer'*/SELECT name FROM customers WHERE id = $1";
inline constexpr std::string_view kLineCount =
    "/*shape='orders.count'*/SELECT count(*) FROM order_lines WHERE order_id = $1";
// The join: the same columns, the customer's name and the number of lines.
inline constexpr std::string_view kJoinedAll =
    "/*shape='orders.joined.all'*/SELECT o.id, o.customer_id, o.status, o.total_cents, "
    "o.created_at, "
    "c.name, (SELECT count(*) FROM order_lines l WHERE l.order_id = o.id) "
    "FROM orders o JOIN customers c ON c.id = o.customer_id ORDER BY o.created_at DESC, o.id DESC";
inline constexpr std::string_view kJoinedOffset =
    "/*shape='orders.joined'*/WITH page AS (SELECT id, customer_id, status, total_cents, "
    "created_at "
    "FROM orders ORDER BY created_at DESC, id DESC LIMIT $1 OFFSET $2) "
    "SELECT p.id, p.customer_id, p.status, p.total_cents, p.created_at, c.name, n.lines "
    "FROM page p JOIN customers c ON c.id = p.customer_id JOIN (SELECT order_id, count(*) AS lines "
    "FROM order_lines WHERE order_id IN (SELECT id FROM page) GROUP BY order_id) n "
    "ON n.order_id = p.id ORDER BY p.created_at DESC, p.id DESC";
inline constexpr std::string_view kJoinedKeyset =
    "/*shape='orders.joined'*/WITH page AS (SELECT id, customer_id, status, total_cents, "
    "created_at "
    "FROM orders WHERE (created_at, id) < ($1, $2) ORDER BY created_at DESC, id DESC LIMIT $3) "
    "SELECT p.id, p.customer_id, p.status, p.total_cents, p.created_at, c.name, n.lines "
    "FROM page p JOIN customers c ON c.id = p.customer_id JOIN (SELECT order_id, count(*) AS lines "
    "FROM order_lines WHERE order_id IN (SELECT id FROM page) GROUP BY order_id) n "
    "ON n.order_id = p.id ORDER BY p.created_at DESC, p.id DESC";
/// Its limit when all orders of one customer are to come: a number no customer reaches.
inline constexpr std::int64_t kAllOrders = 1'000'000;
inline constexpr std::string_view kOrdersOfCustomer =
    "/*shape='orders.by_customer'*/SELECT id, customer_id, status, total_cents, created_at "
    "FROM orders WHERE customer_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2";
inline constexpr std::string_view kOrder =
    "/*shape='orders.get'*/SELECT id, customer_id, status, note, total_cents, created_at "
    "FROM orders WHERE id = $1";
inline constexpr std::string_view kOrderLines =
    "/*shape='orders.lines'*/SELECT id, product_id, quantity, price_cents, comment "
    "FROM order_lines WHERE order_id = $1 ORDER BY id";
inline constexpr std::string_view kMe =
    "/*shape='me.get'*/SELECT id, email, name, address, created_at FROM customers WHERE id = $1";

// Writes; each endpoint sends its own as one pipeline between these two.
inline constexpr std::string_view kBegin = "/*shape='begin'*/BEGIN READ WRITE";
inline constexpr std::string_view kCommit = "/*shape='commit'*/COMMIT";
inline constexpr std::string_view kRollback = "/*shape='rollback'*/ROLLBACK";
// A price or a key that is not there is NULL where none may be: the database refuses the row.
inline constexpr std::string_view kInsertLine =
    "/*shape='order_lines.insert'*/INSERT INTO order_lines (id, order_id, quantity, product_id, "
    "price_cents, comment) VALUES ($1, $2, $3, $4, "
    "(SELECT price_cents FROM products WHERE id = $5), '')";
inline constexpr std::string_view kTakeStock =
    "/*shape='products.take_stock'*/UPDATE products SET stock = stock - $1 WHERE id = $2 "
    "AND stock >= $3";
inline constexpr std::string_view kInsertPayment =
    "/*shape='payments.insert'*/INSERT INTO payments (id, order_id, amount_cents, provider_ref, "
    "created_at) VALUES ($1, (SELECT id FROM orders WHERE id = $2), $3, $4, $5)";
inline constexpr std::string_view kInsertReview =
    "/*shape='reviews.insert'*/INSERT INTO reviews (id, product_id, customer_id, rating, body, "
    "created_at) VALUES ($1, (SELECT id FROM products WHERE id = $2), $3, $4, $5, $6)";
inline constexpr std::string_view kUpdateMe =
    "/*shape='me.update'*/UPDATE customers SET address = $1 WHERE id = $2";
inline constexpr std::string_view kUpdateProduct =
    "/*shape='products.update'*/UPDATE products SET price_cents = $1, version = version + 1, "
    "updated_at = $2 WHERE id = $3 RETURNING version";

// Jobs. Times are ms since 1970. A job is anybody's whose time has come and whose lease is over; in
// the order of their ids the oldest is first, and no index is needed to find it.
inline constexpr std::string_view kInsertJob =
    "/*shape='outbox.insert'*/INSERT INTO outbox (id, kind, payload, attempts, run_at, "
    "locked_until, created_at) VALUES ($1, $2, $3, 0, $4, 0, $5)";
// The news of a product that has just been changed, "7-4": its id and its version.
inline constexpr std::string_view kInsertChange =
    "/*shape='outbox.insert_change'*/INSERT INTO outbox (id, kind, payload, attempts, run_at, "
    "locked_until, created_at) SELECT CAST($1 AS BIGINT), 'product.changed', "
    "CAST(id AS TEXT) || '-' || CAST(version AS TEXT), 0, CAST($2 AS BIGINT), 0, "
    "CAST($3 AS BIGINT) FROM products WHERE id = $4";
inline constexpr std::string_view kJobsDue =
    "/*shape='outbox.due'*/SELECT id FROM outbox WHERE run_at <= $1 AND locked_until <= $2 "
    "ORDER BY id LIMIT $3";
// The condition stands twice: of two workers that chose the same job the second finds it taken.
inline constexpr std::string_view kTakeJobs =
    "/*shape='outbox.take'*/UPDATE outbox SET locked_until = $1, attempts = attempts + 1 "
    "WHERE locked_until <= $2 AND id IN (SELECT id FROM outbox WHERE run_at <= $3 "
    "AND locked_until <= $4 ORDER BY id LIMIT $5) RETURNING id, kind, payload, attempts";
inline constexpr std::string_view kJobDone =
    "/*shape='outbox.done'*/DELETE FROM outbox WHERE id = $1";
inline constexpr std::string_view kJobLater =
    "/*shape='outbox.later'*/UPDATE outbox SET run_at = $1, locked_until = 0 WHERE id = $2";
inline constexpr std::string_view kBuryJob =
    "/*shape='outbox.bury'*/INSERT INTO dead_jobs (id, kind, payload, attempts, created_at, "
    "died_at) SELECT id, kind, payload, attempts, created_at, CAST($1 AS BIGINT) FROM outbox "
    "WHERE id = $2";
/// Jobs not done, when the oldest of them was made (NULL without one), jobs given up.
inline constexpr std::string_view kJobsLeft =
    "/*shape='outbox.left'*/SELECT count(*), min(created_at), (SELECT count(*) FROM dead_jobs) "
    "FROM outbox";

// Idempotency keys, each in the transaction of the write it stands for. Status 0: its side effect
// is under way, or was left behind once `locked_until` is over. A user's old keys go with the next
// write of the same user: no index by age is needed, and nobody must come by and sweep.
inline constexpr std::string_view kExpireKeys =
    "/*shape='keys.expire'*/DELETE FROM idempotency_keys WHERE user_id = $1 AND created_at < $2";
inline constexpr std::string_view kInsertKey =
    "/*shape='keys.insert'*/INSERT INTO idempotency_keys (user_id, idempotency_key, fingerprint, "
    "status, body, location, locked_until, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
inline constexpr std::string_view kFindKey =
    "/*shape='keys.find'*/SELECT fingerprint, status, body, location, locked_until "
    "FROM idempotency_keys WHERE user_id = $1 AND idempotency_key = $2";
inline constexpr std::string_view kKeyDone =
    "/*shape='keys.done'*/UPDATE idempotency_keys SET status = $1, locked_until = 0 "
    "WHERE user_id = $2 AND idempotency_key = $3";
inline constexpr std::string_view kTakeKey =
    "/*shape='keys.take'*/UPDATE idempotency_keys SET locked_until = $1 WHERE user_id = $2 "
    "AND idempotency_key = $3 AND status = 0 AND locked_until <= $4";

/// A new order of so many lines, ≥ 1: its id, customer and note, then product and quantity of each
/// line (its total is theirs at today's prices), then the time.
std::string insertOrder(std::size_t lines);
/// The customers of a list in one statement: id, name.
std::string customersOf(const std::vector<std::int64_t>& ids);
/// The number of lines of each order of a list in one statement: order_id, count.
std::string lineCountsOf(const std::vector<std::int64_t>& ids);

}  // namespace sql

/// The least text that is greater than every text with this prefix: the end of a prefix search.
std::string afterPrefix(const std::string& prefix);

/// Begins or ends a transaction: not for the planner, and not every dialect's.
inline bool isForTransactions(std::string_view shape) {
    return shape == "begin" || shape == "commit" || shape == "rollback";
}

/// Every shape name above, with a statement of it: what the cost fit walks through.
std::vector<std::pair<std::string, std::string>> allShapes();

}  // namespace tenfold::data
