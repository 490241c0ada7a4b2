// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/twin/twin_source.h"

#include <utility>

namespace tenfold::app {

TwinSource::TwinSource()
    : TwinSource(&system::Inputs::shipped,
                 [](engine::Engine::Handler handler, const system::Inputs& inputs, Pace pace) {
                     return engine::makeSimulatedEngine(std::move(handler), inputs, pace);
                 }) {}

TwinSource::TwinSource(const Load& load, Make make) : m_make(std::move(make)) {
    m_reader = std::thread([this, load] {
        std::optional<system::Inputs> inputs;
        QString failure;
        try {
            inputs = load();
        } catch (const std::exception& e) {
            failure = QString::fromUtf8(e.what());
        }
        // Queued to the window's thread; dropped by Qt when this is gone before it is handled.
        QMetaObject::invokeMethod(
            this, [this, inputs, failure] { settle(inputs, failure); }, Qt::QueuedConnection);
    });
}

TwinSource::~TwinSource() {
    if (m_reader.joinable()) m_reader.join();
}

void TwinSource::settle(std::optional<system::Inputs> inputs, const QString& failure) {
    m_inputs = std::move(inputs);
    m_failure = failure;
    Q_EMIT settled();
}

QString whyNoTwin(const scenario::Scenario& scenario) {
    if (scenario.hardware == "native")
        return QObject::tr(
            "No twin of native hardware: it simulates emulated machines, whose speed it knows, and "
            "this computer is none of them.");
    return {};
}

}  // namespace tenfold::app
