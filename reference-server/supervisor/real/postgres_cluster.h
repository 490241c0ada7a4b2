// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "reference-server/supervisor/real/foreign_process.h"
#include "reference-server/supervisor/real/owner.h"
#include "reference-server/supervisor/real/pg_session.h"

namespace tenfold::supervisor::real {

/// One PostgreSQL: a folder with its data, its socket and its log, and the postmaster as our child.
/// Never a cluster of the system: everything is below `folder`.
class PostgresCluster {
public:
    /// What it is started with, beside PostgreSQL's own defaults.
    struct Settings {
        int maxConnections = 100;
        int reservedConnections = 3;
        bool isForBuilding = false;   // no TCP, no log: for a template
        bool isFlushed = true;        // commits wait for the disk (fsync)
        std::string primaryConninfo;  // of a replica: where the primary's changes come from
        std::string applicationName;
        double applyDelayMs = 0;
    };

    /// `folder`: made for the owner when it is not there.
    PostgresCluster(std::filesystem::path programs, std::filesystem::path folder, Owner owner);
    ~PostgresCluster();

    /// An empty cluster with the superuser postgres.
    void initialise();
    /// The content of a template.
    void unpack(const std::filesystem::path& templateFolder);
    /// A copy of a running primary, which the folder and port of its socket name.
    void copyFrom(const std::string& primaryFolder, int primaryPort);

    /// Starts it and waits until it takes connections. Throws std::runtime_error with its last
    /// words. `onEnd` is told when it ends unasked.
    void start(const Settings& settings, ForeignProcess::OnEnd onEnd);
    /// Other settings for a running one: those that need no restart.
    void reload(const Settings& settings);
    /// After a clean stop: one segment of log is enough for what is copied often.
    void shrinkLog();
    /// Ends it. Clean: with a checkpoint, so that the data can be copied; else at once, as after a
    /// crash, and its shared memory is released all the same.
    void stop(bool isClean);

    /// A session of the superuser, by the socket.
    PgSession session(const std::string& database = "shop") const;
    std::string conninfo(const std::string& database) const;

    int port() const { return m_port; }
    pid_t pid() const { return m_process ? m_process->pid() : 0; }
    std::filesystem::path data() const { return m_folder / "data"; }
    const std::filesystem::path& folder() const { return m_folder; }
    const Owner& owner() const { return m_owner; }
    /// "15.18".
    std::string version() const;
    bool hasStatementCounts() const { return m_hasStatementCounts; }

private:
    ForeignProcess::Command command(const char* program, std::vector<std::string> arguments) const;
    std::string settingsText(const Settings& settings) const;
    void releaseMemory();
    bool tryToStart(const Settings& settings, const ForeignProcess::OnEnd& onEnd);

    std::filesystem::path m_programs;
    std::filesystem::path m_folder;
    Owner m_owner;
    int m_port = 0;
    bool m_hasStatementCounts = false;
    std::atomic<bool> m_isUp{false};  // from here on its end is news
    std::atomic<int> m_memory{-1};    // id of its System V segment
    std::unique_ptr<ForeignProcess> m_process;
};

}  // namespace tenfold::supervisor::real
