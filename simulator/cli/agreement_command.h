// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace tenfold::cli {

struct AgreementFlags {
    std::string tiers = "10k,100k,1M";
    std::string designs;  // parts of names, with commas; empty: all
    std::string duration = "20s";
    std::string jsonFile;
    int repeats = 2;
    bool isReal = false;  // against PostgreSQL, PgBouncer and Redis instead of our nodes
};

/// Runs the grid in both engines, says how far apart they are, and keeps it for *How sure is this?*
int agreementCommand(const AgreementFlags& flags);

}  // namespace tenfold::cli
