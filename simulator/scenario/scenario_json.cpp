// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <system_error>

#include "simulator/scenario/scenario.h"

namespace tenfold::scenario {

using nlohmann::json;

namespace {

constexpr std::string_view kFormat = "tenfold.scenario/1";
constexpr std::string_view kFormatStem = "tenfold.scenario/";
constexpr double kMostPeakHz = 1e6;
constexpr std::size_t kMostFaults = 100;

/// A value as a message shows it: not longer than a line, and not cut within a character.
std::string shown(const json& v) {
    constexpr std::size_t kLongest = 40;
    std::string text = v.dump(-1, ' ', false, json::error_handler_t::replace);
    if (text.size() <= kLongest) return text;
    std::size_t end = kLongest;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    return text.substr(0, end) + "…";
}

/// Reads the keys of one object: each known key once, everything else is a problem.
class Reader {
public:
    Reader(const json& j, std::string path, Problems& problems)
        : m_json(j), m_path(std::move(path)), m_problems(problems) {
        if (!j.is_object()) problems.add(m_path, shown(j), "an object");
    }

    void number(const char* key, double& out, double least, double most) {
        if (const json* v = take(key)) {
            if (!v->is_number() || !(v->get<double>() >= least && v->get<double>() <= most)) {
                m_problems.add(at(key), shown(*v),
                               fmt::format("a number from {:g} to {:g}", least, most));
            } else {
                out = v->get<double>();
            }
        }
    }
    template <typename Int>
    void integer(const char* key, Int& out, double least, double most) {
        double value = static_cast<double>(out);
        const auto before = m_problems.messages().size();
        number(key, value, least, most);
        if (m_problems.messages().size() == before && value != std::floor(value)) {
            m_problems.add(at(key), fmt::format("{:g}", value), "a whole number");
            return;
        }
        out = static_cast<Int>(value);
    }
    void text(const char* key, std::string& out, std::size_t longest = 2000) {
        if (const json* v = take(key)) {
            if (!v->is_string() || v->get<std::string>().size() > longest) {
                m_problems.add(at(key), shown(*v),
                               fmt::format("a text of at most {} bytes", longest));
            } else {
                out = v->get<std::string>();
            }
        }
    }
    void child(const char* key, const std::function<void(const json&, const std::string&)>& read) {
        if (const json* v = take(key)) read(*v, at(key));
    }
    /// This key has no default.
    void require(const char* key, const std::string& allowed) {
        if (m_json.is_object() && !m_json.contains(key))
            m_problems.add(at(key), "nothing", allowed);
    }
    /// Call last: what was not taken is unknown.
    void finish() {
        if (!m_json.is_object()) return;
        std::string known;
        for (const auto& k : m_known) known += (known.empty() ? "" : ", ") + k;
        for (const auto& [key, value] : m_json.items())
            if (std::find(m_known.begin(), m_known.end(), key) == m_known.end())
                m_problems.add(at(key), "an unknown key", known);
    }

private:
    const json* take(const char* key) {
        m_known.emplace_back(key);
        if (!m_json.is_object()) return nullptr;
        const auto it = m_json.find(key);
        return it == m_json.end() ? nullptr : &*it;
    }
    std::string at(const std::string& key) const { return m_path + "." + key; }
    const json& m_json;
    std::string m_path;
    Problems& m_problems;
    std::vector<std::string> m_known;
};

const std::vector<std::string>& endpointIds() {
    static const std::vector<std::string> ids{
        "products.list", "products.get",    "images.get",         "orders.list",
        "orders.get",    "me.get",          "orders.by_customer", "orders.create",
        "me.update",     "payments.create", "reviews.create",     "products.update"};
    return ids;
}

std::string joined(const std::vector<std::string>& all) {
    std::string out;
    for (const auto& s : all) out += (out.empty() ? "" : ", ") + s;
    return out;
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
                {"abuser_factor", w.abuserFactor}}},
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
    constexpr std::uintmax_t kLongestBytes = 1 << 20;
    Problems problems(file.string());
    std::error_code error;
    const auto size = std::filesystem::file_size(file, error);
    if (error) {
        problems.add("cannot be read: " + error.message());
        throw InputError(problems);
    }
    if (size > kLongestBytes) {
        problems.add(fmt::format("is {} bytes long; allowed: at most {}", size, kLongestBytes));
        throw InputError(problems);
    }
    std::ifstream in(file);
    if (!in) {
        problems.add("cannot be read: " + std::generic_category().message(errno));
        throw InputError(problems);
    }
    json j;
    try {
        // Whoever writes a value recurses: a megabyte of brackets would be the end of the stack.
        const int kDeepest = 16;
        j = json::parse(in, [kDeepest](int depth, json::parse_event_t, json&) {
            if (depth > kDeepest)
                throw std::length_error(fmt::format("nested more than {} deep", kDeepest));
            return true;
        });
    } catch (const json::parse_error& e) {
        problems.add(fmt::format("is not JSON, at byte {}: {}", e.byte, e.what()));
    } catch (const std::exception& e) {  // a number beyond all bounds, too many brackets
        problems.add(std::string("cannot be read: ") + e.what());
    }
    if (!problems.empty()) throw InputError(problems);
    return scenarioFromJson(j, catalogue, file.string());
}

}  // namespace tenfold::scenario
