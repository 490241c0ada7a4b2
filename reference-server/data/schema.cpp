// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/data/schema.h"

namespace tenfold::data {

const std::vector<std::string>& createTables() {
    static const std::vector<std::string> all{
        "CREATE TABLE customers (id INTEGER PRIMARY KEY, email TEXT NOT NULL, "
        "name TEXT NOT NULL, address TEXT NOT NULL, created_at BIGINT NOT NULL)",
        "CREATE TABLE products (id INTEGER PRIMARY KEY, name TEXT NOT NULL, "
        "description TEXT NOT NULL, price_cents BIGINT NOT NULL, stock BIGINT NOT NULL, "
        "version BIGINT NOT NULL, updated_at BIGINT NOT NULL)",
        "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id BIGINT NOT NULL, "
        "status TEXT NOT NULL, note TEXT NOT NULL, total_cents BIGINT NOT NULL, "
        "created_at BIGINT NOT NULL)",
        "CREATE TABLE order_lines (id INTEGER PRIMARY KEY, order_id BIGINT NOT NULL, "
        "product_id BIGINT NOT NULL, quantity BIGINT NOT NULL, price_cents BIGINT NOT NULL, "
        "comment TEXT NOT NULL)",
        "CREATE TABLE payments (id INTEGER PRIMARY KEY, order_id BIGINT NOT NULL, "
        "amount_cents BIGINT NOT NULL, provider_ref TEXT NOT NULL, created_at BIGINT NOT NULL)",
        "CREATE TABLE reviews (id INTEGER PRIMARY KEY, product_id BIGINT NOT NULL, "
        "customer_id BIGINT NOT NULL, rating BIGINT NOT NULL, body TEXT NOT NULL, "
        "created_at BIGINT NOT NULL)",
        // Jobs that a write has left behind, in its own transaction, and those that were given up.
        "CREATE TABLE outbox (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, payload TEXT NOT NULL, "
        "attempts BIGINT NOT NULL, run_at BIGINT NOT NULL, locked_until BIGINT NOT NULL, "
        "created_at BIGINT NOT NULL)",
        "CREATE TABLE dead_jobs (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, payload TEXT NOT "
        "NULL, "
        "attempts BIGINT NOT NULL, created_at BIGINT NOT NULL, died_at BIGINT NOT NULL)",
        // The writes that were carried out under a key, each with the answer it was given.
        "CREATE TABLE idempotency_keys (user_id BIGINT NOT NULL, idempotency_key TEXT NOT NULL, "
        "fingerprint TEXT NOT NULL, status BIGINT NOT NULL, body TEXT NOT NULL, "
        "location TEXT NOT NULL, locked_until BIGINT NOT NULL, created_at BIGINT NOT NULL, "
        "PRIMARY KEY (user_id, idempotency_key))"};
    return all;
}

const std::vector<IndexDefinition>& secondaryIndexes() {
    static const std::vector<IndexDefinition> all{
        {"order_lines_order", "order_lines (order_id)"},
        {"orders_customer", "orders (customer_id, created_at, id)"},
        {"orders_created", "orders (created_at, id)"},
        {"products_name", "products (name, id)"},
        {"payments_order", "payments (order_id)"},
        {"reviews_product", "reviews (product_id)"}};
    return all;
}

}  // namespace tenfold::data
