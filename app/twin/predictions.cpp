// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/twin/predictions.h"

#include <pthread.h>

#include <algorithm>

#include "simulator/engine/simulated/idle_priority.h"

namespace tenfold::app {

namespace {

constexpr int kLookMs = 100;

/// What predictions do not depend on is left out, so that a new name asks nothing.
scenario::Scenario questionOf(scenario::Scenario s) {
    s.name.clear();
    s.about.clear();
    s.faults.clear();
    return s;
}

}  // namespace

Predictions::Predictions(const RunModel& run, QObject* parent) : QObject(parent), m_run(run) {
    connect(&m_run, &RunModel::scenarioChanged, this, &Predictions::ask);
    m_look.setInterval(kLookMs);
    connect(&m_look, &QTimer::timeout, this, &Predictions::look);
    if (auto* twins = m_run.twins()) connect(twins, &TwinSource::settled, this, &Predictions::ask);
    ask();
}

Predictions::~Predictions() {
    m_isEnding = true;
    for (auto& board : m_boards) board->isCancelled = true;
    ++m_calls;
    m_calls.notify_one();
    if (m_worker.joinable()) m_worker.join();
}

const PredictionBoard* Predictions::current() const {
    return m_shown && !m_boards.empty() ? m_boards.back().get() : nullptr;
}

Predictions::State Predictions::state() const {
    if (!m_run.whyNoTwin().isEmpty()) return State::off;
    if (!m_run.twins()->isReady()) return State::loading;
    const auto* board = current();
    if (board && board->failure.get()) return State::off;
    return board && board->isDone ? State::done : State::working;
}

QString Predictions::why() const {
    const auto* board = current();
    if (const auto* failure = board ? board->failure.get() : nullptr)
        return QString::fromStdString(*failure);
    return m_run.whyNoTwin();
}

const Digest* Predictions::find(std::string_view mechanism, std::string_view value) const {
    const auto* board = current();
    return board ? board->find(mechanism, value) : nullptr;
}
const Digest* Predictions::now() const {
    const auto* board = current();
    return board ? board->now.get() : nullptr;
}
const Digest* Predictions::machines(std::size_t which) const {
    const auto* board = current();
    return board ? board->machines.at(which).get() : nullptr;
}
const Digest* Predictions::tier(std::size_t which) const {
    const auto* board = current();
    return board ? board->tiers.at(which).get() : nullptr;
}
bool Predictions::isTierUnknown(std::size_t which) const {
    const auto* board = current();
    return board && board->isDone && !board->tiers.at(which).get();
}
const PredictionBoard::KneeDigest* Predictions::knee() const {
    const auto* board = current();
    return board ? board->knee.get() : nullptr;
}
const PredictionBoard::SensitivityDigest* Predictions::sensitivity() const {
    const auto* board = current();
    return board ? board->sensitivity.get() : nullptr;
}

void Predictions::ask() {
    const auto* twins = m_run.twins();
    const bool canAsk = m_run.whyNoTwin().isEmpty() && twins->isReady();
    auto question = questionOf(m_run.scenario());
    if (canAsk && m_shown == question) return;
    for (auto& board : m_boards) board->isCancelled = true;
    m_shown.reset();
    m_switchesTookMs.reset();
    m_seen = 0;
    if (canAsk) {
        m_shown = question;
        m_boards.push_back(
            std::make_unique<PredictionBoard>(std::move(question), m_run.catalogue()));
        // Beside a measurement one: two of idle priority fill a host of two cores, and that alone
        // moved the live p99 by a tenth and more.
        const bool isMeasuring = m_run.isActive() && !m_run.isSimulated();
        m_boards.back()->threads = isMeasuring ? 1 : 2;
        ++m_asked;
        m_sinceAsked.start();
        // One that the worker had not begun is never begun.
        if (auto* skipped = m_next.exchange(m_boards.back().get())) skipped->isDone = true;
        if (!m_worker.joinable()) m_worker = std::thread([this] { work(); });
        ++m_calls;
        m_calls.notify_one();
        m_look.start();
    }
    dropOvertaken();
    Q_EMIT changed();
}

void Predictions::dropOvertaken() {
    const auto* kept = current();
    m_boards.erase(
        std::remove_if(m_boards.begin(), m_boards.end(),
                       [kept](const auto& board) { return board.get() != kept && board->isDone; }),
        m_boards.end());
}

void Predictions::look() {
    dropOvertaken();
    const auto* board = current();
    const bool isDone = !board || board->isDone;
    const int answers = board ? board->answers.load() : 0;
    if (board && !m_switchesTookMs && board->areSwitchesKnown())
        m_switchesTookMs = static_cast<double>(m_sinceAsked.nsecsElapsed()) / 1e6;
    if (isDone && m_boards.size() <= 1) m_look.stop();
    if (answers == m_seen && !isDone) return;
    m_seen = answers;
    Q_EMIT changed();
}

void Predictions::work() {
    ::pthread_setname_np(::pthread_self(), "predictions");
    engine::takeIdlePriority();
    while (!m_isEnding) {
        const int calls = m_calls.load();
        auto* board = m_next.exchange(nullptr);
        if (!board) {
            if (!m_isEnding) m_calls.wait(calls);
            continue;
        }
        if (!board->isCancelled) answer(*board, m_run.catalogue(), m_run.twins()->inputs());
        board->isDone = true;  // the last touch: the window may delete it now
    }
}

}  // namespace tenfold::app
