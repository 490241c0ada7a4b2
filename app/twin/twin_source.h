// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>
#include <functional>
#include <memory>
#include <optional>
#include <thread>

#include "simulator/engine/simulated/simulated_engine.h"

namespace tenfold::app {

/// Where simulated engines come from: what they are fed with, read once, on a thread of its own.
///
/// Lives on the window's thread; the thread that reads is joined when this goes. Run, predictions
/// and verdicts of one window share one.
class TwinSource : public QObject {
    Q_OBJECT
public:
    using Load = std::function<system::Inputs()>;
    using Pace = engine::SimulatedEngine::Pace;
    using Make = std::function<std::unique_ptr<engine::SimulatedEngine>(
        engine::Engine::Handler, const system::Inputs&, Pace)>;

    /// What is shipped, or was recorded here.
    TwinSource();
    /// For tests.
    TwinSource(const Load& load, Make make);
    ~TwinSource() override;

    bool isReady() const { return m_inputs.has_value(); }
    /// Why there is none; empty while it is being read or when it is there.
    const QString& failure() const { return m_failure; }
    /// REQUIRES: isReady().
    const system::Inputs& inputs() const { return *m_inputs; }
    std::unique_ptr<engine::SimulatedEngine> make(engine::Engine::Handler handler,
                                                  Pace pace) const {
        return m_make(std::move(handler), *m_inputs, pace);
    }

Q_SIGNALS:
    /// Ready, or failed.
    void settled();

private:
    void settle(std::optional<system::Inputs> inputs, const QString& failure);

    Make m_make;
    std::optional<system::Inputs> m_inputs;
    QString m_failure;
    std::thread m_reader;
};

/// Why this scenario has no twin; empty when it may have one.
QString whyNoTwin(const scenario::Scenario& scenario);

}  // namespace tenfold::app
