// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/cli/assertion.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

namespace tenfold::cli {

namespace {

struct Field {
    std::string name;
    enum Kind { duration, ratio, plain } kind;
};

const std::map<std::string, Field>& fields() {
    static const std::map<std::string, Field> all{
        {"p50", {"p50_ms", Field::duration}},
        {"p95", {"p95_ms", Field::duration}},
        {"p99", {"p99_ms", Field::duration}},
        {"failed", {"failed_ratio", Field::ratio}},
        {"answered_per_s", {"answered_per_s", Field::plain}},
        {"offered_per_s", {"offered_per_s", Field::plain}},
        {"statements_per_request", {"statements_per_request", Field::plain}},
        {"samples", {"samples", Field::plain}},
        {"generator_lag_p99", {"generator_lag_p99_ms", Field::duration}},
        {"overrun_p99", {"overrun_p99_ms", Field::duration}},
        {"host_cpu", {"host_cpu", Field::ratio}}};
    return all;
}

std::string names() {
    std::string out;
    for (const auto& [name, field] : fields()) out += (out.empty() ? "" : ", ") + name;
    return out;
}

}  // namespace

Assertion parseAssertion(const std::string& text, scenario::Problems& problems) {
    Assertion a;
    a.text = text;
    const std::string flag = "--assert '" + text + "'";
    const auto at = text.find_first_of("<>=");
    const std::string name = text.substr(0, at);
    const auto field = fields().find(name);
    if (at == std::string::npos || field == fields().end()) {
        problems.add(flag, "\"" + name + "\"", names() + ", then < <= > >= or ==");
        return a;
    }
    a.field = field->second.name;
    std::size_t length = 1;
    if (at + 1 < text.size() && text[at + 1] == '=') length = 2;
    a.op = text.substr(at, length);
    if (a.op == "=") {
        problems.add(flag, "\"=\"", "< <= > >= ==");
        return a;
    }
    const std::string rest = text.substr(at + length);
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), a.value);
    const std::string unit(end, rest.data() + rest.size());
    bool isGood = error == std::errc{} && std::isfinite(a.value);
    switch (field->second.kind) {
        case Field::duration:
            if (unit == "s") {
                a.value *= 1000;
            } else if (unit != "ms") {
                isGood = false;
            }
            break;
        case Field::ratio:
            if (unit == "%") {
                a.value /= 100;
            } else if (!unit.empty()) {
                isGood = false;
            }
            break;
        case Field::plain:
            isGood = isGood && unit.empty();
            break;
    }
    if (!isGood)
        problems.add(flag, "\"" + rest + "\"",
                     field->second.kind == Field::duration ? "a time: 300ms, 1.5s"
                     : field->second.kind == Field::ratio  ? "a share: 0.1% or 0.001"
                                                           : "a number");
    return a;
}

bool holds(const Assertion& a, const nlohmann::json& summary, std::string& found) {
    const auto it = summary.find(a.field);
    if (it == summary.end() || !it->is_number()) {
        found = "no figure";
        return false;
    }
    const double value = it->get<double>();
    found = fmt::format("{} = {:.4g}", a.field, value);
    if (a.op == "<") return value < a.value;
    if (a.op == "<=") return value <= a.value;
    if (a.op == ">") return value > a.value;
    if (a.op == ">=") return value >= a.value;
    return value == a.value;
}

}  // namespace tenfold::cli
