// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/mechanisms/read_replicas/routing.h"

#include "reference-server/data/statements.h"

namespace tenfold::mechanisms {

using api::Context;
using api::Rows;
using api::Statement;

namespace {

// PostgreSQL itself does not say with each answer where it stands. It is asked in the same round
// trip, by whom it concerns: a writer after the commit, a writer's reads before the read.
constexpr const char* kWrittenUpTo = "SELECT pg_current_wal_insert_lsn() - '0/0'";
constexpr const char* kAppliedUpTo = "SELECT pg_last_wal_replay_lsn() - '0/0'";

struct ReplicaAnswer {
    Rows rows;
    std::uint64_t lsn = 0;  // the answer has at least this; 0: it does not say
};

ReplicaAnswer readReplica(Context& c, std::size_t n, const api::Request& request,
                          const Statement& statement) {
    auto connection = c.databases.replica(n).lend(c.trace);
    ReplicaAnswer answer;
    if (!c.databases.plan().replicas[n].isReal) {
        answer.rows = connection->run(statement, c.trace, c.deadlineNs);
        answer.lsn = connection->lsn();
    } else if (request.writtenLsn && c.databases.appliedLsn(n) < *request.writtenLsn) {
        const auto both =
            connection->runPipeline({{kAppliedUpTo, {}}, statement}, c.trace, c.deadlineNs);
        answer.lsn = static_cast<std::uint64_t>(both.at(0).number(0, 0));
        answer.rows = both.at(1);
    } else {
        answer.rows = connection->run(statement, c.trace, c.deadlineNs);
    }
    c.databases.noteApplied(n, answer.lsn);
    return answer;
}

}  // namespace

Rows read(Context& c, const api::Request& request, const Statement& statement) {
    const std::size_t replicas = c.databases.replicas();
    if (replicas > 0) {
        const bool waitsForOwn =
            c.design.parameter("read_replicas", "read_your_writes") != 0 && request.writtenLsn;
        const std::size_t first = c.databases.nextReplica();
        for (std::size_t i = 0; i < replicas; ++i) {
            const std::size_t n = (first + i) % replicas;
            const bool isKnownToHave =
                request.writtenLsn && c.databases.appliedLsn(n) >= *request.writtenLsn;
            const bool isReal = c.databases.plan().replicas[n].isReal;
            if (waitsForOwn && !isKnownToHave && !isReal) continue;
            const auto answer = readReplica(c, n, request, statement);
            // What the reader has written is not there yet: this answer is stale for them.
            // A database that does not say where it is (lsn 0) cannot be held to it.
            const bool isStale =
                request.writtenLsn && answer.lsn > 0 && answer.lsn < *request.writtenLsn;
            if (isStale && waitsForOwn) break;  // one vain question is enough: the primary has it
            if (isStale) ++c.trace.counts.staleOwnReads;
            return answer.rows;
        }
    }
    auto connection = c.databases.primary().lend(c.trace);
    return connection->run(statement, c.trace, c.deadlineNs);
}

Rows readPrimary(Context& c, const Statement& statement, api::Reply& reply) {
    const bool asksPosition = c.databases.plan().primary.isReal && c.databases.replicas() > 0;
    auto connection = c.databases.primary().lend(c.trace);
    if (asksPosition) {
        const auto both =
            connection->runPipeline({statement, {kWrittenUpTo, {}}}, c.trace, c.deadlineNs);
        reply.writtenLsn = static_cast<std::uint64_t>(both.at(1).number(0, 0));
        return both.at(0);
    }
    Rows rows = connection->run(statement, c.trace, c.deadlineNs);
    if (connection->lsn() > 0) reply.writtenLsn = connection->lsn();
    return rows;
}

std::vector<Rows> write(Context& c, const std::vector<Statement>& statements, api::Reply& reply) {
    std::vector<Statement> pipeline;
    pipeline.push_back({std::string(data::sql::kBegin), {}});
    pipeline.insert(pipeline.end(), statements.begin(), statements.end());
    pipeline.push_back({std::string(data::sql::kCommit), {}});
    const bool asksPosition = c.databases.plan().primary.isReal && c.databases.replicas() > 0;
    if (asksPosition) pipeline.push_back({kWrittenUpTo, {}});
    auto connection = c.databases.primary().lend(c.trace);
    auto rows = connection->runPipeline(pipeline, c.trace, c.deadlineNs);
    const std::uint64_t lsn =
        asksPosition ? static_cast<std::uint64_t>(rows.back().number(0, 0)) : connection->lsn();
    if (lsn > 0) reply.writtenLsn = lsn;
    const auto last = rows.begin() + 1 + static_cast<std::ptrdiff_t>(statements.size());
    return {rows.begin() + 1, last};
}

}  // namespace tenfold::mechanisms
