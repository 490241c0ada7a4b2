// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "reference-server/supervisor/real/pg_session.h"
#include "simulator/measure/clock.h"
#include "simulator/measure/sample.h"

namespace tenfold::supervisor::real {

/// Asks a PostgreSQL once a slot how it stands: sessions, who works, who waits for a lock,
/// statements carried out (pg_stat_statements, where it is installed), position, lag. It holds one
/// of the connections that are reserved for superusers.
class PostgresMonitor {
public:
    PostgresMonitor(std::string conninfo, std::string id, bool isReplica, bool hasStatementCounts,
                    int capacity);

    /// What happened since the last call; nothing when there was no answer in time.
    std::optional<measure::NodeSample> look();

private:
    void readLag(measure::NodeSample& node, bool isCaughtUp, double sinceLastReplayMs);

    std::string m_conninfo;
    std::string m_id;
    bool m_isReplica;
    bool m_hasStatementCounts;
    int m_capacity;
    std::unique_ptr<PgSession> m_session;
    double m_statementsBefore = -1;
    double m_activeBefore = 0;
    measure::Nanos m_caughtUpAtNs = 0;
};

}  // namespace tenfold::supervisor::real
