// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "simulator/measure/clock.h"

namespace tenfold::nodes {

/// One committed transaction, on its way to the replicas.
struct LogRecord {
    std::uint64_t lsn = 0;
    measure::Nanos committedAt = 0;
    // One transaction may do both; a replica applies both or neither.
    std::string ddl;        // text of schema changes
    std::string changeset;  // of rows, as of its end
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
    /// Sends everything after `lsn`, then whatever comes. False when that is not here: no longer
    /// kept, or of another life of this primary. The replica has to be made anew then.
    bool subscribe(const void* who, std::uint64_t lsn, Subscriber subscriber);
    void unsubscribe(const void* who);

private:
    bool m_isEnabled = false;
    std::deque<LogRecord> m_records;
    std::size_t m_bytes = 0;
    std::uint64_t m_droppedUpTo = 0;
    std::uint64_t m_newest = 0;
    // Shared: a subscriber that finds its client gone leaves while it is being called.
    std::map<const void*, std::shared_ptr<const Subscriber>> m_subscribers;
};

}  // namespace tenfold::nodes
