// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/scenario/design.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

namespace tenfold::scenario {

using nlohmann::json;

namespace {

std::vector<std::string_view> splitPlus(std::string_view text) {
    std::vector<std::string_view> parts;
    while (true) {
        const auto plus = text.find('+');
        parts.push_back(text.substr(0, plus));
        if (plus == std::string_view::npos) return parts;
        text.remove_prefix(plus + 1);
    }
}

Setting initialSetting(const MechanismSpec& spec, const std::string& value) {
    Setting s{value, {}};
    for (const auto& p : spec.parameters) s.parameters[p.id] = p.initial;
    return s;
}

std::string allowedValues(const MechanismSpec& spec) {
    return valueIds(spec) + (spec.combinable ? " (several joined with +)" : "");
}

void checkValue(const MechanismSpec& spec, const std::string& path, const std::string& value,
                Setting& setting, Problems& problems) {
    const auto parts = splitPlus(value);
    bool isGood = parts.size() == 1 || spec.combinable;
    for (const auto part : parts) {
        if (!findValue(spec, part)) isGood = false;
        if (parts.size() > 1 && part == spec.values.front().id) isGood = false;
    }
    if (!isGood) {
        problems.add(path, "\"" + value + "\"", allowedValues(spec));
        return;
    }
    setting.value = value;
}

std::string optionIds(const ParameterSpec& spec) {
    std::string out;
    for (const auto& option : spec.options) out += (out.empty() ? "" : ", ") + option.id;
    return out;
}

/// The value of a word; nothing: it is none of the parameter's.
std::optional<double> valueOfOption(const ParameterSpec& spec, std::string_view id) {
    for (std::size_t i = 0; i < spec.options.size(); ++i)
        if (spec.options[i].id == id) return static_cast<double>(i);
    return std::nullopt;
}

std::string allowedNumbers(const ParameterSpec& spec) {
    if (spec.isBool) return "true, false";
    if (!spec.options.empty()) return optionIds(spec);
    return fmt::format("{:g} to {:g} {}", spec.minimum, spec.maximum, spec.unit);
}

void checkParameter(const ParameterSpec& spec, const std::string& path, double value,
                    Setting& setting, Problems& problems) {
    const bool isYesOrNo = value == 0 || value == 1;
    const bool isNoWord = !spec.options.empty() && value != std::floor(value);
    if (!(value >= spec.minimum && value <= spec.maximum) || (spec.isBool && !isYesOrNo) ||
        isNoWord) {
        problems.add(path, fmt::format("{:g}", value), allowedNumbers(spec));
        return;
    }
    setting.parameters[spec.id] = value;
}

std::string parameterIds(const MechanismSpec& spec) {
    std::string out;
    for (const auto& p : spec.parameters) out += (out.empty() ? "" : ", ") + p.id;
    return out.empty() ? "none" : out;
}

const Setting kNoSetting{};

}  // namespace

bool Setting::has(std::string_view id) const {
    for (const auto part : splitPlus(value))
        if (part == id) return true;
    return false;
}

Design Design::naive(const Catalogue& catalogue) {
    Design d;
    for (const auto& spec : catalogue.specs())
        d.m_settings[spec.id] = initialSetting(spec, spec.values.front().id);
    return d;
}

Design Design::sound(const Catalogue& catalogue) {
    Design d;
    for (const auto& spec : catalogue.specs())
        d.m_settings[spec.id] = initialSetting(spec, spec.sound);
    return d;
}

const Setting& Design::of(std::string_view mechanism) const {
    const auto it = m_settings.find(mechanism);
    return it == m_settings.end() ? kNoSetting : it->second;
}

bool Design::is(std::string_view mechanism, std::string_view value) const {
    return of(mechanism).has(value);
}

double Design::parameter(std::string_view mechanism, std::string_view name, double fallback) const {
    const auto& parameters = of(mechanism).parameters;
    const auto it = parameters.find(std::string(name));
    return it == parameters.end() ? fallback : it->second;
}

void Design::put(std::string mechanism, Setting setting) {
    m_settings[std::move(mechanism)] = std::move(setting);
}

void Design::set(std::string_view assignment, const Catalogue& catalogue, Problems& problems) {
    const std::string flag = "--set " + std::string(assignment);
    const auto equals = assignment.find('=');
    if (equals == std::string_view::npos) {
        problems.add(flag, "no '='", "ID=VALUE or ID.PARAM=VALUE");
        return;
    }
    const auto left = assignment.substr(0, equals);
    const std::string value(assignment.substr(equals + 1));
    const auto dot = left.find('.');
    const auto* spec = catalogue.find(left.substr(0, dot));
    if (!spec) {
        problems.add(flag, "\"" + std::string(left.substr(0, dot)) + "\"", catalogue.ids());
        return;
    }
    auto& setting =
        m_settings.try_emplace(spec->id, initialSetting(*spec, spec->values[0].id)).first->second;
    if (dot == std::string_view::npos) {
        checkValue(*spec, flag, value, setting, problems);
        return;
    }
    const auto* parameter = findParameter(*spec, left.substr(dot + 1));
    if (!parameter) {
        problems.add(flag, "\"" + std::string(left.substr(dot + 1)) + "\"", parameterIds(*spec));
        return;
    }
    double number = 0;
    if (parameter->isBool && (value == "true" || value == "on")) {
        number = 1;
    } else if (parameter->isBool && (value == "false" || value == "off")) {
        number = 0;
    } else if (const auto option = valueOfOption(*parameter, value)) {
        number = *option;
    } else {
        const auto [end, error] =
            std::from_chars(value.data(), value.data() + value.size(), number);
        if (error != std::errc{} || end != value.data() + value.size()) {
            problems.add(flag, "\"" + value + "\"",
                         parameter->options.empty() ? "a number" : optionIds(*parameter));
            return;
        }
    }
    checkParameter(*parameter, flag, number, setting, problems);
}

json toJson(const Design& design) {
    json j = json::object();
    for (const auto& [id, setting] : design.settings()) {
        if (setting.parameters.empty()) {
            j[id] = setting.value;
            continue;
        }
        j[id] = {{"value", setting.value}};
        for (const auto& [name, value] : setting.parameters) j[id][name] = value;
    }
    return j;
}

Design designFromJson(const json& j, const Catalogue& catalogue, Design base,
                      const std::string& path, Problems& problems) {
    if (!j.is_object()) {
        problems.add(path, j.type_name(), "an object of mechanisms: " + catalogue.ids());
        return base;
    }
    for (const auto& [id, entry] : j.items()) {
        const std::string here = path + "." + id;
        const auto* spec = catalogue.find(id);
        if (!spec) {
            problems.add(here, "an unknown mechanism", catalogue.ids());
            continue;
        }
        Setting setting = base.of(id);
        if (setting.value.empty()) setting = initialSetting(*spec, spec->values.front().id);
        if (entry.is_string()) {
            checkValue(*spec, here, entry.get<std::string>(), setting, problems);
        } else if (entry.is_object()) {
            for (const auto& [key, value] : entry.items()) {
                const std::string at = here + "." + key;
                if (key == "value") {
                    if (value.is_string()) {
                        checkValue(*spec, at, value.get<std::string>(), setting, problems);
                    } else {
                        problems.add(at, value.dump(), allowedValues(*spec));
                    }
                    continue;
                }
                const auto* parameter = findParameter(*spec, key);
                if (!parameter) {
                    problems.add(at, "an unknown parameter", "value, " + parameterIds(*spec));
                } else if (value.is_boolean() && parameter->isBool) {
                    setting.parameters[key] = value.get<bool>() ? 1 : 0;
                } else if (const auto option = valueOfOption(
                               *parameter,
                               value.is_string() ? value.get<std::string>() : std::string())) {
                    setting.parameters[key] = *option;
                } else if (value.is_number()) {
                    checkParameter(*parameter, at, value.get<double>(), setting, problems);
                } else {
                    problems.add(at, value.dump(),
                                 parameter->isBool            ? "true, false"
                                 : parameter->options.empty() ? "a number"
                                                              : optionIds(*parameter));
                }
            }
        } else {
            problems.add(here, entry.dump(), allowedValues(*spec));
        }
        base.put(id, std::move(setting));
    }
    return base;
}

Design designFromTrustedJson(const json& j) {
    Design d;
    for (const auto& [id, entry] : j.items()) {
        Setting setting;
        if (entry.is_string()) {
            setting.value = entry.get<std::string>();
        } else {
            for (const auto& [key, value] : entry.items()) {
                if (key == "value") {
                    setting.value = value.get<std::string>();
                } else {
                    setting.parameters[key] = value.get<double>();
                }
            }
        }
        d.put(id, std::move(setting));
    }
    return d;
}

std::vector<std::string> differences(const Design& before, const Design& after) {
    std::vector<std::string> out;
    for (const auto& [id, setting] : after.settings()) {
        const Setting& old = before.of(id);
        if (old.value != setting.value)
            out.push_back(fmt::format("{} {} → {}", id, old.value, setting.value));
        for (const auto& [name, value] : setting.parameters) {
            const auto it = old.parameters.find(name);
            if (it != old.parameters.end() && it->second != value)
                out.push_back(fmt::format("{}.{} {:g} → {:g}", id, name, it->second, value));
        }
    }
    return out;
}

}  // namespace tenfold::scenario
