// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

#include "reference-server/supervisor/real/owner.h"

namespace tenfold::supervisor::real {

/// The shop dataset as PostgreSQL keeps it: a data folder in the cache beside the SQLite file,
/// without secondary indexes, with statistics. Built once for each major version of PostgreSQL and
/// each content of the dataset, from the rows of the SQLite file; a run only copies it. `scratch`:
/// a folder of the owner, to build in. Throws std::runtime_error.
std::filesystem::path ensurePostgresTemplate(const std::filesystem::path& programs,
                                             const std::filesystem::path& scratch,
                                             const Owner& owner);

}  // namespace tenfold::supervisor::real
