// SPDX-License-Identifier: GPL-3.0-or-later
// The window on a scripted engine, for looking at it: TENFOLD_FAKE_PRELUDE fills the charts with as
// many slots before the first picture, TENFOLD_FAKE_FAILURE lets the start fail with that reason.
#include <cstdlib>

#include "app/shell/run_app.h"
#include "tests/app/fake_engine.h"

int main(int argc, char** argv) {
    using tenfold::fake::FakeEngine;
    const auto variable = [](const char* name) {
        const char* value = std::getenv(name);
        return std::string(value ? value : "");
    };
    FakeEngine::Options options;
    options.pace = FakeEngine::Pace::realTime;
    options.preludeSlots = std::atoi(variable("TENFOLD_FAKE_PRELUDE").c_str());
    options.failure = variable("TENFOLD_FAKE_FAILURE");
    options.staysStarting = !variable("TENFOLD_FAKE_STARTING").empty();
    return tenfold::app::runApp(argc, argv, [options](tenfold::engine::Engine::Handler handler) {
        return std::make_unique<FakeEngine>(std::move(handler), options);
    });
}
