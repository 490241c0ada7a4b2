// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "simulator/scenario/json_reader.h"
#include "simulator/scenario/scenario.h"

namespace tenfold::scenario {

using nlohmann::json;
using Reader = JsonReader;

namespace {

constexpr std::string_view kFormat = "tenfold.scenario/1";
constexpr std::string_view kFormatStem = "tenfold.scenario/";
constexpr double kMostPeakHz = 1e6;
constexpr std::size_t kMostFaults = 100;

const std::vector<std::string>& endpointIds() {
    static const std::vector<std::string> ids{
        "products.list", "products.get",    "images.get",         "orders.list",
        "orders.get",    "me.get",          "orders.by_customer", "orders.create",
        "me.update",     "payments.create", "reviews.create",     "products.update"};
    return ids;
}

void readMix(const json& j, const std::string& path, std::map<std::string, double>& mix,
             Problems& problems) {
    if (!j.is_object()) {
        problems.add(path, j.type_name(), "an object of endpoint: weight");
        return;
    }
    for (const auto& [id, weight] : j.items()) {
        const auto& ids = endpointIds();
        if (std::find(ids.begin(), ids.end(), id) == ids.end()) {
            problems.add(path + "." + id, "an unknown endpoint", joined(ids));
        } else if (!weight.is_number() || weight.get<double>() < 0 || weight.get<double>() > 1e6) {
            problems.add(path + "." + id, shown(weight), "a weight from 0 to 1000000");
        } else {
            mix[id] = weight.get<double>();
        }
    }
    const bool isNothing =
        mix.size() == endpointIds().size() &&
        std::all_of(mix.begin(), mix.end(), [](const auto& entry) { return entry.second == 0; });
    if (isNothing) problems.add(path, "only zeros", "at least one weight above 0");
}

void readWorkload(const json& j, const std::string& path, Workload& w, Problems& problems) {
    Reader r(j, path, problems);
    r.number("daily_active_users", w.dailyActiveUsers, 1, 1e8);
    r.number("requests_per_user_per_day", w.requestsPerUserPerDay, 0.01, 1e5);
    r.number("peak_factor", w.peakFactor, 1, 100);
    r.child("mix", [&](const json& v, const std::string& at) { readMix(v, at, w.mix, problems); });
    r.number("zipf_exponent", w.zipfExponent, 0, 3);
    r.number("client_timeout_ms", w.clientTimeoutMs, 100, 60'000);
    r.integer("addresses", w.addresses, 1, 256);
    r.number("shared_address_part", w.sharedAddressPart, 0, 1);
    r.number("abuser_factor", w.abuserFactor, 0, 20);
    r.integer("client_retries", w.clientRetries, 0, 10);
    r.number("retry_backoff_ms", w.retryBackoffMs, 1, 20'000);
    r.number("dropped_reply_part", w.droppedReplyPart, 0, 1);
    r.finish();
    // Each number may be sound and their product not: no generator makes a billion a second.
    if (const double peakHz = w.rate().peakHz; peakHz > kMostPeakHz)
        problems.add(path, fmt::format("{:.3g} requests a second at the peak", peakHz),
                     fmt::format("at most {:g}", kMostPeakHz));
}

void readFaults(const json& j, const std::string& path, std::vector<Fault>& faults,
                Problems& problems) {
    if (!j.is_array() || j.size() > kMostFaults) {
        problems.add(path,
                     j.is_array() ? fmt::format("{} faults", j.size()) : std::string(j.type_name()),
                     fmt::format("a list of at most {} faults", kMostFaults));
        return;
    }
    for (std::size_t i = 0; i < j.size(); ++i) {
        Fault f;
        const std::string here = fmt::format("{}[{}]", path, i);
        Reader r(j[i], here, problems);
        r.text("name", f.name);
        r.number("at_s", f.atS, 0, kLatestFaultS);
        r.number("duration_s", f.durationS, kShortestFaultS, kLatestFaultS);
        r.require("duration_s", "how long it lasts, in seconds");
        r.finish();
        const auto& names = faultNames();
        if (j[i].is_object() && std::find(names.begin(), names.end(), f.name) == names.end())
            problems.add(here + ".name", "\"" + f.name + "\"", joined(names));
        faults.push_back(f);
    }
}

void readReal(const json& j, const std::string& path, std::vector<std::string>& real,
              Problems& problems) {
    if (!j.is_array()) {
        problems.add(path, shown(j), "a list of " + joined(realNames()));
        return;
    }
    for (const auto& v : j) {
        const auto& names = realNames();
        if (!v.is_string() ||
            std::find(names.begin(), names.end(), v.get<std::string>()) == names.end()) {
            problems.add(path, shown(v), joined(names));
        } else if (std::find(real.begin(), real.end(), v.get<std::string>()) == real.end()) {
            real.push_back(v.get<std::string>());
        }
    }
}

}  // namespace

json toJson(const Scenario& s) {
    const auto& w = s.workload;
    json j = {{"format", kFormat},
              {"name", s.name},
              {"about", s.about},
              {"workload",
               {{"daily_active_users", w.dailyActiveUsers},
                {"requests_per_user_per_day", w.requestsPerUserPerDay},
                {"peak_factor", w.peakFactor},
                {"mix", w.mix},
                {"zipf_exponent", w.zipfExponent},
                {"client_timeout_ms", w.clientTimeoutMs},
                {"addresses", w.addresses},
                {"shared_address_part", w.sharedAddressPart},
                {"abuser_factor", w.abuserFactor},
                {"client_retries", w.clientRetries},
                {"retry_backoff_ms", w.retryBackoffMs},
                {"dropped_reply_part", w.droppedReplyPart}}},
              {"design", toJson(s.design)},
              {"hardware", s.hardware},
              {"machines",
               {{"instance_factor", s.machines.instanceFactor},
                {"database_core_factor", s.machines.databaseCoreFactor}}},
              {"faults", json::array()},
              {"objective",
               {{"p99_ms", s.objective.p99Ms}, {"answered_ratio", s.objective.answeredRatio}}},
              {"seed", s.seed},
              {"duration_s", s.durationS},
              {"dataset", s.dataset}};
    for (const auto& f : s.faults)
        j["faults"].push_back({{"name", f.name}, {"at_s", f.atS}, {"duration_s", f.durationS}});
    if (!s.real.empty()) j["real"] = s.real;
    return j;
}

Scenario scenarioFromJson(const json& j, const Catalogue& catalogue, const std::string& source) {
    Problems problems(source);
    Scenario s;
    s.design = Design::naive(catalogue);
    if (!j.is_object()) {
        problems.add("$", j.type_name(), "an object with \"format\": \"tenfold.scenario/1\"");
        throw InputError(problems);
    }
    const json format = j.value("format", json());
    if (format != kFormat) {
        const bool isNewer =
            format.is_string() && format.get<std::string>().rfind(kFormatStem, 0) == 0;
        problems.add("$.format", shown(format),
                     isNewer
                         ? "tenfold.scenario/1: this file comes from another version of Tenfold "
                           "(this is " TENFOLD_VERSION ")"
                         : "\"tenfold.scenario/1\"");
        if (isNewer) throw InputError(problems);
    }
    Reader r(j, "$", problems);
    r.child("format", [](const json&, const std::string&) {});
    r.text("name", s.name, 100);
    r.text("about", s.about);
    r.child("workload", [&](const json& v, const std::string& at) {
        readWorkload(v, at, s.workload, problems);
    });
    r.child("design", [&](const json& v, const std::string& at) {
        s.design = designFromJson(v, catalogue, s.design, at, problems);
    });
    r.text("hardware", s.hardware, 100);
    r.child("machines", [&](const json& v, const std::string& at) {
        Reader m(v, at, problems);
        m.integer("instance_factor", s.machines.instanceFactor, 1, 4);
        m.integer("database_core_factor", s.machines.databaseCoreFactor, 1, 8);
        m.finish();
    });
    r.child("faults",
            [&](const json& v, const std::string& at) { readFaults(v, at, s.faults, problems); });
    r.child("objective", [&](const json& v, const std::string& at) {
        Reader o(v, at, problems);
        o.number("p99_ms", s.objective.p99Ms, 1, 60'000);
        o.number("answered_ratio", s.objective.answeredRatio, 0.5, 1);
        o.finish();
    });
    r.integer("seed", s.seed, 0, 9e15);
    r.number("duration_s", s.durationS, 1, 86'400);
    r.text("dataset", s.dataset, 100);
    r.child("real",
            [&](const json& v, const std::string& at) { readReal(v, at, s.real, problems); });
    r.finish();
    if (s.dataset != "shop") problems.add("$.dataset", "\"" + s.dataset + "\"", "\"shop\"");
    if (!problems.empty()) throw InputError(problems);
    return s;
}

Scenario loadScenario(const std::filesystem::path& file, const Catalogue& catalogue) {
    return scenarioFromJson(jsonFromFile(file), catalogue, file.string());
}

}  // namespace tenfold::scenario
