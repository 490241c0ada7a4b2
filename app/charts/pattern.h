// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QBrush>
#include <QColor>

namespace tenfold::app {

/// How an area is filled besides its colour, so that colour is not needed to tell two apart.
enum class FillPattern { plain, stripes, backStripes, dots, bars };

QBrush patternBrush(const QColor& colour, FillPattern pattern);

}  // namespace tenfold::app
