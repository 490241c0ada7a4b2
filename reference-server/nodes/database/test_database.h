// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// For tests: a database node in this process, libpq and psql against it.

#include <gtest/gtest.h>
#include <libpq-fe.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <boost/asio/post.hpp>
#include <cstdio>
#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "reference-server/data/dataset.h"
#include "reference-server/nodes/database/database_node.h"
#include "reference-server/nodes/database/replica_feed.h"

namespace tenfold::nodes::test {

/// A folder that goes with its scope.
class ScratchFolder {
public:
    ScratchFolder() {
        std::string name =
            (std::filesystem::temp_directory_path() / "tenfold-test-XXXXXX").string();
        m_path = ::mkdtemp(name.data());
    }
    ~ScratchFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(m_path, ignored);
    }
    std::filesystem::path operator/(const std::string& name) const { return m_path / name; }

private:
    std::filesystem::path m_path;
};

/// A small shop: 200 customers, 50 products, 800 orders, 5,000 lines.
inline void makeShop(const std::filesystem::path& file) {
    const auto built = file.string() + ".built";
    data::buildShop(built, 0.01);
    data::copyForRun(built, file);
    std::filesystem::remove(built);
}

/// A node that serves from a thread of its own.
class RunningDatabase {
public:
    explicit RunningDatabase(DatabaseNode::Settings settings) : m_node(std::move(settings)) {
        m_thread = std::thread([this] { m_node.run(); });
    }
    ~RunningDatabase() { stop(); }
    void stop() {
        m_node.stop();
        if (m_thread.joinable()) m_thread.join();
    }
    DatabaseNode& node() { return m_node; }
    int port() const { return m_node.port(); }

    /// Runs something on the IO thread and returns what it returns.
    template <typename F>
    auto on(F f) {
        std::packaged_task<decltype(f())()> task(std::move(f));
        auto result = task.get_future();
        boost::asio::post(m_node.io(), [&task] { task(); });
        return result.get();
    }
    measure::NodeSample sample() {
        return on([this] { return m_node.collect(); }).nodes.begin()->second;
    }
    /// Makes or drops the indexes and waits until it is done.
    std::string setIndexes(bool isOn) {
        std::promise<std::string> done;
        boost::asio::post(m_node.io(), [&] {
            m_node.setIndexes(isOn, [&](const std::string& detail) { done.set_value(detail); });
        });
        return done.get_future().get();
    }
    /// A snapshot in `path`; returns its position.
    std::uint64_t backup(const std::string& path) {
        std::promise<std::uint64_t> done;
        boost::asio::post(m_node.io(), [&] {
            m_node.backup(path, [&](std::uint64_t lsn, const std::string& error) {
                EXPECT_EQ(error, "");
                done.set_value(lsn);
            });
        });
        return done.get_future().get();
    }

private:
    DatabaseNode m_node;
    std::thread m_thread;
};

/// `tier` "native" runs at once; "10k" has two emulated cores.
inline DatabaseNode::Settings settingsFor(const std::filesystem::path& file,
                                          const std::string& tier = "native") {
    DatabaseNode::Settings s;
    s.id = "primary";
    s.file = file;
    s.hardware = hardware::profileForTier(tier);
    s.cores = 2;
    return s;
}

using Connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;
using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

inline Connection connectTo(int port, const std::string& more = "",
                            const std::string& database = "shop") {
    const std::string info = "host=127.0.0.1 user=shop dbname=" + database +
                             " connect_timeout=10 port=" + std::to_string(port) + " " + more;
    return {PQconnectdb(info.c_str()), &PQfinish};
}

inline Result query(const Connection& c, const std::string& sql,
                    const std::vector<std::string>& parameters = {}) {
    std::vector<const char*> values;
    for (const auto& p : parameters) values.push_back(p.c_str());
    PGresult* r = parameters.empty()
                      ? PQexec(c.get(), sql.c_str())
                      : PQexecParams(c.get(), sql.c_str(), static_cast<int>(values.size()), nullptr,
                                     values.data(), nullptr, nullptr, 0);
    return {r, &PQclear};
}

/// The first cell, or "ERROR <SQLSTATE>".
inline std::string cell(const Result& r) {
    const auto status = PQresultStatus(r.get());
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
        const char* state = PQresultErrorField(r.get(), PG_DIAG_SQLSTATE);
        return std::string("ERROR ") + (state ? state : "connection");
    }
    return PQntuples(r.get()) > 0 ? PQgetvalue(r.get(), 0, 0) : "";
}
inline std::string cell(const Connection& c, const std::string& sql,
                        const std::vector<std::string>& parameters = {}) {
    return cell(query(c, sql, parameters));
}

struct PsqlResult {
    int exitCode = -1;
    std::string output;  // stdout and stderr
};
/// The real psql, unaligned and without headers, on one command.
inline PsqlResult psql(int port, const std::string& command, const std::string& database = "shop") {
    const std::string line = "psql -X -A -t 'host=127.0.0.1 user=shop dbname=" + database +
                             " port=" + std::to_string(port) + "' -c \"" + command + "\" 2>&1";
    PsqlResult result;
    FILE* pipe = ::popen(line.c_str(), "r");
    char chunk[4096];
    while (const std::size_t n = ::fread(chunk, 1, sizeof chunk, pipe))
        result.output.append(chunk, n);
    result.exitCode = WEXITSTATUS(::pclose(pipe));
    return result;
}

/// Waits until something holds, for at most ten seconds.
template <typename F>
bool eventually(F holds) {
    for (int i = 0; i < 1000; ++i) {
        if (holds()) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
}

}  // namespace tenfold::nodes::test
