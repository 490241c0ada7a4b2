// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/database/replication_log.h"

#include <cstring>

namespace tenfold::nodes {

namespace {
constexpr std::size_t kMaxBytes = 64 << 20;
constexpr std::size_t kHead = 20;

std::size_t bytesOf(const LogRecord& r) {
    return kHead + r.ddl.size() + r.changeset.size();
}
}  // namespace

std::string encodeRecord(const LogRecord& r) {
    std::string out(kHead, '\0');
    const auto ddlBytes = static_cast<std::uint32_t>(r.ddl.size());
    std::memcpy(out.data(), &r.lsn, 8);
    std::memcpy(out.data() + 8, &r.committedAt, 8);
    std::memcpy(out.data() + 16, &ddlBytes, 4);
    return out + r.ddl + r.changeset;
}

bool decodeRecord(std::string_view bytes, LogRecord& r) {
    if (bytes.size() < kHead) return false;
    std::uint32_t ddlBytes = 0;
    std::memcpy(&r.lsn, bytes.data(), 8);
    std::memcpy(&r.committedAt, bytes.data() + 8, 8);
    std::memcpy(&ddlBytes, bytes.data() + 16, 4);
    bytes.remove_prefix(kHead);
    if (bytes.size() < ddlBytes) return false;
    r.ddl = bytes.substr(0, ddlBytes);
    r.changeset = bytes.substr(ddlBytes);
    return true;
}

void ReplicationLog::append(LogRecord record) {
    m_newest = record.lsn;
    if (!m_isEnabled) {
        m_droppedUpTo = record.lsn;
        return;
    }
    const auto subscribers = m_subscribers;
    for (const auto& [who, subscriber] : subscribers)
        if (m_subscribers.contains(who)) (*subscriber)(record);
    m_bytes += bytesOf(record);
    m_records.push_back(std::move(record));
    while (m_bytes > kMaxBytes) {
        m_bytes -= bytesOf(m_records.front());
        m_droppedUpTo = m_records.front().lsn;
        m_records.pop_front();
    }
}

bool ReplicationLog::subscribe(const void* who, std::uint64_t lsn, Subscriber subscriber) {
    if (lsn < m_droppedUpTo || lsn > m_newest) return false;
    const auto shared = std::make_shared<const Subscriber>(std::move(subscriber));
    m_subscribers[who] = shared;
    for (const auto& record : m_records)
        if (record.lsn > lsn && m_subscribers.contains(who)) (*shared)(record);
    return true;
}

void ReplicationLog::unsubscribe(const void* who) {
    m_subscribers.erase(who);
}

}  // namespace tenfold::nodes
