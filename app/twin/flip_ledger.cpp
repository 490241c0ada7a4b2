// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/twin/flip_ledger.h"

#include <utility>

#include "simulator/measure/clock.h"

namespace tenfold::app {

using measure::EventKind;
using study::Metric;

FlipLedger::FlipLedger(const RunModel& run, const Predictions& predictions,
                       std::filesystem::path file, QObject* parent)
    : QObject(parent), m_run(run), m_predictions(predictions), m_file(std::move(file)) {
    if (m_file.empty()) return;
    connect(&m_run, &RunModel::switching, this, &FlipLedger::onSwitching);
    connect(&m_run, &RunModel::eventAdded, this, &FlipLedger::onEvent);
    connect(&m_run, &RunModel::ticked, this, &FlipLedger::onTick);
    connect(&m_run, &RunModel::restarted, this, [this] { m_flip.reset(); });
    m_thread = std::thread([this] { work(); });
}

FlipLedger::~FlipLedger() {
    {
        const std::lock_guard lock(m_mutex);
        m_isEnding = true;
    }
    m_wake.notify_all();
    if (m_thread.joinable()) m_thread.join();
}

void FlipLedger::onSwitching(const std::string& mechanism, const std::string& value,
                             const QString& text) {
    m_flip.reset();
    const bool isLive = m_run.phase() == engine::Phase::running && !m_run.isSimulated();
    const auto* predicted = m_predictions.find(mechanism, value);
    if (isLive && predicted) m_flip = Flip{mechanism, text, *predicted, false};
}

void FlipLedger::onEvent() {
    const auto& event = m_run.history().events().back();
    if (!m_flip || event.version == 0) return;
    if (!m_flip->hasHappened && event.kind == EventKind::switched &&
        event.text == m_flip->text.toStdString()) {
        m_flip->hasHappened = true;
    } else {
        // Something else changed too: what comes now has two causes.
        m_flip.reset();
    }
}

std::optional<double> FlipLedger::takenAfterS() const {
    if (!m_flip || !m_flip->hasHappened) return std::nullopt;
    // The window begins where the settling ends.
    return RunModel::kSettleS + std::max(steadyWindowS(m_run.scenario()), m_run.figures().windowS);
}

void FlipLedger::onTick() {
    const auto after = takenAfterS();
    const auto since = m_run.sinceChangeS();
    const Figures& f = m_run.figures();
    if (!after || !since || *since < *after || !f.p50 || !f.p99) return;
    if (m_run.phase() != engine::Phase::running) return;
    const Flip flip = *std::exchange(m_flip, std::nullopt);
    if (m_run.verdict().holds == judge::Holds::withheld) return;
    study::LedgerEntry entry;
    entry.atUnixS = measure::unixSeconds();
    entry.scenario = m_run.scenario().name + " at " +
                     scenario::usersToText(m_run.scenario().workload.dailyActiveUsers);
    entry.change = flip.text.toStdString();
    entry.samples = f.n;
    std::vector<study::LedgerEntry> entries;
    const auto add = [&](Metric metric, const study::Figure& predicted, double measured) {
        entry.metric = metric;
        entry.predicted = predicted;
        entry.measured = measured;
        entries.push_back(entry);
    };
    add(Metric::p50Ms, flip.predicted.p50Ms, *f.p50);
    add(Metric::p99Ms, flip.predicted.p99Ms, *f.p99);
    add(Metric::failedRatio, flip.predicted.failedRatio, f.failedRatio);
    post(std::move(entries));
}

void FlipLedger::post(std::vector<study::LedgerEntry> entries) {
    {
        const std::lock_guard lock(m_mutex);
        if (m_waiting.size() + entries.size() > kMostWaiting) return;
        for (auto& e : entries) m_waiting.push_back(std::move(e));
    }
    m_wake.notify_all();
}

void FlipLedger::work() {
    std::unique_ptr<study::Ledger> ledger;
    bool isFirst = true;
    while (true) {
        std::deque<study::LedgerEntry> entries;
        bool isEnding = false;
        {
            std::unique_lock lock(m_mutex);
            m_wake.wait(lock, [&] { return isFirst || m_isEnding || !m_waiting.empty(); });
            entries = std::exchange(m_waiting, {});
            isEnding = m_isEnding;
        }
        isFirst = false;
        if (isEnding && entries.empty()) return;
        View view;
        try {
            if (!ledger) ledger = std::make_unique<study::Ledger>(m_file);
            for (const auto& e : entries) ledger->add(e);
            const auto score = ledger->score();
            view.words = QString::fromStdString(score.words());
            view.total = score.total;
            view.last = ledger->entries(kShown);
        } catch (const std::exception& e) {
            view.failure = QString::fromUtf8(e.what());
        }
        // Dropped by Qt when this is gone before it is handled.
        QMetaObject::invokeMethod(
            this,
            [this, view = std::move(view)] {
                m_view = view;
                Q_EMIT changed();
            },
            Qt::QueuedConnection);
    }
}

}  // namespace tenfold::app
