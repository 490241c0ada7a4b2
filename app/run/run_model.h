// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>
#include <QUndoStack>
#include <map>
#include <memory>

#include "app/run/effects.h"
#include "app/run/engine_retirement.h"
#include "app/run/figures.h"
#include "app/run/history.h"
#include "app/run/slow_request_store.h"
#include "app/twin/twin_follower.h"
#include "app/twin/twin_source.h"
#include "simulator/judge/diagnosis.h"
#include "simulator/judge/verdict.h"
#include "simulator/scenario/catalogue.h"
#include "simulator/scenario/scenario.h"

namespace tenfold::app {

/// Who runs the scenario: real processes, the simulated twin, or both side by side.
enum class EngineKind { live, simulated, both };

/// One run as the window sees it: the scenario, the engine that runs it, what it measured so far.
///
/// Lives on the window's thread. The engine's updates cross over through an UpdateQueue; views hear
/// of new samples at most four times a second (`ticked`), of everything else at once.
class RunModel : public QObject {
    Q_OBJECT
public:
    static constexpr int kTickMs = 250;
    static constexpr double kFaultS = 20;
    /// So long after a change the percentiles' window still fills.
    static constexpr double kSettleS = 10;

    /// `twins`: null when there are no simulated engines; it outlives this.
    RunModel(EngineFactory factory, const scenario::Catalogue& catalogue,
             scenario::Scenario scenario, TwinSource* twins = nullptr);
    ~RunModel() override;

    const scenario::Catalogue& catalogue() const { return m_catalogue; }
    const scenario::Scenario& scenario() const { return m_scenario; }
    const History& history() const { return m_history; }
    const Figures& figures() const { return m_figures; }
    const judge::Verdict& verdict() const { return m_verdict; }
    const judge::Diagnosis& diagnosis() const { return m_diagnosis; }
    const EffectTracker& effects() const { return m_effects; }
    const engine::Topology& topology() const { return m_topology; }
    const SlowRequestStore& slowRequests() const { return m_slowRequests; }
    /// The statements of the API and the database's plans for them, as it last told.
    const measure::StatementBook& statements() const { return m_statements; }
    engine::Phase phase() const { return m_phase; }
    const QString& failure() const { return m_failure; }
    bool isActive() const;  // nodes are there, or coming
    bool isNative() const { return m_scenario.hardware == "native"; }

    EngineKind engineKind() const { return m_kind; }
    bool isSimulated() const { return m_kind == EngineKind::simulated; }
    /// Live ↔ Both: the twin joins or leaves, the run goes on. To or from Simulated a run that was
    /// on starts anew. False, and nothing changes, when there can be no twin.
    bool chooseEngine(EngineKind kind);
    /// Why there can be no twin here and now; empty when there can.
    QString whyNoTwin() const;
    TwinSource* twins() const { return m_twins; }
    /// The twin beside the live run: empty unless the kind is Both.
    const History& twinHistory() const { return m_follower.history(); }
    /// Why the twin does not follow; empty: it does.
    const QString& twinTrouble() const { return m_follower.trouble(); }
    /// p99 of the steady windows, and what was answered in the last whole seconds.
    std::optional<TwinError> twinP99(View view = {}) const;
    std::optional<TwinError> twinAnsweredHz(View view = {}) const;
    double elapsedS() const { return static_cast<double>(m_history.endSlot()) * kSlotS; }
    /// Seconds since the last change of the system; nothing before the first.
    std::optional<double> sinceChangeS() const;
    /// Seconds until the figures count; 0 when they do.
    double settlingLeftS() const;
    /// What the tiles compare with: pinned figures, else those before the last change. Null when
    /// nothing was changed yet.
    const Baseline* baseline() const;
    /// From before the last change; null without one.
    const Baseline* before() const { return m_before ? &*m_before : nullptr; }
    bool isBaselinePinned() const { return m_pinned.has_value(); }
    /// Pins the figures of now, or lets them go. False when there are none to pin.
    bool togglePinnedBaseline();
    /// Seconds a fault has still to run; 0 when it does not.
    double faultLeftS(const std::string& name) const;
    QUndoStack& undoStack() { return m_undo; }

    /// Starts, pauses or resumes, whichever is next.
    void toggleRun();
    void start(bool isPaused = false);
    /// Back to the scenario as it was loaded, without a history. A run that was on starts anew.
    void reset();
    /// Takes another scenario; what ran is ended in the background.
    void load(scenario::Scenario scenario);
    /// Ends the run in the background.
    void end();

    /// Changes by a person: undoable. `text` is what the flag says.
    void changeDesign(const scenario::Design& design, const QString& text);
    void changeMechanism(const std::string& mechanism, const scenario::Setting& setting);
    void changeUsers(double dailyActiveUsers);
    void changeMachines(const scenario::Machines& machines);
    void startFault(const std::string& name);

    /// Carries out a change: for the undo commands. Not undoable itself.
    void apply(engine::Change change);
    /// The number of the latest flag with this text; 0 when there is none.
    int flagNumber(const QString& text) const;

Q_SIGNALS:
    void phaseChanged();
    void ticked();
    void topologyChanged();
    void eventAdded();
    /// A switch is about to be set to another value; the scenario is still the old one.
    void switching(const std::string& mechanism, const std::string& value, const QString& text);
    void engineChanged();
    /// The scenario's design, tier or machines are different now.
    void scenarioChanged();
    /// Another scenario altogether, or the same from the start: forget what was shown.
    void restarted();

private:
    void onWake();
    void onTick();
    void handle(engine::Update update);
    void judgeNow();
    std::shared_ptr<UpdateQueue> makeQueue();
    void launchSimulated();
    void onTwinsSettled();
    void showNodesOf(const measure::Sample& sample);
    void joinTwin();
    void leaveTwin();
    void fail(const QString& reason);
    void trackEffect(const std::string& mechanism);
    void keepAsBefore(const measure::Event& change);
    void forget();

    EngineFactory m_factory;
    const scenario::Catalogue& m_catalogue;
    scenario::Scenario m_loaded;
    scenario::Scenario m_scenario;

    TwinSource* m_twins;
    EngineKind m_kind = EngineKind::live;
    TwinFollower m_follower;
    bool m_isStartedPaused = false;

    EngineRetirement m_retirement;
    std::shared_ptr<UpdateQueue> m_updates;
    std::unique_ptr<engine::Engine> m_engine;
    engine::Phase m_phase = engine::Phase::idle;
    QString m_failure;
    engine::Topology m_topology;
    SlowRequestStore m_slowRequests;
    measure::StatementBook m_statements;

    History m_history;
    Figures m_figures;
    std::optional<Baseline> m_before;
    std::optional<Baseline> m_pinned;
    judge::Verdict m_verdict;
    judge::Diagnosis m_diagnosis;
    EffectTracker m_effects;
    std::size_t m_effectAfterEvent = 0;  // its flag is at this place or later
    std::map<std::string, double> m_faultEndsAtS;

    QUndoStack m_undo;
    QTimer m_tick;
    QElapsedTimer m_sinceTick;
    bool m_hasNewSamples = false;
};

/// "Read replicas: none → two", from the catalogue's words.
QString describeChange(const scenario::Catalogue& catalogue, const scenario::Design& before,
                       const scenario::Design& after);

}  // namespace tenfold::app
