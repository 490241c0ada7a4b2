// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

namespace tenfold::data {

/// Changes whenever schema or generator change: a cached dataset of another version is rebuilt.
constexpr int kDatasetVersion = 3;

/// CREATE TABLE statements. A primary key everywhere: changesets for replicas need one. Times are
/// ms since the epoch. `INTEGER PRIMARY KEY` is SQLite's 64-bit row id; PostgreSQL's word is
/// BIGINT.
const std::vector<std::string>& createTables();

/// One secondary index of the mechanism `indexes`.
struct IndexDefinition {
    std::string name;
    std::string on;  // "orders (customer_id, created_at, id)"
    std::string createSql() const { return "CREATE INDEX IF NOT EXISTS " + name + " ON " + on; }
    std::string dropSql() const { return "DROP INDEX IF EXISTS " + name; }
};
const std::vector<IndexDefinition>& secondaryIndexes();

}  // namespace tenfold::data
