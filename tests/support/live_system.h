// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <gtest/gtest.h>
#include <httplib.h>

#include <chrono>
#include <string>

#include "reference-server/protocol/access_token.h"
#include "simulator/cli/inputs.h"
#include "simulator/cli/recorder.h"
#include "simulator/mechanisms/catalogue.h"

namespace tenfold::test {

/// A live system as a test wants it: real processes, real sockets, real SQL.
class LiveSystem {
public:
    explicit LiveSystem(scenario::Scenario scenario, bool isPaused = false)
        : m_scenario(std::move(scenario)), m_recorder(TENFOLD_BIN_DIR "/tenfold-server") {
        m_recorder.engine().start(m_scenario, isPaused);
        const auto wanted = isPaused ? engine::Phase::paused : engine::Phase::running;
        m_isUp = m_recorder.waitFor([&] { return m_recorder.phase() == wanted; },
                                    std::chrono::seconds(120));
        EXPECT_TRUE(m_isUp) << m_recorder.failure();
    }
    ~LiveSystem() { stop(); }

    bool isUp() const { return m_isUp; }
    cli::Recorder& recorder() { return m_recorder; }
    const measure::Timeline& timeline() const { return m_recorder.timeline(); }

    void runFor(double seconds) {
        const auto last = timeline().lastSlot() + static_cast<std::int64_t>(seconds * 4);
        m_recorder.waitFor([&] { return timeline().lastSlot() >= last; },
                           std::chrono::milliseconds(static_cast<long>(seconds * 1000) + 20'000));
    }
    /// Flips switches and waits until the flag stands.
    void set(const std::vector<std::string>& assignments) {
        scenario::Problems problems;
        for (const auto& a : assignments)
            m_scenario.design.set(a, mechanisms::catalogue(), problems);
        EXPECT_TRUE(problems.empty()) << problems.joined();
        apply(engine::DesignChange{m_scenario.design, "test"});
    }
    void apply(engine::Change change) {
        const auto flags = countFlags();
        m_recorder.engine().apply(std::move(change));
        EXPECT_TRUE(
            m_recorder.waitFor([&] { return countFlags() > flags; }, std::chrono::seconds(60)));
    }
    /// Waits until so many flags stand on the timeline.
    void waitForFlags(int wanted) {
        EXPECT_TRUE(
            m_recorder.waitFor([&] { return countFlags() >= wanted; }, std::chrono::seconds(60)));
    }
    const std::vector<engine::NodeAddress>& topology() const { return m_recorder.topology().nodes; }
    /// Ends the load, drains, stops. Everything offered has ended then.
    void stop() {
        if (m_isStopped) return;
        m_isStopped = true;
        m_recorder.engine().stop();
        m_recorder.waitFor(
            [&] {
                return m_recorder.phase() == engine::Phase::idle ||
                       m_recorder.phase() == engine::Phase::failed;
            },
            std::chrono::seconds(30));
    }

    /// Sum over the slots after the last change, but for the first `skip`.
    measure::Sample sinceChange(int skip = 2) const {
        return timeline().window(timeline().slotAfterLastChange() + skip, timeline().lastSlot());
    }
    engine::NodeAddress node(const std::string& id) const {
        for (const auto& n : m_recorder.topology().nodes)
            if (n.id == id) return n;
        ADD_FAILURE() << "no node " << id;
        return {};
    }
    httplib::Client client(const std::string& id = "gateway") const {
        httplib::Client c("127.0.0.1", node(id).port);
        c.set_tcp_nodelay(true);
        c.set_read_timeout(10, 0);
        return c;
    }
    httplib::Headers as(std::uint64_t user) const {
        return {{"Authorization", "Bearer " + protocol::accessToken(m_scenario.seed, user)}};
    }

private:
    int countFlags() const {
        int n = 0;
        for (const auto& e : timeline().events()) n += e.number > 0;
        return n;
    }
    scenario::Scenario m_scenario;
    cli::Recorder m_recorder;
    bool m_isUp = false;
    bool m_isStopped = false;
};

/// A shipped scenario with flags, as the command line makes it.
inline scenario::Scenario shipped(const std::string& name, const std::vector<std::string>& set = {},
                                  const std::string& tier = "10k") {
    cli::ScenarioFlags flags;
    flags.scenario = name;
    flags.tier = tier;
    flags.set = set;
    return cli::scenarioFrom(flags);
}

/// Runs a command and returns what it printed, both streams.
inline std::string shell(const std::string& command) {
    std::string out;
    FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
    char chunk[4096];
    while (const auto n = std::fread(chunk, 1, sizeof chunk, pipe)) out.append(chunk, n);
    ::pclose(pipe);
    return out;
}

}  // namespace tenfold::test
