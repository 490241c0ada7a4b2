// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <gtest/gtest.h>

#include <QApplication>
#include <QTest>

#include "app/shell/main_window.h"
#include "simulator/mechanisms/catalogue.h"
#include "tests/app/fake_engine.h"

namespace tenfold::fake {

/// A model on scripted engines, stepped by hand.
struct FakeRun {
    explicit FakeRun(FakeEngine::Options engineOptions = {}, app::TwinSource* twinSource = nullptr)
        : options(std::move(engineOptions)), twins(twinSource) {}

    static scenario::Scenario scenario() {
        scenario::Scenario s;
        s.name = "test";
        s.design = scenario::Design::naive(mechanisms::catalogue());
        return s;
    }

    FakeEngine::Options options;
    app::TwinSource* twins;
    FakeEngine* engine = nullptr;  // the one that was started last
    int engines = 0;
    app::RunModel model{[this](engine::Engine::Handler handler) {
                            auto made = std::make_unique<FakeEngine>(std::move(handler), options);
                            engine = made.get();
                            ++engines;
                            return made;
                        },
                        mechanisms::catalogue(), scenario(), twins};

    /// Lets what the engine said arrive, and the tick after it.
    void settle() {
        const auto slots = model.history().rows().size();
        QTest::qWait(1);
        if (model.history().rows().size() == slots) QCoreApplication::processEvents();
        QTest::qWait(app::RunModel::kTickMs + 60);
    }
    void start(int slots = 0) {
        model.start();
        QCoreApplication::processEvents();
        if (slots) {
            engine->step(slots);
            settle();
        }
    }
};

struct FakeWindow : FakeRun {
    explicit FakeWindow(FakeEngine::Options engineOptions = {},
                        app::TwinSource* twinSource = nullptr,
                        const std::filesystem::path& ledger = {})
        : FakeRun(std::move(engineOptions), twinSource),
          theme("light"),
          window(model, theme, app::Preferences::forgetful(), ledger) {
        window.resize(1680, 1020);
        window.show();
        QCoreApplication::processEvents();
    }
    app::ThemeSource theme;
    app::MainWindow window;
};

/// The run's setting of a mechanism, at another position.
inline scenario::Setting with(const app::RunModel& model, const char* mechanism,
                              const char* value) {
    auto setting = model.scenario().design.of(mechanism);
    setting.value = value;
    return setting;
}

}  // namespace tenfold::fake
