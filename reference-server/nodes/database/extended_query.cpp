// SPDX-License-Identifier: GPL-3.0-or-later
// Parse, Bind, Describe, Execute and Close of one session.
#include <fmt/format.h>

#include <algorithm>

#include "reference-server/nodes/database/client.h"

namespace tenfold::nodes {

using protocol::PgCut;
using protocol::PgMessage;
using protocol::PgReader;
using protocol::PgWriter;

namespace {

// PostgreSQL sets no limit but memory; nobody's table may grow without one here.
constexpr std::size_t kMaxPrepared = 1000;
constexpr std::size_t kMaxPortals = 100;  // each may hold a result
constexpr std::size_t kMaxAnswerMessageBytes = std::size_t{1} << 30;

std::vector<std::int16_t> readFormats(PgReader& r) {
    std::vector<std::int16_t> out(static_cast<std::uint16_t>(r.int16()));
    for (auto& f : out) f = r.int16();
    return out;
}

/// Text is 0, binary 1; whatever else is refused in PostgreSQL's words.
std::int16_t strangeFormat(const std::vector<std::int16_t>& formats) {
    for (const auto f : formats)
        if (f != 0 && f != 1) return f;
    return 0;
}

}  // namespace

void Client::handleParse(const Message& m) {
    PgReader r(m.body);
    const std::string name(r.cstring());
    Prepared prepared;
    prepared.sql = r.cstring();
    prepared.types.resize(static_cast<std::uint16_t>(r.int16()));
    for (auto& type : prepared.types) type = r.int32();
    if (!r.ok()) return fatal("08P01", "malformed Parse message");
    if (!name.empty() && m_statements.contains(name))
        return fail("42P05", fmt::format("prepared statement \"{}\" already exists", name));
    if (m_statements.size() > kMaxPrepared)
        return fail("54000", fmt::format("more than {} prepared statements", kMaxPrepared));
    if (prepared.sql.find(';') != std::string::npos && splitStatements(prepared.sql).size() > 1)
        return fail("42601", "cannot insert multiple commands into a prepared statement");
    prepared.kind = kindOf(prepared.sql);
    if (isForSqlite(prepared.kind)) {
        const auto answer = m_session->check(prepared.sql, prepared.kind, prepared.parameters);
        if (!answer.sqlState.empty()) return fail(answer.sqlState, answer.error);
    }
    m_statements[name] = std::move(prepared);
    PgWriter(m_out).empty('1');
}

void Client::handleBind(const Message& m) {
    PgReader r(m.body);
    const std::string portalName(r.cstring());
    const std::string statementName(r.cstring());
    const auto formats = readFormats(r);
    Portal portal;
    portal.parameters.resize(static_cast<std::uint16_t>(r.int16()));
    for (auto& p : portal.parameters) {
        const auto length = r.int32();
        p.isNull = length < 0;
        if (!p.isNull) p.bytes = r.bytes(static_cast<std::size_t>(length));
    }
    portal.resultFormats = readFormats(r);
    if (!r.ok()) return fatal("08P01", "malformed Bind message");
    const auto it = m_statements.find(statementName);
    if (it == m_statements.end())
        return fail("26000",
                    fmt::format("prepared statement \"{}\" does not exist", statementName));
    if (!portalName.empty() && m_portals.contains(portalName))
        return fail("42P03", fmt::format("cursor \"{}\" already exists", portalName));
    if (m_portals.size() > kMaxPortals)
        return fail("54000", fmt::format("more than {} portals", kMaxPortals));
    const Prepared& prepared = it->second;
    const auto count = portal.parameters.size();
    if (formats.size() > 1 && formats.size() != count)
        return fail("08P01", fmt::format("bind message has {} parameter formats but {} parameters",
                                         formats.size(), count));
    if (count != static_cast<std::size_t>(prepared.parameters))
        return fail("08P01",
                    fmt::format("bind message supplies {} parameters, but prepared statement "
                                "\"{}\" requires {}",
                                count, statementName, prepared.parameters));
    for (const auto strange : {strangeFormat(formats), strangeFormat(portal.resultFormats)})
        if (strange != 0) return fail("22023", fmt::format("unsupported format code: {}", strange));
    for (std::size_t i = 0; i < count; ++i) {
        auto& p = portal.parameters[i];
        if (!formats.empty()) p.isBinary = formats[formats.size() == 1 ? 0 : i] == 1;
        if (i < prepared.types.size()) p.type = prepared.types[i];
    }
    portal.sql = prepared.sql;
    portal.kind = prepared.kind;
    m_portals[portalName] = std::move(portal);
    PgWriter(m_out).empty('2');
}

std::string Client::descriptionOf(const std::string& sql, SqlKind kind,
                                  const std::vector<std::int16_t>& formats) {
    std::string out;
    PgWriter w(out);
    if (isForSqlite(kind)) {
        const auto answer = m_session->describe(sql, kind, formats);
        if (answer.sqlState.empty()) return answer.messages;
        fail(answer.sqlState, answer.error);
    } else if (kind == SqlKind::show) {
        w.begin('T').int16(1).cstring(argumentOf(sql)).int32(0).int16(0);
        w.int32(protocol::kPgText).int16(-1).int32(-1).int16(0).end();
    } else {
        w.empty('n');
    }
    return out;
}

void Client::handleDescribe(const Message& m) {
    PgReader r(m.body);
    const auto what = r.bytes(1);
    const std::string name(r.cstring());
    if (!r.ok() || (what != "P" && what != "S"))
        return fatal("08P01", "malformed Describe message");
    if (what == "P") {
        if (!m_portals.contains(name))
            return fail("34000", fmt::format("portal \"{}\" does not exist", name));
        m_describing = name;
        return;
    }
    const auto it = m_statements.find(name);
    if (it == m_statements.end())
        return fail("26000", fmt::format("prepared statement \"{}\" does not exist", name));
    const Prepared& prepared = it->second;
    const auto description = descriptionOf(prepared.sql, prepared.kind, {});
    if (description.empty()) return;
    PgWriter w(m_out);
    w.begin('t').int16(static_cast<std::int16_t>(prepared.parameters));
    for (std::size_t i = 0; i < static_cast<std::size_t>(prepared.parameters); ++i)
        w.int32(i < prepared.types.size() ? prepared.types[i] : 0);
    w.end();
    m_out += description;
}

void Client::answerDescribe() {
    const auto it = m_portals.find(*m_describing);
    m_describing.reset();
    if (it == m_portals.end()) return;
    m_out += descriptionOf(it->second.sql, it->second.kind, it->second.resultFormats);
}

void Client::handleExecute(const Message& m) {
    PgReader r(m.body);
    const std::string name(r.cstring());
    const int maxRows = std::max(0, r.int32());
    if (!r.ok()) return fatal("08P01", "malformed Execute message");
    const auto it = m_portals.find(name);
    if (m_describing && (*m_describing != name || (it != m_portals.end() && it->second.isRun)))
        answerDescribe();
    if (m_isSkipping) return;
    if (it == m_portals.end())
        return fail("34000", fmt::format("portal \"{}\" does not exist", name));
    Portal& portal = it->second;
    if (portal.isRun) {
        if (!portal.rest.empty())
            return sendRows(name, std::move(portal.rest), portal.restFrom, maxRows);
        if (portal.kind == SqlKind::read) return PgWriter(m_out).commandComplete("SELECT 0");
        return fail("55000", fmt::format("portal \"{}\" cannot be run", name));
    }
    portal.isRun = true;
    Portal once;
    once.sql = portal.sql;
    once.kind = portal.kind;
    once.parameters = std::move(portal.parameters);
    once.resultFormats = portal.resultFormats;
    once.wantsDescription = m_describing.has_value();
    once.name = name;
    once.maxRows = maxRows;
    m_describing.reset();
    runStatement(std::move(once));
}

/// Sends what one Execute asked for; what is left waits in its portal.
void Client::sendRows(const std::string& name, std::string answer, std::size_t from, int maxRows) {
    std::size_t at = from;
    int rows = 0;
    while (at < answer.size()) {
        PgMessage message;
        std::size_t used = 0;
        if (protocol::cutPgMessage(std::string_view(answer).substr(at), false, message, used,
                                   kMaxAnswerMessageBytes) != PgCut::message)
            break;
        // As in PostgreSQL, whether there are more is not known before somebody asks.
        if (maxRows > 0 && rows == maxRows && (message.type == 'D' || message.type == 'C')) {
            m_out.append(answer, from, at - from);
            PgWriter(m_out).empty('s');  // PortalSuspended
            const auto it = m_portals.find(name);
            if (it == m_portals.end()) return;
            it->second.rest = std::move(answer);
            it->second.restFrom = at;
            return;
        }
        if (message.type == 'D') ++rows;
        if (message.type == 'C' && message.body.starts_with("SELECT ")) {
            // The rows of this part, not of all of them.
            m_out.append(answer, from, at - from);
            return PgWriter(m_out).commandComplete(fmt::format("SELECT {}", rows));
        }
        at += used;
    }
    m_out.append(answer, from);
}

void Client::handleClose(const Message& m) {
    PgReader r(m.body);
    const auto what = r.bytes(1);
    const std::string name(r.cstring());
    if (!r.ok() || (what != "P" && what != "S")) return fatal("08P01", "malformed Close message");
    if (what == "S")
        m_statements.erase(name);
    else
        m_portals.erase(name);
    PgWriter(m_out).empty('3');
}

}  // namespace tenfold::nodes
