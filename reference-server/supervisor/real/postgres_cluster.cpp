// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/supervisor/real/postgres_cluster.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/ipc.h>
#include <sys/shm.h>

#include <fstream>
#include <sstream>
#include <stdexcept>

#include "reference-server/supervisor/real/loopback_port.h"
#include "reference-server/supervisor/real/programs.h"

namespace tenfold::supervisor::real {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

constexpr auto kInitialiseLimit = 60s;
constexpr auto kCopyLimit = 60s;
constexpr auto kStartLimit = 30s;
constexpr auto kConnectLimit = 2s;
constexpr auto kCleanStopLimit = 30s;
constexpr auto kStopLimit = 1s;
constexpr int kPortsToTry = 5;

// The superuser by the socket, which stands in a folder of its owner; the API's role by loopback.
constexpr const char* kAccess =
    "local all postgres trust\n"
    "local replication postgres trust\n"
    "host shop shop 127.0.0.1/32 trust\n";

/// The small segment by which PostgreSQL knows that its data folder is in use: postmaster.pid says
/// "key id" in its seventh line. −1 without one.
int segmentOf(const fs::path& data) {
    std::ifstream in(data / "postmaster.pid");
    std::string line;
    for (int i = 0; i < 7; ++i) std::getline(in, line);
    std::istringstream words(line);
    unsigned long key = 0;
    int id = -1;
    return words >> key >> id ? id : -1;
}

/// A value of postgresql.conf.
std::string quoted(const std::string& text) {
    std::string out = "'";
    for (const char c : text) {
        if (c == '\'' || c == '\\') out += c;
        out += c;
    }
    return out + "'";
}

}  // namespace

PostgresCluster::PostgresCluster(fs::path programs, fs::path folder, Owner owner)
    : m_programs(std::move(programs)), m_folder(std::move(folder)), m_owner(owner) {
    makeFolder(m_folder, m_owner);
    // Debian keeps the extensions beside the programs.
    m_hasStatementCounts = fs::exists(m_programs.parent_path() / "lib" / "pg_stat_statements.so");
}

PostgresCluster::~PostgresCluster() {
    stop(false);
}

ForeignProcess::Command PostgresCluster::command(const char* program,
                                                 std::vector<std::string> arguments) const {
    // SIGQUIT ends the postmaster and its children at once and releases its shared memory; SIGKILL
    // would leave that behind.
    return {m_programs / program,
            std::move(arguments),
            m_owner,
            m_folder,
            m_folder / (std::string(program) + ".log"),
            SIGQUIT};
}

void PostgresCluster::initialise() {
    // The C locale compares bytes, as SQLite does: the same rows in the same order.
    auto c = command("initdb", {"-D", data(), "-U", "postgres", "-A", "trust", "-E", "UTF8",
                                "--locale=C", "--no-sync"});
    c.deathSignal = SIGKILL;
    runToEnd(std::move(c), kInitialiseLimit);
}

void PostgresCluster::shrinkLog() {
    auto c = command("pg_resetwal", {"-D", data()});
    c.deathSignal = SIGKILL;
    runToEnd(std::move(c), kInitialiseLimit);
}

void PostgresCluster::unpack(const fs::path& templateFolder) {
    copyTree(templateFolder, data(), m_owner);
}

void PostgresCluster::copyFrom(const std::string& primaryFolder, int primaryPort) {
    auto c = command(
        "pg_basebackup",
        {"-D", data(), "-d", socketConninfo(primaryFolder, primaryPort, "postgres", "replication"),
         "-X", "stream", "-c", "fast", "--no-sync"});
    c.deathSignal = SIGKILL;
    runToEnd(std::move(c), kCopyLimit);
    writeFile(data() / "standby.signal", "", m_owner);
}

std::string PostgresCluster::settingsText(const Settings& s) const {
    // What is not here is as PostgreSQL ships it: flushed commits, autovacuum, checkpoints. One
    // statement takes one core, as the prices of our own node do: no parallel plans, no JIT. The
    // memory is a map that goes with the postmaster; segments of its own would outlive a SIGKILL.
    std::string text = fmt::format(
        "port = {}\nunix_socket_directories = {}\nunix_socket_permissions = 0700\n"
        "listen_addresses = {}\nmax_connections = {}\nsuperuser_reserved_connections = {}\n"
        "shared_buffers = '256MB'\nhuge_pages = off\nshared_memory_type = mmap\n"
        "dynamic_shared_memory_type = mmap\n"
        "max_parallel_workers_per_gather = 0\njit = off\nlog_min_messages = warning\n"
        "log_checkpoints = off\nwal_keep_size = '256MB'\nfsync = {}\n",
        m_port, quoted(m_folder), s.isForBuilding ? "''" : "'127.0.0.1'", s.maxConnections,
        s.reservedConnections, s.isFlushed ? "on" : "off");
    if (s.isForBuilding) {
        text += "wal_level = minimal\nmax_wal_senders = 0\nautovacuum = off\n";
        text += "max_wal_size = '4GB'\n";
    } else if (m_hasStatementCounts) {
        text += "shared_preload_libraries = 'pg_stat_statements'\npg_stat_statements.save = off\n";
    }
    if (!s.primaryConninfo.empty())
        text += fmt::format("primary_conninfo = {}\nrecovery_min_apply_delay = '{:.0f}ms'\n",
                            quoted(s.primaryConninfo + " application_name=" + s.applicationName),
                            s.applyDelayMs);
    return text;
}

void PostgresCluster::start(const Settings& settings, ForeignProcess::OnEnd onEnd) {
    writeFile(data() / "pg_hba.conf", kAccess, m_owner);
    for (int i = 0; i < kPortsToTry; ++i)
        if (tryToStart(settings, onEnd)) return;
    throw std::runtime_error("PostgreSQL found no free port on 127.0.0.1");
}

bool PostgresCluster::tryToStart(const Settings& settings, const ForeignProcess::OnEnd& onEnd) {
    m_port = freeLoopbackPort();
    writeFile(data() / "postgresql.conf", settingsText(settings), m_owner);
    m_isUp = false;
    m_process = std::make_unique<ForeignProcess>(command("postgres", {"-D", data()}),
                                                 [this, onEnd](const std::string& how) {
                                                     releaseMemory();
                                                     if (m_isUp && onEnd) onEnd(how);
                                                 });
    const auto deadline = std::chrono::steady_clock::now() + kStartLimit;
    while (std::chrono::steady_clock::now() < deadline && !m_process->hasEnded()) {
        try {
            session("template1");
            m_memory = segmentOf(data());
            m_isUp = true;
            return true;
        } catch (const std::exception&) {
            std::this_thread::sleep_for(10ms);
        }
    }
    const std::string words = m_process->lastWords();
    const bool isPortTaken = words.find("Address already in use") != std::string::npos;
    stop(false);
    if (isPortTaken) return false;
    throw std::runtime_error("PostgreSQL did not start: " + words);
}

void PostgresCluster::releaseMemory() {
    // Removed already by a postmaster that could still do so; one that got SIGKILL could not.
    if (const int id = m_memory.exchange(-1); id >= 0) ::shmctl(id, IPC_RMID, nullptr);
}

void PostgresCluster::reload(const Settings& settings) {
    writeFile(data() / "postgresql.conf", settingsText(settings), m_owner);
    if (m_process) m_process->signal(SIGHUP);
}

void PostgresCluster::stop(bool isClean) {
    if (!m_process) return;
    if (isClean) {
        m_process->end(SIGINT, kCleanStopLimit);
    } else {
        m_process->end(SIGQUIT, kStopLimit);
    }
    m_process.reset();
    releaseMemory();
}

std::string PostgresCluster::conninfo(const std::string& database) const {
    return socketConninfo(m_folder, m_port, "postgres", database);
}

PgSession PostgresCluster::session(const std::string& database) const {
    return PgSession(conninfo(database), kConnectLimit);
}

std::string PostgresCluster::version() const {
    auto c = command("postgres", {"-V"});
    c.log = m_folder / "version.log";
    return versionIn(runToEnd(std::move(c), 10s));
}

}  // namespace tenfold::supervisor::real
