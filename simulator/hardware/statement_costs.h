// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace tenfold::hardware {

/// What a statement of one shape costs on an emulated core: base + perStep × SQLite VM steps.
///
/// The steps are counted on the real work; base and perStep are fitted to PostgreSQL's EXPLAIN
/// ANALYZE by script/fit-statements, with the residuals beside them in
/// assets/hardware/statements.json. One price for every step would be wrong: 4 ns in an OFFSET, 124
/// ns in LIKE over long text.
struct ShapeCost {
    double baseUs = 100;
    double perStepNs = 11;
    double tableRows = 0;  // of the smallest table it may scan, at data ×1; 0: it never scans one
};

class StatementCosts {
public:
    /// Throws std::runtime_error with file and key when the file is missing or wrong.
    explicit StatementCosts(const std::filesystem::path& file);
    /// The shipped table.
    static StatementCosts shipped();

    /// Cost in ns. The data factor of the tier multiplies the steps of a statement that read a
    /// table to its end (full-scan steps ≥ 0.9 × the rows of the table): nearly all of them are
    /// made in the loop over its rows. A look-up by index, or a page taken in the order of an
    /// index, which makes full-scan steps too but stops early, costs the same at every tier.
    std::int64_t costNs(std::string_view shape, std::uint64_t vmSteps, std::uint64_t fullScanSteps,
                        double dataFactor) const;
    const ShapeCost& of(std::string_view shape) const;
    const std::map<std::string, ShapeCost, std::less<>>& shapes() const { return m_shapes; }

private:
    std::map<std::string, ShapeCost, std::less<>> m_shapes;
};

/// The shape a statement carries in its leading comment, /*shape='orders.count'*/; "default" when
/// it carries none (somebody's psql).
std::string_view shapeOf(std::string_view sql);

}  // namespace tenfold::hardware
