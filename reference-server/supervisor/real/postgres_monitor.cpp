// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/supervisor/real/postgres_monitor.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

namespace tenfold::supervisor::real {

using namespace std::chrono_literals;

namespace {

constexpr auto kLookLimit = 200ms;
constexpr auto kAnswerLimit = 150ms;

std::string question(bool isReplica, bool hasStatementCounts) {
    // Only the shop's own sessions and statements: ours are not load.
    return fmt::format(
        "SELECT count(*), count(*) FILTER (WHERE state <> 'idle'), "
        "count(*) FILTER (WHERE wait_event_type = 'Lock'), {}, {}, {}, {} "
        "FROM pg_stat_activity WHERE backend_type = 'client backend' AND usename = 'shop'",
        hasStatementCounts ? "(SELECT coalesce(sum(s.calls), 0) FROM pg_stat_statements(false) s "
                             "WHERE s.userid = (SELECT oid FROM pg_roles WHERE rolname = 'shop'))"
                           : "-1",
        isReplica ? "pg_last_wal_replay_lsn() - '0/0'" : "pg_current_wal_lsn() - '0/0'",
        isReplica ? "(pg_last_wal_receive_lsn() IS NOT DISTINCT FROM pg_last_wal_replay_lsn())::int"
                  : "1",
        isReplica ? "extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) * 1000"
                  : "0");
}

double number(const std::string& text) {
    return std::strtod(text.c_str(), nullptr);
}

}  // namespace

PostgresMonitor::PostgresMonitor(std::string conninfo, std::string id, bool isReplica,
                                 bool hasStatementCounts, int capacity)
    : m_conninfo(std::move(conninfo)),
      m_id(std::move(id)),
      m_isReplica(isReplica),
      m_hasStatementCounts(hasStatementCounts),
      m_capacity(capacity),
      m_session(std::make_unique<PgSession>(m_conninfo, 2s)),
      m_caughtUpAtNs(measure::monotonicNow()) {
    look();
}

void PostgresMonitor::readLag(measure::NodeSample& node, bool isCaughtUp,
                              double sinceLastReplayMs) {
    const auto now = measure::monotonicNow();
    if (isCaughtUp) m_caughtUpAtNs = now;
    // What is not applied yet was written after the last one that is, and after everything was
    // seen applied: a primary where nobody writes has no lag.
    const double sinceCaughtUpMs = static_cast<double>(now - m_caughtUpAtNs) / 1e6;
    node.gauges["lag_ms"] =
        isCaughtUp ? 0 : std::max(0.0, std::min(sinceLastReplayMs, sinceCaughtUpMs));
}

std::optional<measure::NodeSample> PostgresMonitor::look() {
    PgSession::Rows rows;
    try {
        if (!m_session || !m_session->isUsable())
            m_session = std::make_unique<PgSession>(m_conninfo, kLookLimit);
        rows = m_session->query(question(m_isReplica, m_hasStatementCounts), kAnswerLimit);
    } catch (const std::exception&) {
        return std::nullopt;  // no data, not zeros
    }
    if (rows.size() != 1 || rows[0].size() != 7) return std::nullopt;
    const auto& row = rows[0];
    measure::NodeSample node;
    node.capacity = m_capacity;
    node.inUse = number(row[0]);
    const double active = number(row[1]);
    node.waiting = number(row[2]);
    node.gauges["active"] = active;
    node.gauges["lock_waiting"] = node.waiting;
    node.gauges["lsn"] = number(row[4]);
    if (m_isReplica) readLag(node, row[5] == "1", row[6].empty() ? 1e12 : number(row[6]));
    if (const double statements = number(row[3]); m_hasStatementCounts) {
        // Statements of which nobody asked again for long are forgotten: that is no step back.
        if (m_statementsBefore >= 0)
            node.completed =
                static_cast<std::uint64_t>(std::max(0.0, statements - m_statementsBefore));
        node.arrived = static_cast<std::uint64_t>(
            std::max(0.0, static_cast<double>(node.completed) + active - m_activeBefore));
        m_statementsBefore = statements;
    }
    m_activeBefore = active;
    return node;
}

}  // namespace tenfold::supervisor::real
