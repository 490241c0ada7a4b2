// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace tenfold::supervisor::real {

/// Where the real components are on this machine. Each throws std::runtime_error with what is
/// missing and how to get it. With TENFOLD_PROGRAMS set, that folder is the only place looked at.
std::filesystem::path postgresFolder();  // of postgres, initdb and pg_basebackup
std::filesystem::path pgbouncerProgram();
std::filesystem::path redisProgram();

/// What these components (scenario::realNames()) need and this machine has not, one line for each;
/// empty when all is there.
std::string whatIsMissing(const std::vector<std::string>& components);

/// "15.18" of "postgres (PostgreSQL) 15.18 (Debian …)"; the first number with a dot in a text.
std::string versionIn(const std::string& text);

}  // namespace tenfold::supervisor::real
