// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/hardware/statement_costs.h"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "simulator/hardware/assets.h"

namespace tenfold::hardware {

using nlohmann::json;

namespace {
// A scan of N rows makes N − 1 full-scan steps, and a run adds and removes a few rows.
constexpr double kWholeTable = 0.9;
}  // namespace

StatementCosts::StatementCosts(const std::filesystem::path& file) {
    std::ifstream in(file);
    if (!in) throw std::runtime_error(file.string() + ": cannot be read");
    const json j = json::parse(in, nullptr, false);
    if (j.is_discarded()) throw std::runtime_error(file.string() + ": is not JSON");
    if (j.value("format", "") != "tenfold.statements/1")
        throw std::runtime_error(file.string() + ": $.format must be tenfold.statements/1");
    for (const auto& [name, entry] : j.at("shapes").items()) {
        const auto number = [&, shape = name, &e = entry](const char* key) {
            if (!e.contains(key) || !e[key].is_number() || e[key].template get<double>() < 0)
                throw std::runtime_error(file.string() + ": $.shapes." + shape + "." + key +
                                         " must be a number ≥ 0");
            return e[key].template get<double>();
        };
        m_shapes[name] = {number("base_us"), number("per_step_ns"),
                          entry.contains("table_rows") ? number("table_rows") : 0};
    }
    if (!m_shapes.count("default"))
        throw std::runtime_error(file.string() + ": $.shapes.default is missing");
}

StatementCosts StatementCosts::shipped() {
    return StatementCosts(assetsDir() / "hardware" / "statements.json");
}

const ShapeCost& StatementCosts::of(std::string_view shape) const {
    const auto it = m_shapes.find(shape);
    return it == m_shapes.end() ? m_shapes.find("default")->second : it->second;
}

std::int64_t StatementCosts::costNs(std::string_view shape, std::uint64_t vmSteps,
                                    std::uint64_t fullScanSteps, double dataFactor) const {
    const ShapeCost& c = of(shape);
    double steps = static_cast<double>(vmSteps);
    const bool readsWholeTable =
        c.tableRows > 0 && static_cast<double>(fullScanSteps) >= kWholeTable * c.tableRows;
    if (readsWholeTable) steps *= dataFactor;
    return static_cast<std::int64_t>(c.baseUs * 1e3 + c.perStepNs * steps);
}

std::string_view shapeOf(std::string_view sql) {
    constexpr std::string_view open = "/*shape='";
    const auto begin = sql.find(open);
    if (begin != 0) return "default";
    const auto from = begin + open.size();
    const auto end = sql.find("'*/", from);
    return end == std::string_view::npos ? "default" : sql.substr(from, end - from);
}

}  // namespace tenfold::hardware
