// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/supervisor/session.h"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cmath>
#include <thread>

#include "simulator/hardware/assets.h"
#include "simulator/mechanisms/catalogue.h"

namespace tenfold::supervisor {

namespace asio = boost::asio;
using asio::awaitable;
using measure::EventKind;
using nlohmann::json;

namespace {
constexpr std::size_t kMaxCommands = 256;
constexpr auto kTick = std::chrono::milliseconds(25);
constexpr double kCrowdFactor = 3;

std::string roleTitle(const std::string& role) {
    return role == "instance" ? "API instance" : role;
}
}  // namespace

Session::Session(asio::io_context& io, Emit emit)
    : m_io(io), m_emit(std::move(emit)), m_wake(io), m_ticker(io) {
    asio::co_spawn(m_io, work(), asio::detached);
}

double Session::nowMs() const {
    return static_cast<double>(measure::monotonicNow() - m_clock.t0Ns) / 1e6;
}

void Session::phase(const std::string& name, const std::string& reason) {
    json line = {{"phase", name}};
    if (!reason.empty()) line["reason"] = reason;
    m_emit(line);
}

void Session::event(EventKind kind, std::string text, std::string detail, bool isFlag) {
    measure::Event e;
    e.kind = kind;
    e.atMs = std::max(0.0, nowMs());
    e.version = isFlag && m_system ? m_system->version() : 0;
    e.number = isFlag ? ++m_flags : 0;
    e.text = std::move(text);
    e.detail = std::move(detail);
    m_emit({{"event", measure::toJson(e)}});
}

void Session::command(json line) {
    if (m_commands.size() >= kMaxCommands) {
        event(EventKind::note, "a command was refused", "256 commands are waiting already", false);
        return;
    }
    m_commands.push_back(std::move(line));
    m_wake.cancel();
}

void Session::inputEnded() {
    m_commands.push_back({{"cmd", "stop"}, {"quick", true}});
    m_wake.cancel();
}

awaitable<void> Session::work() {
    while (!m_hasEnded) {
        if (m_commands.empty()) {
            m_wake.expires_at(asio::steady_timer::time_point::max());
            boost::system::error_code ignored;
            co_await m_wake.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
            continue;
        }
        const json line = std::move(m_commands.front());
        m_commands.pop_front();
        std::string failure;
        try {
            co_await carryOut(line);
        } catch (const std::exception& e) {
            failure = e.what();
        }
        if (failure.empty()) continue;
        if (line.value("cmd", "") == "start") {
            phase("failed", failure);
            m_isEnding = true;
            if (m_system) co_await m_system->stop();
            m_hasEnded = true;
            m_io.stop();
        } else {
            event(EventKind::note, "a change could not be made", failure, false);
        }
    }
}

awaitable<void> Session::carryOut(const json& line) {
    const auto cmd = line.at("cmd").get<std::string>();
    if (cmd == "start") {
        co_await start(line);
        co_return;
    }
    if (cmd == "stop") {
        if (line.value("quick", false)) {
            m_isEnding = true;
            if (m_system) co_await m_system->stop();
            m_hasEnded = true;
            m_io.stop();
        } else {
            co_await finish();
        }
        co_return;
    }
    if (!m_system) throw std::runtime_error("nothing runs yet: " + cmd);
    Target target = m_system->target();
    if (cmd == "design") {
        target.design = scenario::designFromTrustedJson(line.at("design"));
        co_await changeTo(std::move(target), EventKind::switched, line.value("text", "design"));
    } else if (cmd == "machines") {
        target.machines.instanceFactor = line.at("machines").at("instance_factor").get<int>();
        target.machines.databaseCoreFactor =
            line.at("machines").at("database_core_factor").get<int>();
        const auto h = target.effectiveHardware();
        co_await changeTo(
            std::move(target), EventKind::machines,
            fmt::format("machines: {} instances, {} database cores", h.instances, h.primaryCores));
    } else if (cmd == "users") {
        m_scenario.workload.dailyActiveUsers = line.at("daily_active_users").get<double>();
        target.hardware = hardware::profileFromJson(line.at("hardware"));
        const auto text = fmt::format("{} daily users",
                                      scenario::usersToText(m_scenario.workload.dailyActiveUsers));
        co_await changeTo(std::move(target), EventKind::tier, text);
        co_await applyLoad();
    } else if (cmd == "fault") {
        co_await fault(line.at("name").get<std::string>(), line.at("duration_s").get<double>());
    } else if (cmd == "end_fault") {
        co_await endFault(line.at("name").get<std::string>(), line.value("detail", ""));
    } else if (cmd == "pause" || cmd == "resume") {
        m_isPaused = cmd == "pause";
        co_await applyLoad();
        phase(m_isPaused ? "paused" : "running");
    } else {
        throw std::runtime_error("unknown command: " + cmd);
    }
}

awaitable<void> Session::start(const json& line) {
    m_scenario =
        scenario::scenarioFromJson(line.at("scenario"), mechanisms::catalogue(), "scenario");
    m_clock.t0Ns = line.value("t0_ns", measure::monotonicNow());
    Target target{m_scenario.design, m_scenario.machines,
                  hardware::profileFromJson(line.at("hardware"))};
    m_isPaused = line.value("paused", false);
    const bool isForPeople = line.value("without_load", false);
    if (!target.hardware.native && !isForPeople) {
        const auto cores = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
        const auto estimate = estimateHost(target, m_scenario.workload.rate().peakHz, cores);
        if (estimate.isRefused())
            throw RunError("this host is too small for a live run of this design: " +
                           estimate.text());
    }
    phase("starting");
    System::Hooks hooks;
    hooks.onLine = [this](const std::string& node, const json& l) {
        if (l.contains("sample") && m_merger)
            m_merger->add(node, measure::sampleFromJson(l["sample"]));
        if (l.contains("event"))
            event(EventKind::note, l["event"].get<std::string>(), l.value("detail", ""), false);
    };
    hooks.onStarted = [this](const std::string& node) {
        m_merger->expect(node, measure::monotonicNow());
    };
    hooks.onGone = [this](const std::string& node) { m_merger->forget(node); };
    hooks.onTopology = [this] { m_emit({{"topology", m_system->topologyJson()}}); };
    m_merger = std::make_unique<SlotMerger>(m_clock, [this](measure::Sample s) {
        s.hostCpu = m_hostShare;
        if (m_system) {
            s.version = std::max(s.version, m_system->version());
            for (const auto& c : m_system->nodes())
                if (!c->isAlive()) {
                    s.nodes[c->id()].role = c->role();
                    s.nodes[c->id()].alive = false;
                }
        }
        m_emit({{"sample", measure::toJson(s)}});
    });
    m_system = std::make_unique<System>(m_io, m_clock, m_scenario, hooks);
    co_await m_system->start(std::move(target));
    tick();
    co_await applyLoad();
    phase(m_isPaused ? "paused" : "running");
    for (const auto& f : m_scenario.faults) {
        auto timer = std::make_shared<asio::steady_timer>(m_io);
        timer->expires_after(std::chrono::milliseconds(static_cast<int>(f.atS * 1000)));
        timer->async_wait([this, f, timer](boost::system::error_code e) {
            if (!e) command({{"cmd", "fault"}, {"name", f.name}, {"duration_s", f.durationS}});
        });
    }
}

void Session::tick() {
    if (m_isEnding && !m_system) return;
    const auto now = measure::monotonicNow();
    if (const auto slot = m_clock.slotAt(now); slot != m_hostSlot) {
        m_hostShare = m_host.sinceLast();
        m_hostSlot = slot;
    }
    m_merger->advance(now);
    m_ticker.expires_after(kTick);
    m_ticker.async_wait([this](boost::system::error_code e) {
        if (!e) tick();
    });
}

awaitable<void> Session::applyLoad() {
    const double rateHz = m_isPaused ? 0 : m_scenario.workload.rate().peakHz * m_crowdFactor;
    const double abuserHz = m_isPaused || !m_hasAbuser ? 0
                                                       : m_scenario.workload.rate().peakHz *
                                                             m_scenario.workload.abuserFactor;
    co_await m_system->setLoad(rateHz, abuserHz);
}

awaitable<void> Session::changeTo(Target target, EventKind kind, std::string text) {
    const std::string detail = co_await m_system->change(std::move(target));
    event(kind, std::move(text), detail, true);
}

void Session::endFaultLater(std::string name, double durationS, std::string detail) {
    auto timer = std::make_shared<asio::steady_timer>(m_io);
    timer->expires_after(std::chrono::milliseconds(static_cast<int>(durationS * 1000)));
    timer->async_wait([this, name, detail, timer](boost::system::error_code e) {
        if (!e) command({{"cmd", "end_fault"}, {"name", name}, {"detail", detail}});
    });
}

awaitable<void> Session::fault(std::string name, double durationS) {
    const std::string title = scenario::titleOfFault(name);
    std::string detail;
    if (name == "flash_crowd" || name == "abusive_client") {
        if (name == "flash_crowd") m_crowdFactor = kCrowdFactor;
        if (name == "abusive_client") m_hasAbuser = true;
        m_system->countChange();
        co_await applyLoad();
    } else if (name == "kill_instance" || name == "kill_replica") {
        detail = m_system->killOne(name == "kill_instance" ? "instance" : "replica");
        if (detail.empty()) {
            event(EventKind::note, title + ": there is none", "", false);
            co_return;
        }
        m_system->countChange();
    } else if (name == "rolling_deploy") {
        m_system->countChange();
        event(EventKind::fault, title, "new instances start beside the old", true);
        co_await m_system->rollingDeploy(durationS);
        event(EventKind::faultEnded, title + " ended", "", true);
        co_return;
    } else {
        throw std::runtime_error("unknown fault: " + name);
    }
    event(EventKind::fault, title, detail, true);
    endFaultLater(name, durationS, detail);
}

awaitable<void> Session::endFault(std::string name, std::string detail) {
    if (name == "flash_crowd") m_crowdFactor = 1;
    if (name == "abusive_client") m_hasAbuser = false;
    if (name == "flash_crowd" || name == "abusive_client") {
        m_system->countChange();
        co_await applyLoad();
    } else {
        co_await m_system->restore();
    }
    event(EventKind::faultEnded, scenario::titleOfFault(name) + " ended", detail, true);
}

void Session::childEnded(pid_t pid, int status) {
    if (!m_system) return;
    const auto child = m_system->markDead(pid, status);
    if (!child || child->isExpectedToEnd || m_isEnding) return;
    // A child that never got ready is told as the reason of the failed start.
    if (child->port == 0 && child->role() != "generator") return;
    event(EventKind::node, roleTitle(child->role()) + " " + child->id() + " died",
          child->deathReason(), false);
    m_emit({{"topology", m_system->topologyJson()}});
}

awaitable<void> Session::finish() {
    phase("stopping");
    if (m_system) {
        co_await m_system->drain();
        // One more slot, so that what was drained is reported.
        asio::steady_timer timer(m_io, std::chrono::milliseconds(800));
        boost::system::error_code ignored;
        co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
        m_isEnding = true;
        m_ticker.cancel();
        co_await m_system->stop();
    }
    phase("idle");
    m_hasEnded = true;
    m_io.stop();
}

}  // namespace tenfold::supervisor
