// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "simulator/measure/statement_book.h"
#include "simulator/scenario/design.h"

namespace tenfold::system {

/// What the statements of the recorded operations say, and SQLite's plans for them without and with
/// the indexes. Nothing is computed from it: it is what the twin shows where the live database
/// tells its own.
///
/// The file "tenfold.plans/1", made by `tenfold-cli profile`, shipped in
/// assets/profiles/plans.json:
///
///     {"format", "sqlite", "statements": {shape: {"text", "off": plan, "on": plan}, …}}
class StatementPlans {
public:
    /// Throws std::runtime_error naming the file and what in it is missing or wrong.
    explicit StatementPlans(const std::filesystem::path& file);
    static std::filesystem::path shippedFile();
    static StatementPlans shipped() { return StatementPlans(shippedFile()); }

    const measure::StatementBook& under(const scenario::Design& design) const {
        return design.is("indexes", "on") ? m_with : m_without;
    }

private:
    measure::StatementBook m_without;
    measure::StatementBook m_with;
};

}  // namespace tenfold::system
