// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/measure/slow_request.h"
#include "simulator/measure/statement_book.h"
#include "simulator/scenario/design.h"

namespace tenfold::fake {

/// The back-office list as it would be under this design: what the scripted engine tells of its
/// slowest request.
measure::SlowRequest slowOrdersList(const scenario::Design& design, double endedMs);
/// Its statements and their plans.
measure::StatementBook statements(const scenario::Design& design);

}  // namespace tenfold::fake
