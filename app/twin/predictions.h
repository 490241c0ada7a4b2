// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>
#include <atomic>
#include <deque>
#include <memory>
#include <thread>

#include "app/run/run_model.h"
#include "app/twin/prediction_board.h"

namespace tenfold::app {

/// What the twin expects of every position of every switch, of bigger machines, of the other tiers,
/// how many users the design holds, and whether the verdict survives other costs: asked again
/// whenever the scenario is another.
///
/// One worker thread of idle priority. The window hands it a board and looks ten times a second at
/// what stands on it, as long as something is asked. Boards that were overtaken are cancelled and
/// kept until the worker has let go of them. Destroying this cancels and joins.
class Predictions : public QObject {
    Q_OBJECT
public:
    explicit Predictions(const RunModel& run, QObject* parent = nullptr);
    ~Predictions() override;

    enum class State {
        off,      // why() says why
        loading,  // what simulations are fed with
        working,
        done,
    };
    State state() const;
    QString why() const;

    const Digest* find(std::string_view mechanism, std::string_view value) const;
    const Digest* now() const;
    /// 0: twice the instances; 1: four times the database's cores.
    const Digest* machines(std::size_t which) const;
    const Digest* tier(std::size_t which) const;
    /// No longer to be expected: it cannot be simulated.
    bool isTierUnknown(std::size_t which) const;
    const PredictionBoard::KneeDigest* knee() const;
    const PredictionBoard::SensitivityDigest* sensitivity() const;

    /// Boards that exist: at most one of them is neither done nor cancelled.
    std::size_t boards() const { return m_boards.size(); }
    /// How often something was asked.
    int asked() const { return m_asked; }
    /// ms from the last change until every switch was known; nothing before that.
    std::optional<double> switchesTookMs() const { return m_switchesTookMs; }

Q_SIGNALS:
    /// Something is known that was not, or no longer.
    void changed();

private:
    void ask();
    void look();
    void dropOvertaken();
    void work();
    const PredictionBoard* current() const;

    const RunModel& m_run;
    std::optional<scenario::Scenario> m_shown;  // that the current board is about
    std::deque<std::unique_ptr<PredictionBoard>> m_boards;
    int m_asked = 0;
    int m_seen = 0;  // answers of the current board
    QTimer m_look;
    QElapsedTimer m_sinceAsked;
    std::optional<double> m_switchesTookMs;

    // Between window and worker, without a lock.
    std::atomic<PredictionBoard*> m_next{nullptr};
    std::atomic<int> m_calls{0};
    std::atomic<bool> m_isEnding{false};
    std::thread m_worker;
};

}  // namespace tenfold::app
