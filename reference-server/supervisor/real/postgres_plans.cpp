// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/supervisor/real/postgres_plans.h"

#include <fmt/format.h>

#include <stdexcept>

#include "reference-server/data/query_plans.h"
#include "reference-server/data/statements.h"

namespace tenfold::supervisor::real {

using namespace std::chrono_literals;

namespace {

constexpr auto kPlanLimit = 5s;

/// Parameters are numbered from $1 on without gaps.
int parametersOf(const std::string& sql) {
    int n = 0;
    while (sql.find("$" + std::to_string(n + 1)) != std::string::npos) ++n;
    return n;
}

std::string planOf(PgSession& session, const std::string& sql) {
    session.query("PREPARE looked_at AS " + sql, kPlanLimit);
    std::string nulls;
    for (int i = parametersOf(sql); i > 0; --i) nulls += i > 1 ? "NULL, " : "NULL";
    if (!nulls.empty()) nulls = "(" + nulls + ")";
    std::string plan;
    for (const auto& row :
         session.query("EXPLAIN (COSTS OFF) EXECUTE looked_at" + nulls, kPlanLimit))
        plan += (plan.empty() ? "" : "\n") + row.at(0);
    session.query("DEALLOCATE looked_at", kPlanLimit);
    return plan;
}

}  // namespace

measure::StatementBook plansOf(PgSession& session) {
    measure::StatementBook book;
    // Else the plan would be one for NULLs.
    session.query("SET plan_cache_mode = force_generic_plan", kPlanLimit);
    for (const auto& [shape, sql] : data::allShapes()) {
        auto& entry = book.byShape[shape];
        entry.text = data::withoutShape(sql);
        if (data::isForTransactions(shape)) continue;
        try {
            entry.plan = planOf(session, entry.text);
        } catch (const std::runtime_error&) {
            if (!session.isUsable()) break;
            session.query("DEALLOCATE ALL", kPlanLimit);
        }
    }
    return book;
}

}  // namespace tenfold::supervisor::real
