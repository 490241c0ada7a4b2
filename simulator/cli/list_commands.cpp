// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "simulator/cli/commands.h"
#include "simulator/cli/exit_code.h"
#include "simulator/hardware/assets.h"
#include "simulator/hardware/profile.h"
#include "simulator/mechanisms/catalogue.h"

namespace tenfold::cli {

using nlohmann::json;

int mechanismsCommand(bool isJson) {
    json all = json::array();
    for (const auto& m : mechanisms::catalogue().specs()) {
        json values = json::array();
        for (const auto& v : m.values)
            values.push_back({{"id", v.id}, {"title", v.title}, {"effect", v.effect}});
        json parameters = json::array();
        for (const auto& p : m.parameters) {
            json options = json::array();
            for (const auto& o : p.options) options.push_back({{"id", o.id}, {"title", o.title}});
            parameters.push_back({{"id", p.id},
                                  {"title", p.title},
                                  {"unit", p.unit},
                                  {"minimum", p.minimum},
                                  {"maximum", p.maximum},
                                  {"initial", p.initial},
                                  {"is_bool", p.isBool},
                                  {"options", std::move(options)},
                                  {"help", p.help}});
        }
        all.push_back({{"id", m.id},
                       {"title", m.title},
                       {"tier", scenario::toString(m.tier)},
                       {"gain", m.gain},
                       {"price", m.price},
                       {"combinable", m.combinable},
                       {"counts", m.counts},
                       {"values", values},
                       {"parameters", parameters}});
        if (isJson) continue;
        fmt::print("{}   ({})\n  {}\n", m.id, scenario::toString(m.tier), m.question);
        for (const auto& v : m.values) fmt::print("    {:<14}{}\n", v.id, v.effect);
        for (const auto& p : m.parameters) {
            if (p.options.empty()) {
                fmt::print("    .{:<13}{} [{:g} to {:g} {}; {:g}]\n", p.id, p.help, p.minimum,
                           p.maximum, p.unit, p.initial);
                continue;
            }
            std::string words;
            for (const auto& o : p.options) words += (words.empty() ? "" : ", ") + o.id;
            fmt::print("    .{:<13}{} [{}; {}]\n", p.id, p.help, words,
                       p.options[static_cast<std::size_t>(p.initial)].id);
        }
        fmt::print("  gain:  {}\n  price: {}\n\n", m.gain, m.price);
    }
    if (isJson) fmt::print("{}\n", all.dump(2));
    return kHeld;
}

int scenariosCommand(bool isJson) {
    const auto folder = hardware::assetsDir() / "scenarios";
    json all = json::array();
    for (const auto& name : scenario::scenarioNames(folder)) {
        try {
            const auto s =
                scenario::loadScenario(folder / (name + ".json"), mechanisms::catalogue());
            all.push_back({{"id", name}, {"name", s.name}, {"about", s.about}});
            if (!isJson) fmt::print("{:<26}{}\n", name, s.about);
        } catch (const scenario::InputError& e) {
            fmt::print(stderr, "{}\n", e.what());
            return kBadInput;
        }
    }
    if (isJson) fmt::print("{}\n", all.dump(2));
    return kHeld;
}

int hardwareCommand(bool isJson) {
    json all = json::array();
    for (const auto& name : hardware::profileNames()) {
        const json p = hardware::toJson(hardware::profileForTier(name));
        all.push_back(p);
        if (!isJson) fmt::print("{}\n", p.dump(2));
    }
    if (isJson) fmt::print("{}\n", all.dump(2));
    return kHeld;
}

}  // namespace tenfold::cli
