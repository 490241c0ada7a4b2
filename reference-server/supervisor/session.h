// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "reference-server/supervisor/host_usage.h"
#include "reference-server/supervisor/slot_merger.h"
#include "reference-server/supervisor/system.h"
#include "simulator/load/carried_out.h"
#include "simulator/measure/timeline.h"

namespace tenfold::supervisor {

/// One run: takes the engine's commands, one change at a time, and says what happened.
///
/// In:  {"cmd":"start","scenario":{…},"hardware":{…},"t0_ns","paused"}, {"cmd":"design","design",
///      "text"}, {"cmd":"machines","machines"}, {"cmd":"users","daily_active_users","hardware"},
///      {"cmd":"fault","name","duration_s"}, {"cmd":"pause"}, {"cmd":"resume"}, {"cmd":"stop"}
/// Out: {"phase","reason"?}, {"topology":[…]}, {"sample":{…}}, {"event":{…}},
///      {"slow_requests":[…]}, {"statements":{…}}
class Session {
public:
    using Emit = std::function<void(const nlohmann::json&)>;
    Session(boost::asio::io_context& io, Emit emit);

    /// Queues a command of the owner; at most 256 wait, more are refused with an event.
    void command(nlohmann::json line);
    void childEnded(pid_t pid, int status);
    /// No more commands will come: end everything, whatever is under way.
    void inputEnded();
    bool hasEnded() const { return m_hasEnded; }

private:
    boost::asio::awaitable<void> work();
    boost::asio::awaitable<void> carryOut(const nlohmann::json& line);
    boost::asio::awaitable<void> start(const nlohmann::json& line);
    boost::asio::awaitable<void> changeTo(Target target, measure::EventKind kind, std::string text);
    void checkHost(const Target& target, double rateHz) const;
    boost::asio::awaitable<void> changeUsers(double dailyActiveUsers,
                                             hardware::HardwareProfile hardware);
    boost::asio::awaitable<void> fault(std::string name, double durationS);
    boost::asio::awaitable<void> applyTrouble();
    boost::asio::awaitable<void> applySwitchedFault(const std::string& name);
    boost::asio::awaitable<void> endFault(std::string name, std::string detail);
    boost::asio::awaitable<void> finish();
    boost::asio::awaitable<void> endNow();
    boost::asio::awaitable<void> applyLoad(bool isChange);
    void enqueue(nlohmann::json line);
    void enqueueLater(double afterS, nlohmann::json line);
    void carriedOut(const nlohmann::json& what);
    void emitSample(measure::Sample sample);
    void phase(const std::string& name, const std::string& reason = "");
    void event(measure::EventKind kind, std::string text, std::string detail, bool isFlag);
    void tick();
    double nowMs() const;

    boost::asio::io_context& m_io;
    Emit m_emit;
    std::deque<nlohmann::json> m_commands;
    boost::asio::steady_timer m_wake;
    boost::asio::steady_timer m_ticker;
    std::unique_ptr<System> m_system;
    std::unique_ptr<SlotMerger> m_merger;
    measure::SlotClock m_clock;
    scenario::Scenario m_scenario;
    HostUsage m_host;
    load::CarriedOut m_carriedOut;
    std::map<std::string, std::uint64_t> m_duplicates;  // not yet in a sample, by endpoint
    std::int64_t m_hostSlot = -1;
    int m_flags = 0;
    bool m_isPaused = false;
    std::map<std::string, int> m_underWay;  // faults that have begun and not ended, by name
    bool m_isEnding = false;
    bool m_hasEnded = false;
};

}  // namespace tenfold::supervisor
