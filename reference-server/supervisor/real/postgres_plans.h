// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "reference-server/supervisor/real/pg_session.h"
#include "simulator/measure/statement_book.h"

namespace tenfold::supervisor::real {

/// Every statement of the API with PostgreSQL's plan for it now: the one it would use whatever the
/// parameters are. A statement it cannot plan has none.
measure::StatementBook plansOf(PgSession& session);

}  // namespace tenfold::supervisor::real
