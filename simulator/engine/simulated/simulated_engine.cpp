// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/engine/simulated/simulated_engine.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <limits>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "simulator/engine/simulated/idle_priority.h"
#include "simulator/engine/simulated/simulate.h"

namespace tenfold::engine {

namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kSlot = std::chrono::milliseconds(250);
constexpr std::int64_t kSlotsPerSecond = 4;
constexpr std::size_t kMostCommands = 256;

struct Stop {};
struct Pause {
    bool isPaused;
};
using Command = std::variant<Change, Pause, Stop>;

class PacedEngine final : public SimulatedEngine {
public:
    PacedEngine(Handler handler, system::Inputs inputs, Pace pace)
        : m_handler(std::move(handler)), m_inputs(std::move(inputs)), m_pace(pace) {}

    ~PacedEngine() override {
        {
            std::lock_guard lock(m_mutex);
            m_isClosing = true;
        }
        m_wake.notify_all();
        if (m_thread.joinable()) m_thread.join();
    }

    void start(const scenario::Scenario& scenario, bool isPaused) override {
        m_thread = std::thread([this, scenario, isPaused] { run(scenario, isPaused); });
    }
    void apply(Change change) override { post(std::move(change)); }
    void pause() override { post(Pause{true}); }
    void resume() override { post(Pause{false}); }
    void stop() override { post(Stop{}); }
    void advanceTo(std::int64_t slot) override {
        {
            std::lock_guard lock(m_mutex);
            m_allowed = std::max(m_allowed, slot);
        }
        m_wake.notify_all();
    }

private:
    void post(Command command) {
        {
            std::lock_guard lock(m_mutex);
            // The end is always heard.
            if (m_commands.size() < kMostCommands || std::holds_alternative<Stop>(command))
                m_commands.push_back(std::move(command));
            else
                m_hasRefused = true;
        }
        m_wake.notify_all();
    }

    void run(const scenario::Scenario& scenario, bool isPaused) {
        takeIdlePriority();
        m_handler(PhaseChange{Phase::starting, ""});
        std::unique_ptr<system::System> system;
        try {
            // Beside a live run nobody looks at the twin's single requests.
            system::Options options;
            options.tellsSlow = m_pace == Pace::clock;
            system = makeSystem(scenario, m_inputs, options);
        } catch (const std::exception& e) {
            m_handler(PhaseChange{Phase::failed, e.what()});
            return;
        }
        if (isPaused) system->pause(true);
        m_handler(PhaseChange{isPaused ? Phase::paused : Phase::running, ""});
        tellPlans(scenario.design);
        const auto begun = Clock::now();
        while (const auto next = wait(*system, begun)) {
            if (const auto* command = std::get_if<Command>(&*next)) {
                if (std::holds_alternative<Stop>(*command)) {
                    drain(*system, scenario);
                    break;
                }
                try {
                    carryOut(*system, *command);
                } catch (const std::exception& e) {
                    note("a change could not be simulated", e.what(), *system);
                }
                continue;
            }
            emitSlot(*system);
            if (wasRefused())
                note("a command was refused", "256 commands are waiting already", *system);
        }
        m_handler(PhaseChange{Phase::idle, ""});
    }

    struct SlotDue {};
    using Next = std::variant<SlotDue, Command>;

    /// The next command, or that a slot is due; nothing when the engine goes.
    std::optional<Next> wait(const system::System& system, Clock::time_point begun) {
        std::unique_lock lock(m_mutex);
        while (true) {
            if (m_isClosing) return std::nullopt;
            if (!m_commands.empty()) {
                Next next = std::move(m_commands.front());
                m_commands.pop_front();
                return next;
            }
            if (m_pace == Pace::caller) {
                if (system.slot() <= m_allowed) return SlotDue{};
                m_wake.wait(lock);
                continue;
            }
            const auto due = begun + (system.slot() + 1) * kSlot;
            if (Clock::now() >= due) return SlotDue{};
            m_wake.wait_until(lock, due);
        }
    }

    bool wasRefused() {
        std::lock_guard lock(m_mutex);
        return std::exchange(m_hasRefused, false);
    }

    void emitSlot(system::System& system) {
        measure::Sample sample = system.nextSlot();
        for (auto& flag : system.takeFlags()) m_handler(std::move(flag));
        m_handler(std::move(sample));
        if (system.slot() % kSlotsPerSecond != 0) return;
        if (auto slow = system.takeSlow(); !slow.requests.empty()) m_handler(std::move(slow));
    }

    void tellPlans(const scenario::Design& design) {
        if (m_pace == Pace::clock && m_inputs.plans) m_handler(m_inputs.plans->under(design));
    }

    void drain(system::System& system, const scenario::Scenario& scenario) {
        m_handler(PhaseChange{Phase::stopping, ""});
        system.endLoad();
        const auto last =
            system.slot() + 2 + static_cast<std::int64_t>(scenario.workload.clientTimeoutMs / 250);
        while (!system.isDrained() && system.slot() < last) emitSlot(system);
    }

    void note(std::string text, std::string detail, const system::System& system,
              measure::EventKind kind = measure::EventKind::note) {
        measure::Event e;
        e.kind = kind;
        e.atMs = static_cast<double>(system.now()) / 1e6;
        e.text = std::move(text);
        e.detail = std::move(detail);
        m_handler(std::move(e));
    }

    void carryOut(system::System& system, const Command& command) {
        if (const auto* p = std::get_if<Pause>(&command)) {
            system.pause(p->isPaused);
            m_handler(PhaseChange{p->isPaused ? Phase::paused : Phase::running, ""});
            return;
        }
        const auto& change = std::get<Change>(command);
        if (const auto* d = std::get_if<DesignChange>(&change)) {
            system.change(d->design);
            system.flagChange(measure::EventKind::switched, d->text);
            tellPlans(d->design);
        } else if (const auto* m = std::get_if<MachinesChange>(&change)) {
            system.change(m->machines);
            system.flagChange(measure::EventKind::machines, "other machines");
        } else if (const auto* u = std::get_if<UsersChange>(&change)) {
            system.changeUsers(u->dailyActiveUsers);
            system.flagChange(measure::EventKind::tier,
                              scenario::usersToText(u->dailyActiveUsers) + " users");
        } else if (const auto* f = std::get_if<FaultStart>(&change)) {
            system.beginFault(f->name, f->durationS);
        }
    }

    Handler m_handler;
    system::Inputs m_inputs;
    Pace m_pace;
    std::mutex m_mutex;  // of what follows
    std::condition_variable m_wake;
    std::deque<Command> m_commands;
    std::int64_t m_allowed = -1;
    bool m_hasRefused = false;
    bool m_isClosing = false;
    std::thread m_thread;
};

}  // namespace

std::unique_ptr<SimulatedEngine> makeSimulatedEngine(Engine::Handler handler, system::Inputs inputs,
                                                     SimulatedEngine::Pace pace) {
    return std::make_unique<PacedEngine>(std::move(handler), std::move(inputs), pace);
}

}  // namespace tenfold::engine
