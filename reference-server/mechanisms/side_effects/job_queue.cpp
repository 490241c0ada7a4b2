// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/mechanisms/side_effects/job_queue.h"

#include "reference-server/data/statements.h"

namespace tenfold::mechanisms {

namespace sql = data::sql;
using api::Statement;

namespace {
constexpr measure::Nanos kLimitNs = 10'000'000'000;

measure::Nanos deadline() {
    return measure::monotonicNow() + kLimitNs;
}
}  // namespace

bool JobQueue::isAnyDue(std::int64_t nowMs) {
    api::Trace trace;
    const std::string now = std::to_string(nowMs);
    auto connection = m_databases->primary().lend(trace);
    return !connection->run({std::string(sql::kJobsDue), {now, now, "1"}}, trace, deadline())
                .empty();
}

std::vector<Job> JobQueue::settleAndTake(const std::vector<Settled>& settled, int limit,
                                         std::int64_t nowMs, std::int64_t leaseMs) {
    const std::string now = std::to_string(nowMs);
    std::vector<Statement> pipeline{{std::string(sql::kBegin), {}}};
    for (const auto& s : settled) {
        if (s.as == Settled::As::later) {
            pipeline.push_back({std::string(sql::kJobLater), {std::to_string(s.runAtMs), s.id}});
            continue;
        }
        if (s.as == Settled::As::dead)
            pipeline.push_back({std::string(sql::kBuryJob), {now, s.id}});
        pipeline.push_back({std::string(sql::kJobDone), {s.id}});
    }
    const std::size_t take = pipeline.size();
    if (limit > 0)
        pipeline.push_back(
            {std::string(sql::kTakeJobs),
             {std::to_string(nowMs + leaseMs), now, now, now, std::to_string(limit)}});
    pipeline.push_back({std::string(sql::kCommit), {}});
    api::Trace trace;
    auto connection = m_databases->primary().lend(trace);
    const auto all = connection->runPipeline(pipeline, trace, deadline());
    std::vector<Job> jobs;
    if (limit <= 0) return jobs;
    const api::Rows& rows = all.at(take);
    for (int i = 0; i < rows.count(); ++i)
        jobs.push_back({{std::string(rows.text(i, 1)), std::string(rows.text(i, 0)),
                         std::string(rows.text(i, 2))},
                        static_cast<int>(rows.number(i, 3))});
    return jobs;
}

JobQueue::Left JobQueue::left() {
    api::Trace trace;
    auto connection = m_databases->primary().lend(trace);
    const auto rows = connection->run({std::string(sql::kJobsLeft), {}}, trace, deadline());
    Left out;
    if (rows.empty()) return out;
    out.jobs = rows.number(0, 0);
    if (!rows.isNull(0, 1)) out.oldestAtMs = rows.number(0, 1);
    out.dead = rows.number(0, 2);
    return out;
}

}  // namespace tenfold::mechanisms
