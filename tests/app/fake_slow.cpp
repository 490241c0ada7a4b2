// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/fake_slow.h"

namespace tenfold::fake {

using measure::Stage;

namespace {

constexpr double kScanMs = 33;
constexpr std::uint64_t kLines = 500'000;

void ask(measure::RequestLog& log, const char* shape, double ms, std::uint64_t rows,
         std::uint64_t scanned) {
    log.add(Stage::connection, 0.4);
    log.begin({"primary", {shape}, 1, rows, 20, scanned});
    log.add(Stage::database, ms);
    log.add(Stage::link, 0.5);
    log.end();
}

}  // namespace

measure::SlowRequest slowOrdersList(const scenario::Design& design, double endedMs) {
    const bool hasIndex = design.is("indexes", "on");
    measure::SlowRequest r;
    r.endpoint = "orders.list";
    r.request = "GET /v1/orders?limit=20";
    r.endedMs = endedMs;
    r.log.add(Stage::gatewayQueue, 84);
    r.log.add(Stage::thread, 3);
    ask(r.log, "orders.list", 1.2, 20, 0);
    if (design.is("query_shape", "n_plus_one")) {
        for (int i = 0; i < 20; ++i) {
            ask(r.log, "orders.customer", 0.1, 1, 0);
            ask(r.log, "orders.count", hasIndex ? 0.1 : kScanMs, 1, hasIndex ? 0 : kLines - 1);
        }
    } else {
        ask(r.log, "orders.customers", 0.3, 20, 0);
        ask(r.log, "orders.counts", hasIndex ? 0.3 : kScanMs, 20, hasIndex ? 0 : kLines - 1);
    }
    r.log.add(Stage::serialisation, 5.4);
    const std::string instance = "api-1";
    r.nodes = measure::nodesPassed(
        r.log, {instance, true, false, design.is("connection_pooler", "transaction")});
    return r;
}

measure::StatementBook statements(const scenario::Design& design) {
    const bool hasIndex = design.is("indexes", "on");
    const std::string count =
        hasIndex ? "SEARCH order_lines USING COVERING INDEX order_lines_order (order_id=?)"
                 : "SCAN order_lines";
    measure::StatementBook book;
    book.byShape["orders.list"] = {
        "SELECT id, customer_id, status, total_cents, created_at FROM orders ORDER BY created_at "
        "DESC, id DESC LIMIT $1 OFFSET $2",
        hasIndex ? "SCAN orders USING INDEX orders_created"
                 : "SCAN orders\nUSE TEMP B-TREE FOR ORDER BY"};
    book.byShape["orders.customer"] = {"SELECT name FROM customers WHERE id = $1",
                                       "SEARCH customers USING INTEGER PRIMARY KEY (rowid=?)"};
    book.byShape["orders.count"] = {"SELECT count(*) FROM order_lines WHERE order_id = $1", count};
    book.byShape["orders.customers"] = {"SELECT id, name FROM customers WHERE id IN (1,2,3)",
                                        "SEARCH customers USING INTEGER PRIMARY KEY (rowid=?)"};
    book.byShape["orders.counts"] = {
        "SELECT order_id, count(*) FROM order_lines WHERE order_id IN (1,2,3) GROUP BY order_id",
        count};
    return book;
}

}  // namespace tenfold::fake
