// SPDX-License-Identifier: GPL-3.0-or-later
// Which engine runs: the part of the run model that knows the simulated one.
#include <algorithm>

#include "app/run/run_model.h"
#include "app/twin/relayed_engine.h"

namespace tenfold::app {

using engine::Phase;

QString RunModel::whyNoTwin() const {
    if (!m_twins) return tr("This build has no simulated engine.");
    if (!m_twins->failure().isEmpty()) return tr("No twin: %1").arg(m_twins->failure());
    return app::whyNoTwin(m_scenario);
}

bool RunModel::chooseEngine(EngineKind kind) {
    if (kind == m_kind) return true;
    if (kind != EngineKind::live && !whyNoTwin().isEmpty()) return false;
    const bool isOtherRun = isSimulated() || kind == EngineKind::simulated;
    const bool wasActive = isActive();
    if (isOtherRun) end();
    m_kind = kind;
    if (!isOtherRun) {
        kind == EngineKind::both ? joinTwin() : leaveTwin();
    } else if (wasActive) {
        start(m_isStartedPaused);
    } else {
        // What is on the charts was made by another engine.
        forget();
        judgeNow();
        Q_EMIT restarted();
        Q_EMIT phaseChanged();
        Q_EMIT topologyChanged();
    }
    Q_EMIT engineChanged();
    Q_EMIT ticked();
    return true;
}

void RunModel::launchSimulated() {
    if (!m_twins || !m_twins->failure().isEmpty()) return fail(whyNoTwin());
    if (!m_twins->isReady()) return;  // onTwinsSettled() goes on
    m_updates = makeQueue();
    m_engine =
        m_twins->make([updates = m_updates](engine::Update u) { updates->push(std::move(u)); },
                      TwinSource::Pace::clock);
    m_engine->start(m_scenario, m_isStartedPaused);
}

void RunModel::onTwinsSettled() {
    if (isSimulated()) {
        if (m_phase == Phase::starting && !m_engine) launchSimulated();
    } else if (m_kind == EngineKind::both && isActive()) {
        joinTwin();
    }
    Q_EMIT engineChanged();
}

void RunModel::fail(const QString& reason) {
    m_phase = Phase::failed;
    m_failure = reason;
    Q_EMIT phaseChanged();
}

void RunModel::joinTwin() {
    if (m_kind != EngineKind::both || !isActive() || m_follower.isAttached()) return;
    if (!m_twins || !m_twins->isReady()) return;  // onTwinsSettled() goes on
    auto channel = std::make_shared<TwinChannel>();
    auto made = m_twins->make([channel](const engine::Update& u) { channel->post(u); },
                              TwinSource::Pace::caller);
    m_follower.attach({std::make_unique<RelayedEngine>(std::move(made)), std::move(channel)});
}

void RunModel::leaveTwin() {
    if (!m_follower.isAttached()) return;
    // Nobody waits for its last words: an empty queue that has ended.
    auto ended = std::make_shared<UpdateQueue>(nullptr);
    ended->push(engine::PhaseChange{Phase::idle, ""});
    m_retirement.retire(m_follower.detach().engine, std::move(ended));
}

void RunModel::showNodesOf(const measure::Sample& sample) {
    const auto& shown = m_topology.nodes;
    const bool isSame = shown.size() == sample.nodes.size() &&
                        std::all_of(shown.begin(), shown.end(), [&](const auto& node) {
                            return sample.nodes.count(node.id) > 0;
                        });
    if (isSame) return;
    m_topology.nodes.clear();
    for (const auto& [id, node] : sample.nodes) {
        engine::NodeAddress address;  // of no process
        address.id = id;
        address.role = node.role;
        m_topology.nodes.push_back(std::move(address));
    }
    Q_EMIT topologyChanged();
}

std::optional<TwinError> RunModel::twinP99(View view) const {
    if (m_kind != EngineKind::both || m_history.empty() || twinHistory().empty())
        return std::nullopt;
    const auto twin = twinHistory().latencyNow(view).p99;
    const auto measured = m_history.latencyNow(view).p99;
    if (!twin || !measured) return std::nullopt;
    return TwinError{*twin, *measured};
}

std::optional<TwinError> RunModel::twinAnsweredHz(View view) const {
    if (m_kind != EngineKind::both) return std::nullopt;
    // The same slots of both: the chance of arrivals is the same then.
    constexpr std::int64_t kSlots = 10 * kSlotsPerSecond;
    const std::int64_t end = std::min(m_history.endSlot(), twinHistory().endSlot());
    const std::int64_t from = std::max(m_history.slotAfterLastChange(), end - kSlots);
    if (end - from < kSlotsPerSecond) return std::nullopt;
    const auto rateOf = [&](const History& history) {
        std::uint64_t ok = 0;
        history.eachRecent(from, end, view, [&ok](std::int64_t, const SlotCounts& counts) {
            ok += counts.outcomes[static_cast<std::size_t>(measure::Outcome::ok)];
        });
        return static_cast<double>(ok) / (static_cast<double>(end - from) * kSlotS);
    };
    return TwinError{rateOf(twinHistory()), rateOf(m_history)};
}

}  // namespace tenfold::app
