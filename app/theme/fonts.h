// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFont>

namespace tenfold::app {

/// The sizes of type in use. Everything else is sized from the metrics of these.
enum class TextRole { body, small, tiny, strong, title, figure, brand };

/// Inter, or the desktop's own font where Inter is not installed. Call once, before any widget.
void setApplicationFont();
QFont fontFor(TextRole role);
/// For addresses and command lines.
QFont fixedFont();
/// Width of n average characters of body text: the unit of column widths.
int charsWide(double n);

}  // namespace tenfold::app
