// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>

#include "simulator/measure/clock.h"

namespace tenfold::nodes {

/// One committed transaction, on its way to the replicas.
struct LogRecord {
    std::uint64_t lsn = 0;
    measure::Nanos committedAt = 0;
    char type = 'C';  // C: changeset, D: text of a schema change
    std::string bytes;
};

std::string encodeRecord(const LogRecord& record);
/// False when the bytes are not a record.
bool decodeRecord(std::string_view bytes, LogRecord& record);

/// What was committed since somebody began to care, in memory, at most 64 MiB. On the IO thread.
class ReplicationLog {
public:
    using Subscriber = std::function<void(const LogRecord&)>;

    /// From now on records are kept: a backup has been asked for.
    void enable() { m_isEnabled = true; }
    bool isEnabled() const { return m_isEnabled; }
    void append(LogRecord record);
    /// Sends everything after `lsn`, then whatever comes. False when that is no longer kept: the
    /// replica has to be made anew.
    bool subscribe(const void* who, std::uint64_t lsn, Subscriber subscriber);
    void unsubscribe(const void* who);

private:
    bool m_isEnabled = false;
    std::deque<LogRecord> m_records;
    std::size_t m_bytes = 0;
    std::uint64_t m_droppedUpTo = 0;
    std::map<const void*, Subscriber> m_subscribers;
};

}  // namespace tenfold::nodes
