// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPalette>
#include <QString>

#include "app/theme/theme.h"

namespace tenfold::app {

QPalette paletteOf(const Theme& theme);
/// The style sheet of the window. Widgets opt in by object name or by the property `kind`.
QString styleSheetOf(const Theme& theme);

}  // namespace tenfold::app
