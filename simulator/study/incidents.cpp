// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/study/incidents.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "simulator/hardware/assets.h"
#include "simulator/scenario/json_reader.h"
#include "simulator/scenario/scenario.h"

namespace tenfold::study {

using nlohmann::json;
using scenario::JsonReader;
using scenario::Problems;

namespace {

constexpr std::string_view kFormat = "tenfold.incidents/1";
constexpr double kMinutesAYear = 365 * 24 * 60;
constexpr std::size_t kMostIncidents = 50;

Incident readIncident(const json& j, const std::string& path, Problems& problems) {
    Incident i;
    JsonReader r(j, path, problems);
    r.text("fault", i.fault);
    r.require("fault", scenario::joined(scenario::faultNames()));
    r.number("per_year", i.perYear, 0, 10'000);
    r.require("per_year", "how often");
    r.number("minutes", i.minutes, 0, kMinutesAYear);
    r.require("minutes", "how long each time");
    r.text("source", i.source);
    r.require("source", "where the numbers come from");
    r.finish();
    const auto& names = scenario::faultNames();
    if (!i.fault.empty() && std::find(names.begin(), names.end(), i.fault) == names.end())
        problems.add(path + ".fault", "\"" + i.fault + "\"", scenario::joined(names));
    return i;
}

}  // namespace

IncidentTable::IncidentTable(const std::filesystem::path& file) {
    const json j = scenario::jsonFromFile(file);
    Problems problems(file.string());
    JsonReader r(j, "$", problems);
    std::string format, about;
    r.text("format", format);
    if (format != kFormat)
        problems.add("$.format", "\"" + format + "\"", "\"" + std::string(kFormat) + "\"");
    r.text("about", about);
    r.require("budgets", "the availability asked for, by tier");
    r.child("budgets", [&](const json& v, const std::string& at) {
        JsonReader budgets(v, at, problems);
        for (const char* tier : {"10k", "100k", "1M"}) {
            budgets.number(tier, m_availability[tier], 0, 1);
            budgets.require(tier, "a share of the year from 0 to 1");
        }
        budgets.finish();
    });
    r.list("incidents", kMostIncidents, [&](const json& v, const std::string& at) {
        m_incidents.push_back(readIncident(v, at, problems));
    });
    r.finish();
    if (!problems.empty()) throw scenario::InputError(problems);
    std::stable_sort(m_incidents.begin(), m_incidents.end(), [](const auto& a, const auto& b) {
        return a.perYear * a.minutes > b.perYear * b.minutes;
    });
}

IncidentTable IncidentTable::shipped() {
    return IncidentTable(hardware::assetsDir() / "incidents" / "incidents.json");
}

double IncidentTable::budgetMinutes(const std::string& tier) const {
    const auto it = m_availability.find(tier);
    return it == m_availability.end() ? 0 : (1 - it->second) * kMinutesAYear;
}

}  // namespace tenfold::study
