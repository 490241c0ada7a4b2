// SPDX-License-Identifier: GPL-3.0-or-later
// What the twin believes the worker's statements to take, against SQLite.
#include "simulator/system/worker_steps.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "reference-server/data/schema.h"
#include "reference-server/data/sqlite_handle.h"
#include "reference-server/data/statements.h"

using namespace tenfold;  // NOLINT: a test
namespace sql = data::sql;

namespace {

constexpr int kJobs = 100;

class WorkerSteps : public testing::Test {
protected:
    /// 100 jobs, those from `firstDue` on are due at 5.
    int stepsOf(std::string_view statement, const std::vector<std::int64_t>& parameters,
                int firstDue) {
        const auto db = data::openSqlite(":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
        for (const auto& create : data::createTables()) data::execute(db.get(), create);
        for (int id = 1; id <= kJobs; ++id)
            data::execute(db.get(), "INSERT INTO outbox VALUES (" + std::to_string(id) +
                                        ", 'email', '{}', 0, " + (id < firstDue ? "9" : "1") +
                                        ", 0, 1)");
        const auto s = data::prepare(db.get(), std::string(statement));
        for (std::size_t i = 0; i < parameters.size(); ++i)
            ::sqlite3_bind_int64(s.get(), static_cast<int>(i + 1), parameters[i]);
        while (::sqlite3_step(s.get()) == SQLITE_ROW) {
        }
        return ::sqlite3_stmt_status(s.get(), SQLITE_STMTSTATUS_VM_STEP, 0);
    }
};

void expectNear(double counted, double believed) {
    EXPECT_NEAR(counted, believed, 3 + 0.1 * counted);
}

}  // namespace

TEST_F(WorkerSteps, OfLookingForJobs) {
    expectNear(stepsOf(sql::kJobsDue, {5, 5, 1}, 1), system::kJobsDueSteps.of(1, 1));
    expectNear(stepsOf(sql::kJobsDue, {5, 5, 1}, 61), system::kJobsDueSteps.of(61, 1));
    expectNear(stepsOf(sql::kJobsDue, {5, 5, 1}, 999), system::kJobsDueSteps.of(kJobs, 0));
    expectNear(stepsOf(sql::kJobsLeft, {}, 1), system::kJobsLeftSteps.of(kJobs, 0));
}

TEST_F(WorkerSteps, OfTakingJobs) {
    for (const int n : {1, 10, 40}) {
        expectNear(stepsOf(sql::kTakeJobs, {9, 5, 5, 5, n}, 1), system::kTakeJobsSteps.of(n, n));
        expectNear(stepsOf(sql::kTakeJobs, {9, 5, 5, 5, n}, 51),
                   system::kTakeJobsSteps.of(50 + n, n));
    }
    expectNear(stepsOf(sql::kTakeJobs, {9, 5, 5, 5, 10}, 999), system::kTakeJobsSteps.of(kJobs, 0));
}

TEST_F(WorkerSteps, OfSettlingThem) {
    expectNear(stepsOf(sql::kJobDone, {7}, 1), system::kJobDoneSteps.once);
    expectNear(stepsOf(sql::kJobLater, {9, 7}, 1), system::kJobLaterSteps.once);
    expectNear(stepsOf(sql::kBuryJob, {9, 7}, 1), system::kBuryJobSteps.once);
}
