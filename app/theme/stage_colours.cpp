// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/theme/stage_colours.h"

namespace tenfold::app {

using measure::Stage;

QColor Theme::*colourOf(Stage stage) {
    switch (stage) {
        case Stage::edge:
        case Stage::gatewayQueue:
            return &Theme::stageGateway;
        case Stage::thread:
            return &Theme::stageThread;
        case Stage::connection:
            return &Theme::stageConnection;
        case Stage::lock:
            return &Theme::stageLock;
        case Stage::database:
            return &Theme::stageDatabase;
        case Stage::link:
            return &Theme::stageLink;
        case Stage::auth:
        case Stage::cache:
        case Stage::serialisation:
        case Stage::sideEffects:
            break;
    }
    return &Theme::stageApi;
}

}  // namespace tenfold::app
