// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/run/run_model.h"
#include "app/theme/widgets.h"
#include "app/topology/diagram_model.h"

namespace tenfold::app {

/// What is known about the nodes of a box: how to reach them, their counters, how to ask them
/// oneself.
Popover* makeNodePopover(const DiagramBox& box, const RunModel& run, const ThemeSource& theme,
                         QWidget* owner);

}  // namespace tenfold::app
