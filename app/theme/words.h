// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace tenfold::app {

/// Numbers as people read them. One place, so that the same number looks the same everywhere.
QString milliseconds(double ms);    // "0.8 ms", "520 ms", "1.8 s"
QString perSecond(double hz);       // "23", "2,315"
QString count(double n);            // "1,540"
QString compact(double n);          // "0.4", "2.4", "41", "8.2k", "1.3M"
QString percent(double ratio);      // "0 %", "0.04 %", "33.5 %"
QString clock(double seconds);      // "02:14"
QString circledNumber(int number);  // "①", beyond 20 "(21)"

}  // namespace tenfold::app
