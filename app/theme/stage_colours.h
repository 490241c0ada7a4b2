// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/theme/theme.h"
#include "simulator/measure/sample.h"

namespace tenfold::app {

/// The colour of time spent in a stage, the same wherever it is drawn. Stages of one colour are
/// drawn as one.
QColor Theme::*colourOf(measure::Stage stage);

}  // namespace tenfold::app
