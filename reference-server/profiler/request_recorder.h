// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "reference-server/api/context.h"
#include "reference-server/mechanisms/shared_cache/recompute_book.h"
#include "reference-server/nodes/cache/cache_node.h"
#include "reference-server/nodes/database/database_node.h"
#include "simulator/load/request_mix.h"

namespace tenfold::profiler {

/// One statement as the database counted it.
struct CountedStatement {
    std::string shape;
    std::uint64_t vmSteps = 0;
    std::uint64_t fullScanSteps = 0;
    std::uint64_t rows = 0;
    std::uint64_t bytes = 0;
    bool operator==(const CountedStatement&) const = default;
};

/// What one request took.
struct Recorded {
    std::vector<CountedStatement> statements;
    std::uint64_t rows = 0;   // materialised by the API
    std::uint64_t bytes = 0;  // of the body
    int status = 0;
    bool isCut = false;  // stopped after so many statements: rows, bytes and status are not known
};

/// A database and a cache in this process, and the API's own endpoints called in it: one request at
/// a time, nothing emulated, every statement counted by the database that carried it out.
class RequestRecorder {
public:
    /// `dataset`: a copy of its own, in WAL mode; writes go there. Without indexes at first. Once
    /// `isOver` is set, requests end with a std::runtime_error. Throws data::SqliteError.
    RequestRecorder(const std::filesystem::path& dataset, const std::atomic<bool>& isOver);
    ~RequestRecorder();
    RequestRecorder(const RequestRecorder&) = delete;
    RequestRecorder& operator=(const RequestRecorder&) = delete;

    /// Makes or drops the secondary indexes.
    void setIndexes(bool isOn);
    /// Deletes orders from the end until so many are left; their lines stay.
    void keepOrders(std::int64_t count);

    /// The instant after everything so far; and deletes what was made since: lists that are
    /// recorded later are those of the same shop, however many writes were recorded.
    std::int64_t now() const { return m_nowMs + 1; }
    void deleteSince(std::int64_t ms);

    /// Asks for what the plan asks for, and stops after `mostStatements` (0: never). Goes through
    /// the shared cache when the design has one. Throws std::runtime_error when the API fails.
    Recorded ask(const load::RequestPlan& plan, const scenario::Design& design,
                 std::size_t mostStatements = 0);
    /// The same answered by the shared cache, which is filled first. Throws std::runtime_error when
    /// it is not.
    Recorded askCached(const load::RequestPlan& plan, const scenario::Design& design);
    /// The same POST with the same key a second time. Throws std::runtime_error when it is carried
    /// out again.
    Recorded askAgain(const load::RequestPlan& plan, const scenario::Design& design);

private:
    Recorded ask(const load::RequestPlan& plan, const scenario::Design& design,
                 std::size_t mostStatements, api::Trace& trace);
    /// New connections: a session's statements were prepared under the schema of its time.
    void reconnect();

    const std::atomic<bool>& m_isOver;
    bool m_hasIndexes = false;
    std::mutex m_mutex;  // of m_statements: the database appends, the API's thread takes
    std::vector<CountedStatement> m_statements;
    nodes::DatabaseNode m_database;
    nodes::CacheNode m_cacheNode;
    std::thread m_databaseThread;
    std::thread m_cacheThread;
    std::unique_ptr<api::DatabaseAccess> m_access;
    api::CacheClient m_cache;
    mechanisms::RecomputeBook m_recomputes{1};
    std::int64_t m_nowMs;
    api::IdMaker m_ids;
    std::uint64_t m_keys = 0;  // made so far
    std::string m_secret = "recorded";
};

}  // namespace tenfold::profiler
