// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/database/replication_log.h"

#include <cstring>

namespace tenfold::nodes {

namespace {
constexpr std::size_t kMaxBytes = 64 << 20;
constexpr std::size_t kHead = 17;
}  // namespace

std::string encodeRecord(const LogRecord& r) {
    std::string out(kHead, '\0');
    std::memcpy(out.data(), &r.lsn, 8);
    std::memcpy(out.data() + 8, &r.committedAt, 8);
    out[16] = r.type;
    return out + r.bytes;
}

bool decodeRecord(std::string_view bytes, LogRecord& r) {
    if (bytes.size() < kHead) return false;
    std::memcpy(&r.lsn, bytes.data(), 8);
    std::memcpy(&r.committedAt, bytes.data() + 8, 8);
    r.type = bytes[16];
    r.bytes = bytes.substr(kHead);
    return r.type == 'C' || r.type == 'D';
}

void ReplicationLog::append(LogRecord record) {
    if (!m_isEnabled) {
        m_droppedUpTo = record.lsn;
        return;
    }
    for (const auto& [who, subscriber] : m_subscribers) subscriber(record);
    m_bytes += record.bytes.size() + kHead;
    m_records.push_back(std::move(record));
    while (m_bytes > kMaxBytes) {
        m_bytes -= m_records.front().bytes.size() + kHead;
        m_droppedUpTo = m_records.front().lsn;
        m_records.pop_front();
    }
}

bool ReplicationLog::subscribe(const void* who, std::uint64_t lsn, Subscriber subscriber) {
    if (lsn < m_droppedUpTo) return false;
    for (const auto& record : m_records)
        if (record.lsn > lsn) subscriber(record);
    m_subscribers[who] = std::move(subscriber);
    return true;
}

void ReplicationLog::unsubscribe(const void* who) {
    m_subscribers.erase(who);
}

}  // namespace tenfold::nodes
