// SPDX-License-Identifier: GPL-3.0-or-later
// Nothing of a run with real components outlives it, however it ends.
#include <gmock/gmock.h>
#include <signal.h>

#include "tests/real/real_system.h"

using namespace tenfold;  // NOLINT: a test
using test::kAll;
using test::LiveSystem;
using test::real;
using testing::HasSubstr;

namespace {

/// Segments of shared memory that one of these processes made.
int segmentsOf(const std::set<pid_t>& pids) {
    std::ifstream file("/proc/sysvipc/shm");
    std::string line;
    std::getline(file, line);
    int count = 0;
    while (std::getline(file, line)) {
        std::istringstream in(line);
        long key = 0, id = 0, perms = 0, size = 0;
        pid_t maker = 0;
        in >> key >> id >> perms >> size >> maker;
        count += pids.contains(maker);
    }
    return count;
}

/// TMPDIR for the time of its scope, so that other runs' folders are not in the way.
class OwnFolder {
public:
    OwnFolder()
        : m_path(std::filesystem::temp_directory_path() /
                 ("tenfold-real-" + std::to_string(::getpid()))) {
        std::filesystem::create_directories(m_path);
        ::setenv("TMPDIR", m_path.c_str(), 1);
    }
    ~OwnFolder() {
        ::unsetenv("TMPDIR");
        std::filesystem::remove_all(m_path);
    }
    long entries() const {
        namespace fs = std::filesystem;
        return std::distance(fs::directory_iterator(m_path), fs::directory_iterator());
    }

private:
    std::filesystem::path m_path;
};

}  // namespace

TEST(RealEnd, AfterTheRunProcessesMemoryAndFoldersAreGone) {
    const OwnFolder folder;
    std::set<pid_t> all;
    {
        LiveSystem live(real(kAll, {"read_replicas=1"}), true);
        ASSERT_TRUE(live.isUp());
        all = test::familyOf(test::supervisorOf(live));
        EXPECT_GT(all.size(), 20u);  // the postmasters' children too
        EXPECT_GT(segmentsOf(all), 0);
        EXPECT_EQ(folder.entries(), 1);
        live.stop();
    }
    EXPECT_EQ(test::leftOf(all), 0);
    EXPECT_EQ(segmentsOf(all), 0);
    EXPECT_EQ(folder.entries(), 0);
}

TEST(RealEnd, WhenTheSupervisorIsKilledTheComponentsEndAndTheNextRunClearsUp) {
    const OwnFolder folder;
    std::set<pid_t> all;
    {
        LiveSystem live(real(kAll, {"read_replicas=1"}));
        ASSERT_TRUE(live.isUp());
        live.runFor(0.5);
        const pid_t supervisor = test::supervisorOf(live);
        all = test::familyOf(supervisor);
        ::kill(supervisor, SIGKILL);
        EXPECT_EQ(test::leftOf(all), 0);
        EXPECT_EQ(segmentsOf(all), 0);
    }
    EXPECT_EQ(folder.entries(), 1);
    {
        LiveSystem next(real({"cache"}), true);
        EXPECT_TRUE(next.isUp());
        EXPECT_EQ(folder.entries(), 1);
    }
    EXPECT_EQ(folder.entries(), 0);
}

TEST(RealEnd, AComponentThatIsKilledIsToldAndTheRunGoesOn) {
    LiveSystem live(real(kAll, {"read_replicas=1"}));
    ASSERT_TRUE(live.isUp());
    const std::vector<std::pair<const char*, const char*>> nodes{{"cache", "Redis"},
                                                                 {"pooler", "PgBouncer"},
                                                                 {"replica-1", "PostgreSQL"},
                                                                 {"primary", "PostgreSQL"}};
    const auto all = test::familyOf(test::supervisorOf(live));
    for (const auto& [id, title] : nodes) ::kill(live.node(id).pid, SIGKILL);
    live.runFor(2);
    EXPECT_EQ(live.recorder().phase(), engine::Phase::running);
    for (const auto& [id, title] : nodes) {
        std::string told;
        for (const auto& e : live.timeline().events())
            if (e.text.find(std::string(id) + " died") != std::string::npos) told = e.detail;
        EXPECT_THAT(told, HasSubstr(std::string(title) + " was killed by signal 9")) << id;
        EXPECT_FALSE(live.timeline().samples().back().nodes.at(id).alive) << id;
    }
    EXPECT_EQ(segmentsOf(all), 0);
}
