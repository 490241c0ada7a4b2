// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/twin/twin_meter.h"

#include <fmt/format.h>

namespace tenfold::app {

TwinMeter::TwinMeter(const RunModel& run, const Predictions& predictions, QObject* parent)
    : QObject(parent), m_run(run), m_predictions(predictions) {
    m_sinceChange.start();
    connect(&m_run, &RunModel::scenarioChanged, this, [this] {
        m_sinceChange.start();
        m_isDone = false;
        m_isTwinWaited = m_run.engineKind() == EngineKind::both;
        m_eventsBefore = m_run.history().events().size();
    });
    connect(&m_predictions, &Predictions::changed, this, &TwinMeter::onPredictions);
    connect(&m_run, &RunModel::ticked, this, &TwinMeter::onTick);
}

void TwinMeter::onPredictions() {
    const auto took = m_predictions.switchesTookMs();
    if (took && m_reported != m_predictions.asked()) {
        m_reported = m_predictions.asked();
        m_isDone = false;
        fmt::print(stderr, "twin: every switch predicted {:.0f} ms after the change\n", *took);
    }
    if (m_isDone || m_predictions.state() != Predictions::State::done) return;
    m_isDone = true;
    fmt::print(stderr, "twin: tiers, knee and costs known after {} ms\n", m_sinceChange.elapsed());
}

void TwinMeter::onTick() {
    if (!m_isTwinWaited || m_run.history().events().size() <= m_eventsBefore) return;
    const auto& flag = m_run.history().events().back();
    const auto& twin = m_run.twinHistory();
    if (static_cast<double>(twin.endSlot()) * kSlotS * 1000 < flag.atMs + kSlotS * 1000) return;
    m_isTwinWaited = false;
    fmt::print(stderr,
               "twin: its line shows the change {} ms after it was asked for, {:.0f} ms after it "
               "took effect; it is {} slots behind\n",
               m_sinceChange.elapsed(), m_run.elapsedS() * 1000 - flag.atMs,
               m_run.history().endSlot() - twin.endSlot());
}

}  // namespace tenfold::app
