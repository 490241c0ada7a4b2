// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sqlite3.h>

#include <string>

#include "simulator/measure/statement_book.h"

namespace tenfold::data {

/// A statement as a reader wants it: without the comment that names its shape.
std::string withoutShape(const std::string& sql);
/// Every statement of the API, with the plan SQLite has for it in this database now.
measure::StatementBook plansOf(sqlite3* db);
/// The same without a shop: SQLite's plans follow from the schema, since nobody lets it ANALYZE.
measure::StatementBook plansOfSchema(bool hasIndexes);

}  // namespace tenfold::data
