// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/system/statement_plans.h"

#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "simulator/hardware/assets.h"

namespace tenfold::system {

using nlohmann::json;

StatementPlans::StatementPlans(const std::filesystem::path& file) {
    std::ifstream in(file);
    if (!in)
        throw std::runtime_error(fmt::format(
            "{}: cannot be read; `tenfold-cli profile --only operations` makes it", file.string()));
    try {
        const json j = json::parse(in);
        if (j.at("format") != "tenfold.plans/1")
            throw std::runtime_error("$.format is not tenfold.plans/1");
        for (const auto& [shape, s] : j.at("statements").items()) {
            const auto text = s.at("text").get<std::string>();
            m_without.byShape[shape] = {text, s.value("off", "")};
            m_with.byShape[shape] = {text, s.value("on", "")};
        }
    } catch (const std::exception& e) {
        throw std::runtime_error(fmt::format("{}: {}", file.string(), e.what()));
    }
}

std::filesystem::path StatementPlans::shippedFile() {
    return hardware::assetsDir() / "profiles" / "plans.json";
}

}  // namespace tenfold::system
