// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/mechanisms/read_replicas/routing.h"

#include "reference-server/data/statements.h"

namespace tenfold::mechanisms {

using api::Context;
using api::Rows;
using api::Statement;

Rows read(Context& c, const api::Request& request, const Statement& statement) {
    const std::size_t replicas = c.databases.replicas();
    if (replicas > 0) {
        const bool waitsForOwn =
            c.design.parameter("read_replicas", "read_your_writes") != 0 && request.writtenLsn;
        const std::size_t first = c.databases.nextReplica();
        for (std::size_t i = 0; i < replicas; ++i) {
            const std::size_t n = (first + i) % replicas;
            if (waitsForOwn && c.databases.appliedLsn(n) < *request.writtenLsn) continue;
            auto connection = c.databases.replica(n).lend(c.trace);
            Rows rows = connection->run(statement, c.trace, c.deadlineNs);
            c.databases.noteApplied(n, connection->lsn());
            // What the reader has written is not there yet: this answer is stale for them.
            // A database that does not say where it is (lsn 0) cannot be held to it.
            if (request.writtenLsn && connection->lsn() > 0 &&
                connection->lsn() < *request.writtenLsn)
                ++c.trace.counts.staleOwnReads;
            return rows;
        }
    }
    auto connection = c.databases.primary().lend(c.trace);
    return connection->run(statement, c.trace, c.deadlineNs);
}

std::vector<Rows> write(Context& c, const std::vector<Statement>& statements, api::Reply& reply) {
    std::vector<Statement> pipeline;
    pipeline.push_back({std::string(data::sql::kBegin), {}});
    pipeline.insert(pipeline.end(), statements.begin(), statements.end());
    pipeline.push_back({std::string(data::sql::kCommit), {}});
    auto connection = c.databases.primary().lend(c.trace);
    auto rows = connection->runPipeline(pipeline, c.trace, c.deadlineNs);
    if (connection->lsn() > 0) reply.writtenLsn = connection->lsn();
    return {rows.begin() + 1, rows.end() - 1};
}

}  // namespace tenfold::mechanisms
