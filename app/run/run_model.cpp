// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/run/run_model.h"

#include <QStringList>

#include "app/run/change_command.h"
#include "app/theme/words.h"

namespace tenfold::app {

using engine::Phase;

namespace {

const Figures kNoFigures{};

std::string valueWords(const scenario::MechanismSpec& spec, const std::string& value) {
    std::string out;
    std::size_t from = 0;
    while (from <= value.size()) {
        const auto plus = std::min(value.find('+', from), value.size());
        const auto id = value.substr(from, plus - from);
        const auto* found = scenario::findValue(spec, id);
        out += (out.empty() ? "" : " + ") + (found ? found->title : id);
        from = plus + 1;
    }
    return out;
}

}  // namespace

QString describeChange(const scenario::Catalogue& catalogue, const scenario::Design& before,
                       const scenario::Design& after) {
    QStringList parts;
    for (const auto& spec : catalogue.specs()) {
        const auto& a = before.of(spec.id);
        const auto& b = after.of(spec.id);
        const auto title = QString::fromStdString(spec.title);
        if (a.value != b.value)
            parts << QString("%1: %2 → %3")
                         .arg(title, QString::fromStdString(valueWords(spec, a.value)).toLower(),
                              QString::fromStdString(valueWords(spec, b.value)).toLower());
        for (const auto& parameter : spec.parameters) {
            const double x = before.parameter(spec.id, parameter.id, parameter.initial);
            const double y = after.parameter(spec.id, parameter.id, parameter.initial);
            if (x == y) continue;
            const auto name = QString::fromStdString(parameter.title).toLower();
            if (parameter.isBool) {
                parts << QString("%1: %2 %3").arg(title, name, y != 0 ? "on" : "off");
            } else if (const auto place = static_cast<std::size_t>(y);
                       place < parameter.options.size()) {
                parts << QString("%1: %2 %3")
                             .arg(title, name,
                                  QString::fromStdString(parameter.options[place].title).toLower());
            } else {
                const auto unit = QString::fromStdString(parameter.unit);
                parts << QString("%1: %2 %3 → %4%5")
                             .arg(title, name)
                             .arg(x)
                             .arg(y)
                             .arg(unit.isEmpty() ? "" : " " + unit);
            }
        }
    }
    return parts.join(", ");
}

RunModel::RunModel(EngineFactory factory, const scenario::Catalogue& catalogue,
                   scenario::Scenario scenario, TwinSource* twins)
    : m_factory(std::move(factory)),
      m_catalogue(catalogue),
      m_loaded(scenario),
      m_scenario(std::move(scenario)),
      m_twins(twins),
      m_effects(catalogue) {
    m_tick.setSingleShot(true);
    m_tick.setTimerType(Qt::PreciseTimer);
    connect(&m_tick, &QTimer::timeout, this, &RunModel::onTick);
    m_sinceTick.start();
    if (m_twins) connect(m_twins, &TwinSource::settled, this, &RunModel::onTwinsSettled);
    judgeNow();
}

RunModel::~RunModel() {
    end();
}

bool RunModel::isActive() const {
    return m_phase == Phase::starting || m_phase == Phase::running || m_phase == Phase::paused;
}

std::optional<double> RunModel::sinceChangeS() const {
    const auto* change = m_history.lastChange();
    if (!change) return std::nullopt;
    return std::max(0.0, elapsedS() - change->atMs / 1000);
}

double RunModel::settlingLeftS() const {
    const auto since = sinceChangeS();
    return since && m_phase == Phase::running ? std::max(0.0, kSettleS - *since) : 0;
}

const Baseline* RunModel::baseline() const {
    if (m_pinned) return &*m_pinned;
    return m_before ? &*m_before : nullptr;
}

bool RunModel::togglePinnedBaseline() {
    if (m_pinned) {
        m_pinned.reset();
    } else if (m_figures.p95) {
        m_pinned = baselineOf(m_figures, tr("the baseline pinned at %1").arg(clock(elapsedS())));
    } else {
        return false;
    }
    Q_EMIT ticked();
    return true;
}

void RunModel::keepAsBefore(const measure::Event& change) {
    using measure::EventKind;
    // The end of a fault is no change of anybody's: what it is held against is from before it.
    if (change.version == 0 || change.kind == EventKind::faultEnded ||
        change.kind == EventKind::node)
        return;
    // Of changes in quick succession the figures between them say nothing.
    if (!m_figures.p95) return;
    m_before = baselineOf(m_figures, tr("before %1").arg(circledNumber(change.number)));
    m_before->number = change.number;
    m_before->untilS = change.atMs / 1000;
    if (const auto* previous = m_history.lastChange()) m_before->fromS = previous->atMs / 1000;
}

void RunModel::forget() {
    m_history.clear();
    m_slowRequests.clear();
    m_statements = {};
    m_effects.clear();
    m_faultEndsAtS.clear();
    m_figures = kNoFigures;
    m_before.reset();
    m_pinned.reset();
    m_failure.clear();
}

double RunModel::faultLeftS(const std::string& name) const {
    const auto it = m_faultEndsAtS.find(name);
    return it == m_faultEndsAtS.end() ? 0 : std::max(0.0, it->second - elapsedS());
}

void RunModel::toggleRun() {
    if (m_phase == Phase::running) {
        m_engine->pause();
    } else if (m_phase == Phase::paused) {
        m_engine->resume();
    } else if (m_phase == Phase::idle || m_phase == Phase::failed) {
        start();
    }
}

void RunModel::start(bool isPaused) {
    end();
    forget();
    m_phase = Phase::starting;
    judgeNow();
    Q_EMIT restarted();
    Q_EMIT phaseChanged();

    m_isStartedPaused = isPaused;
    if (isSimulated()) {
        launchSimulated();
        return;
    }
    m_updates = makeQueue();
    m_engine = m_factory([updates = m_updates](engine::Update u) { updates->push(std::move(u)); });
    m_follower.begin(m_scenario);
    joinTwin();
    m_engine->start(m_scenario, isPaused);
}

std::shared_ptr<UpdateQueue> RunModel::makeQueue() {
    return std::make_shared<UpdateQueue>(
        [this] { QMetaObject::invokeMethod(this, &RunModel::onWake, Qt::QueuedConnection); });
}

void RunModel::end() {
    m_tick.stop();
    m_hasNewSamples = false;
    if (m_engine) m_retirement.retire(std::move(m_engine), std::move(m_updates));
    m_engine.reset();
    leaveTwin();
    m_topology = {};
    m_phase = Phase::idle;
}

void RunModel::reset() {
    const bool wasActive = isActive();
    load(m_loaded);
    if (wasActive) start();
}

void RunModel::load(scenario::Scenario scenario) {
    end();
    m_loaded = scenario;
    m_scenario = std::move(scenario);
    if (!whyNoTwin().isEmpty()) m_kind = EngineKind::live;
    forget();
    m_undo.clear();
    judgeNow();
    Q_EMIT scenarioChanged();
    Q_EMIT restarted();
    Q_EMIT phaseChanged();
    Q_EMIT topologyChanged();
    Q_EMIT engineChanged();
}

void RunModel::changeDesign(const scenario::Design& design, const QString& text) {
    if (design == m_scenario.design) return;
    // A parameter being moved is one change, however many steps the hand took.
    QString mergeKey;
    bool isOneParameter = true;
    for (const auto& [id, setting] : design.settings()) {
        const auto& before = m_scenario.design.of(id);
        if (before == setting) continue;
        if (before.value != setting.value || !mergeKey.isEmpty()) isOneParameter = false;
        for (const auto& [name, value] : setting.parameters) {
            const auto it = before.parameters.find(name);
            if (it == before.parameters.end() || it->second == value) continue;
            if (!mergeKey.isEmpty()) isOneParameter = false;
            mergeKey = QString::fromStdString(id + "." + name);
        }
    }
    m_undo.push(new ChangeCommand(*this, engine::DesignChange{design, {}},
                                  engine::DesignChange{m_scenario.design, {}}, text,
                                  isOneParameter ? mergeKey : QString()));
}

void RunModel::changeMechanism(const std::string& mechanism, const scenario::Setting& setting) {
    scenario::Design design = m_scenario.design;
    design.put(mechanism, setting);
    changeDesign(design, describeChange(m_catalogue, m_scenario.design, design));
}

void RunModel::changeUsers(double dailyActiveUsers) {
    const double before = m_scenario.workload.dailyActiveUsers;
    if (before == dailyActiveUsers) return;
    m_undo.push(
        new ChangeCommand(*this, engine::UsersChange{dailyActiveUsers}, engine::UsersChange{before},
                          QString("%1 → %2 daily users")
                              .arg(QString::fromStdString(scenario::usersToText(before)),
                                   QString::fromStdString(scenario::usersToText(dailyActiveUsers))),
                          {}));
}

void RunModel::changeMachines(const scenario::Machines& machines) {
    if (machines == m_scenario.machines) return;
    QStringList parts;
    const auto& before = m_scenario.machines;
    if (machines.instanceFactor != before.instanceFactor)
        parts << QString("%1 × instances").arg(machines.instanceFactor);
    if (machines.databaseCoreFactor != before.databaseCoreFactor)
        parts << QString("%1 × database cores").arg(machines.databaseCoreFactor);
    m_undo.push(new ChangeCommand(*this, engine::MachinesChange{machines},
                                  engine::MachinesChange{before}, parts.join(", "), {}));
}

void RunModel::startFault(const std::string& name) {
    if (m_phase != Phase::running || faultLeftS(name) > 0) return;
    m_faultEndsAtS[name] = elapsedS() + kFaultS;
    m_follower.asked(engine::FaultStart{name, kFaultS});
    m_engine->apply(engine::FaultStart{name, kFaultS});
    Q_EMIT scenarioChanged();
}

void RunModel::apply(engine::Change change) {
    if (const auto* c = std::get_if<engine::DesignChange>(&change)) {
        std::string only;
        int changed = 0;
        for (const auto& [id, setting] : c->design.settings()) {
            if (m_scenario.design.of(id) == setting) continue;
            only = id;
            ++changed;
        }
        if (changed == 1) {
            trackEffect(only);
            const auto& value = c->design.of(only).value;
            const auto& before = m_scenario.design.of(only);
            if (value != before.value && c->design.of(only).parameters == before.parameters)
                Q_EMIT switching(only, value, QString::fromStdString(c->text));
        } else {
            m_effects.end();
        }
        m_scenario.design = c->design;
    } else if (const auto* u = std::get_if<engine::UsersChange>(&change)) {
        m_effects.end();
        m_scenario.workload.dailyActiveUsers = u->dailyActiveUsers;
    } else if (const auto* m = std::get_if<engine::MachinesChange>(&change)) {
        m_effects.end();
        m_scenario.machines = m->machines;
    }
    if (m_engine && isActive()) {
        m_follower.asked(change);
        m_engine->apply(std::move(change));
    }
    Q_EMIT scenarioChanged();
}

void RunModel::trackEffect(const std::string& mechanism) {
    m_effects.end();
    m_effectAfterEvent = m_history.events().size();
    if (m_phase == Phase::running) m_effects.begin(mechanism, m_figures);
}

int RunModel::flagNumber(const QString& text) const {
    const auto wanted = text.toStdString();
    const auto& events = m_history.events();
    for (auto it = events.rbegin(); it != events.rend(); ++it)
        if (it->text == wanted) return it->number;
    return 0;
}

void RunModel::onWake() {
    if (!m_updates) return;
    for (auto& update : m_updates->takeAll()) handle(std::move(update));
    if (!m_hasNewSamples || m_tick.isActive()) return;
    const auto wait = std::max<qint64>(0, kTickMs - m_sinceTick.elapsed());
    m_tick.start(static_cast<int>(wait));
}

void RunModel::handle(engine::Update update) {
    if (auto* sample = std::get_if<measure::Sample>(&update)) {
        isSimulated() ? showNodesOf(*sample) : m_follower.onSample(*sample);
        m_history.add(std::move(*sample));
        m_hasNewSamples = true;
    } else if (auto* event = std::get_if<measure::Event>(&update)) {
        if (event->kind == measure::EventKind::fault ||
            event->kind == measure::EventKind::faultEnded)
            m_effects.end();
        keepAsBefore(*event);
        if (!isSimulated()) m_follower.onEvent(*event);
        m_history.add(std::move(*event));
        Q_EMIT eventAdded();
    } else if (auto* topology = std::get_if<engine::Topology>(&update)) {
        m_topology = std::move(*topology);
        Q_EMIT topologyChanged();
    } else if (auto* slow = std::get_if<measure::SlowRequests>(&update)) {
        m_slowRequests.add(std::move(*slow));
    } else if (auto* statements = std::get_if<measure::StatementBook>(&update)) {
        m_statements = std::move(*statements);
    } else if (auto* change = std::get_if<engine::PhaseChange>(&update)) {
        const bool wasPaused = m_phase == Phase::paused;
        m_phase = change->phase;
        if (m_phase == Phase::paused || (wasPaused && m_phase == Phase::running))
            m_follower.paused(m_phase == Phase::paused);
        if (m_phase == Phase::failed || m_phase == Phase::idle) leaveTwin();
        m_failure = QString::fromStdString(change->reason);
        if (m_phase == Phase::failed) onTick();
        Q_EMIT phaseChanged();
    }
}

void RunModel::onTick() {
    m_sinceTick.restart();
    m_hasNewSamples = false;
    m_follower.collect();
    m_figures = figuresOf(m_history);
    // A change waits for its acknowledgement: until its flag stands, the samples are still the old.
    const auto* change = m_history.lastChange();
    if (change && change >= m_history.events().data() + m_effectAfterEvent)
        m_effects.update(m_figures, *sinceChangeS());
    judgeNow();
    Q_EMIT ticked();
}

void RunModel::judgeNow() {
    const auto first = judge::firstToBreak(m_history.timeline());
    m_verdict = judge::judge(m_figures.window, m_scenario.objective,
                             scenario::usersToText(m_scenario.workload.dailyActiveUsers), first);
    m_diagnosis = judge::diagnose(m_history.timeline(), m_scenario, m_catalogue);
}

}  // namespace tenfold::app
