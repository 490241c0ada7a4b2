// SPDX-License-Identifier: GPL-3.0-or-later
// sqlite_steps SCALE FOLDER: builds the shop dataset at a scale, writes each table as a COPY file
// for PostgreSQL into FOLDER, and prints as JSON what the fit needs: schema, indexes, and each case
// (a statement of one shape with its parameters) with the VM steps SQLite counts for it, with and
// without the secondary indexes. The statements are those of the API, word for word.
#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <variant>
#include <vector>

#include "reference-server/data/dataset.h"
#include "reference-server/data/graph_statements.h"
#include "reference-server/data/schema.h"
#include "reference-server/data/sqlite_handle.h"
#include "reference-server/data/statements.h"

namespace {

namespace data = tenfold::data;
namespace fs = std::filesystem;
using nlohmann::json;
using Value = std::variant<std::int64_t, std::string>;

// A correlated scan for each order would take minutes; nobody learns a step's price from it.
constexpr bool kOnlyWithIndexes = true;

struct Case {
    std::string name;
    std::string sql;
    std::vector<Value> parameters;
    bool isOnlyIndexed = false;
};

std::vector<std::int64_t> idsUpTo(std::int64_t count, std::int64_t last) {
    std::vector<std::int64_t> ids;
    for (std::int64_t i = 0; i < count; ++i) ids.push_back(1 + (i * 7919) % last);
    return ids;
}

std::int64_t createdAt(sqlite3* db, std::int64_t order) {
    return data::queryNumber(db, fmt::format("SELECT created_at FROM orders WHERE id={}", order));
}

std::vector<Case> catalogueCases(const data::ShopRows& rows) {
    using namespace data::sql;  // NOLINT: the statements
    std::vector<Case> all;
    for (const std::string prefix : {"", "Am", "Wo"}) {
        const std::string end = data::afterPrefix(prefix);
        const auto label = prefix.empty() ? std::string("all") : prefix;
        all.push_back({"prefix " + label, std::string(kProductsAll), {prefix, end}});
        for (const std::int64_t offset : {0, 100, 400}) {
            all.push_back({fmt::format("prefix {} offset {}", label, offset),
                           std::string(kProductsOffset),
                           {prefix, end, std::int64_t{20}, offset}});
        }
        const std::string from = prefix.empty() ? "Classic kettle 3" : prefix + "zzz";
        all.push_back({"prefix " + label + " keyset",
                       std::string(kProductsKeyset),
                       {prefix, std::int64_t{0}, end, std::int64_t{20}}});
        if (prefix.empty())
            all.push_back({"keyset in the middle",
                           std::string(kProductsKeyset),
                           {from, std::int64_t{3}, end, std::int64_t{20}}});
    }
    for (const auto id : {std::int64_t{1}, rows.products / 2, rows.products})
        all.push_back({fmt::format("id {}", id), std::string(kProduct), {id}});
    return all;
}

std::vector<Case> orderCases(sqlite3* db, const data::ShopRows& rows) {
    using namespace data::sql;  // NOLINT: the statements
    const std::int64_t page = 20;
    const std::int64_t middle = rows.orders / 2;
    const std::int64_t at = createdAt(db, middle);
    const std::int64_t busiest = data::queryNumber(
        db, "SELECT customer_id FROM orders GROUP BY 1 ORDER BY count(*) DESC LIMIT 1");
    std::vector<Case> all;
    all.push_back({"all", std::string(kOrdersAll), {}});
    for (const std::int64_t limit : {page, std::int64_t{100}})
        for (const std::int64_t offset : {std::int64_t{0}, std::int64_t{200}, middle}) {
            const auto name = fmt::format("limit {} offset {}", limit, offset);
            all.push_back({name, std::string(kOrdersOffset), {limit, offset}});
            all.push_back({name, std::string(kJoinedOffset), {limit, offset}});
        }
    all.push_back({"keyset", std::string(kOrdersKeyset), {at, middle, page}});
    all.push_back({"keyset", std::string(kJoinedKeyset), {at, middle, page}});
    all.push_back({"all", std::string(kJoinedAll), {}, kOnlyWithIndexes});
    for (const auto id : {std::int64_t{7}, middle, rows.orders}) {
        const auto name = fmt::format("order {}", id);
        all.push_back({name, std::string(kLineCount), {id}});
        all.push_back({name, std::string(kOrderLines), {id}});
        all.push_back({name, std::string(kOrder), {id}});
    }
    for (const std::int64_t n : {5, 20, 100}) {
        all.push_back({fmt::format("{} ids", n), customersOf(idsUpTo(n, rows.customers)), {}});
        all.push_back({fmt::format("{} ids", n), lineCountsOf(idsUpTo(n, rows.orders)), {}});
    }
    for (const auto id : {std::int64_t{5}, busiest, rows.customers}) {
        const auto name = fmt::format("customer {}", id);
        all.push_back({name, std::string(kOrdersOfCustomer), {id, page}});
        all.push_back({name, std::string(kCustomerName), {id}});
        all.push_back({name, std::string(kMe), {id}});
    }
    return all;
}

/// Whole rows and what they refer to: the same questions as above.
std::vector<Case> graphCases(sqlite3* db, const data::ShopRows& rows) {
    using namespace data::sql::graph;  // NOLINT: the statements
    const std::int64_t page = 20;
    const std::int64_t middle = rows.orders / 2;
    const std::int64_t at = createdAt(db, middle);
    std::vector<Case> all;
    for (const std::string prefix : {"", "Am", "Wo"}) {
        const std::string end = data::afterPrefix(prefix);
        const auto label = "prefix " + (prefix.empty() ? std::string("all") : prefix);
        all.push_back({label, std::string(kProductsAll), {prefix, end}});
        for (const std::int64_t offset : {0, 100, 400})
            all.push_back({fmt::format("{} offset {}", label, offset),
                           std::string(kProductsOffset),
                           {prefix, end, page, offset}});
        all.push_back({label + " keyset",
                       std::string(kProductsKeyset),
                       {prefix, std::int64_t{0}, end, page}});
    }
    all.push_back({"all", std::string(kOrdersAll), {}});
    for (const std::int64_t limit : {page, std::int64_t{100}})
        for (const std::int64_t offset : {std::int64_t{0}, std::int64_t{200}, middle}) {
            const auto name = fmt::format("limit {} offset {}", limit, offset);
            all.push_back({name, std::string(kOrdersOffset), {limit, offset}});
            all.push_back({name, std::string(kJoinedOffset), {limit, offset}});
        }
    all.push_back({"keyset", std::string(kOrdersKeyset), {at, middle, page}});
    all.push_back({"keyset", std::string(kJoinedKeyset), {at, middle, page}});
    all.push_back({"all", std::string(kJoinedAll), {}, kOnlyWithIndexes});
    for (const auto id : {std::int64_t{7}, middle, rows.orders})
        all.push_back({fmt::format("order {}", id), std::string(kPaymentsOfOrder), {id}});
    for (const std::int64_t n : {5, 20, 100}) {
        const auto name = fmt::format("{} ids", n);
        all.push_back({name, customersOf(idsUpTo(n, rows.customers)), {}});
        all.push_back({name, productsOf(idsUpTo(n, rows.products)), {}});
    }
    const std::int64_t busiest = data::queryNumber(
        db, "SELECT customer_id FROM orders GROUP BY 1 ORDER BY count(*) DESC LIMIT 1");
    for (const auto id : {std::int64_t{5}, busiest, rows.customers}) {
        const auto name = fmt::format("customer {}", id);
        for (const std::int64_t limit : {page, std::int64_t{1'000'000}})
            all.push_back({fmt::format("{} limit {}", name, limit),
                           std::string(kOrdersOfCustomer),
                           {id, limit}});
        all.push_back({name, std::string(kCustomer), {id}});
    }
    const std::int64_t popular = data::queryNumber(
        db, "SELECT product_id FROM reviews GROUP BY 1 ORDER BY count(*) DESC LIMIT 1");
    for (const auto id : {popular, rows.products / 2, rows.products})
        all.push_back({fmt::format("product {}", id), std::string(kReviewsOfProduct), {id}});
    return all;
}

std::vector<Case> writeCases(const data::ShopRows& rows) {
    using namespace data::sql;  // NOLINT: the statements
    const std::string note(120, 'n');
    const std::string body(90, 'r');
    const std::int64_t now = 1'767'225'600'000;
    std::vector<Case> all;
    for (const std::int64_t k : {1, 2, 3}) {
        const std::int64_t product = rows.products * k / 4 + 1;
        const std::int64_t customer = rows.customers * k / 4 + 1;
        const auto name = fmt::format("row {}", k);
        all.push_back(
            {name,
             insertOrder(2),
             {rows.orders + k, customer, note, product, std::int64_t{2}, product + 1, k, now}});
        all.push_back({name,
                       std::string(kInsertLine),
                       {rows.lines + k, rows.orders, std::int64_t{2}, product, product}});
        all.push_back({name, std::string(kTakeStock), {k, product, k}});
        all.push_back({name,
                       std::string(kInsertPayment),
                       {rows.payments + k, std::int64_t{3}, k * 100, "pay_0123456789abcdef", now}});
        all.push_back({name,
                       std::string(kInsertReview),
                       {rows.reviews + k, product, customer, k, body, now}});
        all.push_back({name, std::string(kUpdateMe), {"12 Long Street, 00042", customer}});
        all.push_back({name, std::string(kUpdateProduct), {k * 100, now, product}});
    }
    return all;
}

/// More with the scale: what is counted must have been of several sizes.
std::int64_t jobsAt(double scale) {
    return std::max<std::int64_t>(100, std::llround(1000 * scale));
}

/// The jobs that the statements of the worker find: a payload as the API writes it.
void fillOutbox(sqlite3* db, std::int64_t jobs) {
    for (std::int64_t id = 1; id <= jobs; ++id)
        data::execute(db, fmt::format("INSERT INTO outbox VALUES ({}, 'email', "
                                      "'{{\"kind\":\"email\",\"template\":\"order\","
                                      "\"customer\":{},\"order\":\"{}\"}}', 0, {}, 0, 1)",
                                      id, id, 7'000'000'000'000 + id, id <= jobs / 2 ? 1 : 9));
}

std::vector<Case> jobCases(std::int64_t jobs) {
    using namespace data::sql;  // NOLINT: the statements
    const std::string payload(80, 'p');
    const std::int64_t none = 0, now = 5, late = 9;
    std::vector<Case> all;
    for (const std::int64_t k : {1, 2, 3}) {
        const auto name = fmt::format("row {}", k);
        all.push_back(
            {name, std::string(kInsertJob), {jobs + k, std::string("email"), payload, now, now}});
        all.push_back({name, std::string(kInsertChange), {jobs + k, now, now, k * 10}});
        all.push_back({name, std::string(kJobDone), {k * 10}});
        all.push_back({name, std::string(kJobLater), {late, k * 10}});
        all.push_back({name, std::string(kBuryJob), {now, k * 10}});
    }
    for (const std::int64_t n : {1, 10, 50}) {
        const auto name = fmt::format("{} jobs", n);
        all.push_back({name, std::string(kJobsDue), {now, now, n}});
        all.push_back({name, std::string(kTakeJobs), {late, now, now, now, n}});
    }
    all.push_back({"none is due", std::string(kJobsDue), {none, none, std::int64_t{1}}});
    all.push_back(
        {"none is due", std::string(kTakeJobs), {late, none, none, none, std::int64_t{10}}});
    all.push_back({"all", std::string(kJobsLeft), {}});
    return all;
}

void bind(sqlite3_stmt* s, const std::vector<Value>& parameters) {
    int i = 0;
    for (const auto& p : parameters) {
        ++i;
        if (const auto* number = std::get_if<std::int64_t>(&p)) {
            ::sqlite3_bind_int64(s, i, *number);
        } else {
            const auto& text = std::get<std::string>(p);
            ::sqlite3_bind_text(s, i, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
        }
    }
}

/// Runs a case in a transaction that is undone; a second run counts, so nothing is first-time work.
json stepsOf(sqlite3* db, const Case& c) {
    json out;
    data::execute(db, "BEGIN");
    {
        const auto s = data::prepare(db, c.sql);
        bind(s.get(), c.parameters);
        std::int64_t rows = 0;
        int code = 0;
        while ((code = ::sqlite3_step(s.get())) == SQLITE_ROW) ++rows;
        if (code != SQLITE_DONE) throw data::SqliteError(code, ::sqlite3_errmsg(db));
        out["rows"] = rows;
        out["vm_steps"] = ::sqlite3_stmt_status(s.get(), SQLITE_STMTSTATUS_VM_STEP, 0);
        out["full_scan_steps"] = ::sqlite3_stmt_status(s.get(), SQLITE_STMTSTATUS_FULLSCAN_STEP, 0);
        out["sorts"] = ::sqlite3_stmt_status(s.get(), SQLITE_STMTSTATUS_SORT, 0);
    }
    data::execute(db, "ROLLBACK");
    return out;
}

std::string copyField(sqlite3_stmt* s, int column) {
    if (::sqlite3_column_type(s, column) == SQLITE_NULL) return "\\N";
    const auto* text = reinterpret_cast<const char*>(::sqlite3_column_text(s, column));
    std::string out;
    for (const char c : std::string(text)) {
        if (c == '\\')
            out += "\\\\";
        else if (c == '\t')
            out += "\\t";
        else if (c == '\n')
            out += "\\n";
        else
            out += c;
    }
    return out;
}

void writeCopyFile(sqlite3* db, const std::string& table, const fs::path& file) {
    std::ofstream out(file);
    const auto s = data::prepare(db, "SELECT * FROM " + table + " ORDER BY id");
    const int columns = ::sqlite3_column_count(s.get());
    while (::sqlite3_step(s.get()) == SQLITE_ROW)
        for (int c = 0; c < columns; ++c)
            out << copyField(s.get(), c) << (c + 1 == columns ? '\n' : '\t');
    out.flush();
    if (!out) throw std::runtime_error(file.string() + ": cannot be written");
}

json jsonOf(const std::vector<Value>& parameters) {
    json out = json::array();
    for (const auto& p : parameters) std::visit([&](const auto& v) { out.push_back(v); }, p);
    return out;
}

std::string shapeIn(const std::string& sql) {
    const auto from = sql.find('\'') + 1;
    return sql.substr(from, sql.find('\'', from) - from);
}

json work(double scale, const fs::path& folder) {
    const fs::path file = folder / "shop.db";
    data::buildShop(file, scale);
    auto db = data::openSqlite(file, SQLITE_OPEN_READWRITE);
    // As the database node opens it: without automatic_index=OFF SQLite would build what is
    // missing.
    data::execute(db.get(),
                  "PRAGMA synchronous=OFF; PRAGMA automatic_index=OFF; "
                  "PRAGMA temp_store=MEMORY; PRAGMA mmap_size=1073741824");
    const auto rows = data::ShopRows{}.scaled(scale);
    fillOutbox(db.get(), jobsAt(scale));
    json out{{"scale", scale}, {"sqlite", ::sqlite3_libversion()}};
    for (const char* table : {"customers", "products", "orders", "order_lines", "payments",
                              "reviews", "outbox", "dead_jobs"}) {
        const fs::path copy = folder / (std::string(table) + ".copy");
        writeCopyFile(db.get(), table, copy);
        out["tables"].push_back({{"name", table}, {"file", copy.string()}});
    }
    out["schema"] = data::createTables();
    for (const auto& index : data::secondaryIndexes()) {
        out["create_indexes"].push_back(index.createSql());
        out["drop_indexes"].push_back(index.dropSql());
    }
    auto cases = catalogueCases(rows);
    for (auto& more : {orderCases(db.get(), rows), graphCases(db.get(), rows), writeCases(rows),
                       jobCases(jobsAt(scale))})
        cases.insert(cases.end(), more.begin(), more.end());
    for (const bool isIndexed : {false, true}) {
        if (isIndexed)
            for (const auto& index : data::secondaryIndexes())
                data::execute(db.get(), index.createSql());
        for (const auto& c : cases) {
            if (c.isOnlyIndexed && !isIndexed) continue;
            json entry = stepsOf(db.get(), c);
            entry.update({{"shape", shapeIn(c.sql)},
                          {"name", c.name},
                          {"sql", c.sql},
                          {"parameters", jsonOf(c.parameters)},
                          {"indexes", isIndexed}});
            out["cases"].push_back(std::move(entry));
        }
    }
    return out;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::cerr << "usage: sqlite_steps SCALE FOLDER\n";
        return 2;
    }
    try {
        std::cout << work(std::stod(argv[1]), argv[2]).dump() << '\n';
        return 0;
    } catch (const std::exception& e) {
        std::cerr << "sqlite_steps: " << e.what() << '\n';
        return 3;
    }
}
