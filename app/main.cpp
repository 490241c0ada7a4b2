// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/shell/run_app.h"

int main(int argc, char** argv) {
    return tenfold::app::runApp(argc, argv, [](tenfold::engine::Engine::Handler handler) {
        return tenfold::engine::makeLiveEngine(std::move(handler));
    });
}
