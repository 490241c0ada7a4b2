// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "reference-server/api/database_access.h"
#include "reference-server/mechanisms/side_effects/sink_client.h"

namespace tenfold::mechanisms {

struct Job {
    SideEffect effect;
    int attempts = 0;  // this one included
};

/// What became of a job.
struct Settled {
    enum class As { done, later, dead };
    std::string id;
    As as = As::done;
    std::int64_t runAtMs = 0;  // when it is for later
};

/// The outbox as the worker uses it. Times are ms since 1970. Each call is one round trip to the
/// primary and throws api::DatabaseError or api::Problem when it could not be made: nothing has
/// changed then, or it is safe to ask for the same again. One thread at a time.
class JobQueue {
public:
    explicit JobQueue(std::shared_ptr<api::DatabaseAccess> databases)
        : m_databases(std::move(databases)) {}

    /// A read: what nobody needs is not looked for in a transaction.
    bool isAnyDue(std::int64_t nowMs);
    /// One transaction: what was settled, then up to `limit` jobs under a lease, oldest first.
    std::vector<Job> settleAndTake(const std::vector<Settled>& settled, int limit,
                                   std::int64_t nowMs, std::int64_t leaseMs);
    struct Left {
        std::int64_t jobs = 0;  // not done, whoever has them
        std::optional<std::int64_t> oldestAtMs;
        std::int64_t dead = 0;
    };
    Left left();

private:
    std::shared_ptr<api::DatabaseAccess> m_databases;
};

}  // namespace tenfold::mechanisms
