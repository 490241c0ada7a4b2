// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "reference-server/supervisor/real/pg_session.h"

namespace tenfold::supervisor::real {

/// The mechanism `indexes` on a real PostgreSQL. Returns what was done in words, with the plan of
/// the statement that suffers most before and after; "" when they were as asked already.
/// Concurrently: writers go on meanwhile, as they do in production; not before there are any.
/// Throws std::runtime_error; a half-built index does not stay.
std::string setIndexes(PgSession& session, bool isOn, bool isConcurrent);

}  // namespace tenfold::supervisor::real
