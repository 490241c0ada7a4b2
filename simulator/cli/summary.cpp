// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/cli/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "simulator/measure/clock.h"
#include "simulator/study/spread.h"

namespace tenfold::cli {

using measure::Outcome;
using measure::Stage;
using nlohmann::json;

namespace {

constexpr double kLevel = 0.9;  // of intervals

json percentile(const measure::Histogram& h, double p) {
    const auto value = h.percentileMs(p);
    return value ? json(*value) : json();
}

double per(double amount, std::uint64_t n) {
    return n ? amount / static_cast<double>(n) : 0;
}

json ratio(std::uint64_t amount, std::uint64_t n) {
    return n ? json(static_cast<double>(amount) / static_cast<double>(n)) : json();
}

json outcomesJson(const measure::ClientCounts& c) {
    json j = json::object();
    for (int i = 0; i < measure::kOutcomes; ++i)
        j[std::string(measure::toString(static_cast<Outcome>(i)))] =
            c.outcomes[static_cast<std::size_t>(i)];
    return j;
}

json endpointJson(const measure::EndpointSample& e) {
    const auto& s = e.server;
    json j = {
        {"abuser_outcomes", outcomesJson(e.abuser)},
        {"answered", e.users.of(Outcome::ok)},
        {"failed", e.users.failed()},
        {"p50_ms", percentile(e.users.response, 0.5)},
        {"p95_ms", percentile(e.users.response, 0.95)},
        {"p99_ms", percentile(e.users.response, 0.99)},
        {"samples", e.users.response.count()},
        {"statements_per_request", ratio(s.statements, s.requests)},
        {"full_scan_steps_per_request", per(static_cast<double>(s.fullScanSteps), s.requests)},
        {"rows_per_request", per(static_cast<double>(s.rows), s.requests)},
        {"bytes_per_answer", per(static_cast<double>(e.users.bytes), e.users.ended())}};
    for (const auto& field : measure::serverFields()) j[field.name] = s.*field.member;
    // Some counts have the same name on both sides: what the client saw stands.
    for (const auto& field : measure::clientFields()) j[field.name] = e.users.*field.member;
    return j;
}

json nodeJson(const measure::NodeSample& n) {
    return {{"role", n.role},
            {"alive", n.alive},
            {"cores", n.cores},
            {"utilisation", n.utilisation()},
            {"asked_cores", n.askedCores()},
            {"host_cpu_cores", n.spanMs > 0 ? n.hostCpuMs / n.spanMs : 0},
            {"arrived", n.arrived},
            {"completed", n.completed},
            {"capacity", n.capacity},
            {"in_use", n.inUse},
            {"waiting", n.waiting},
            {"rejected", n.rejected},
            {"gauges", n.gauges},
            {"overrun_p99_ms", percentile(n.overrun, 0.99)}};
}

json intervalsJson(const measure::Sample& window, std::span<const measure::Sample> slots) {
    json all = json::object();
    const auto response = window.total().users.response;
    for (int i = 0; i < study::kMetrics; ++i) {
        const auto metric = static_cast<study::Metric>(i);
        json& j = all[std::string(study::toString(metric))];
        const auto spread = study::spreadOf(slots, metric);
        j["half_width"] = spread ? json(spread->halfWidth(kLevel)) : json();
        j["batches"] = spread ? spread->batches() : 0;
        if (const auto p = study::percentileOf(metric)) {
            const auto ranks = study::orderStatistics(response, *p, kLevel);
            j["order_statistics"] = ranks ? json{ranks->low, ranks->high} : json();
        }
    }
    return all;
}

std::string ms(const json& v) {
    return v.is_number() ? fmt::format("{:.1f} ms", v.get<double>()) : "–";
}

}  // namespace

json summaryOf(const measure::Timeline& timeline, const measure::Sample& window,
               const judge::Verdict& verdict, std::span<const measure::Sample> slots) {
    const auto all = window.total();
    const double seconds = window.spanMs() / 1000;
    const auto perSecond = [&](std::uint64_t n) {
        return seconds > 0 ? json(static_cast<double>(n) / seconds) : json();
    };
    json byEndpoint = json::object();
    for (const auto& [id, e] : window.endpoints) byEndpoint[id] = endpointJson(e);
    json nodes = json::object();
    for (const auto& [id, n] : window.nodes) nodes[id] = nodeJson(n);
    json where = json::object();
    for (int i = 0; i < measure::kStages; ++i)
        where[std::string(measure::toString(static_cast<Stage>(i)))] =
            per(all.where.totalMs[static_cast<std::size_t>(i)], all.where.requests);
    measure::Histogram overrun;
    for (const auto& [id, n] : window.nodes) overrun.merge(n.overrun);

    // Every request of the run, start-up and changes included: what was offered has ended.
    const auto whole = timeline.window(0, timeline.lastSlot()).total();
    const auto identity = [](const measure::ClientCounts& c) {
        return json{{"offered", c.offered}, {"ended", c.ended()}};
    };
    // Where nothing was measured there is no figure: a zero would be one.
    return {
        {"offered_per_s", perSecond(all.users.offered)},
        {"answered_per_s", perSecond(all.users.of(Outcome::ok))},
        {"failed_ratio", ratio(all.users.failed(), all.users.ended())},
        {"p50_ms", percentile(all.users.response, 0.5)},
        {"p95_ms", percentile(all.users.response, 0.95)},
        {"p99_ms", percentile(all.users.response, 0.99)},
        {"samples", all.users.response.count()},
        {"statements_per_request", ratio(all.server.statements, all.server.requests)},
        {"outcomes", outcomesJson(all.users)},
        // Of the whole run: an order that is there twice stays there.
        {"tried_again",
         {{"retries", whole.users.retries},
          {"replays", whole.server.replays},
          {"duplicates", whole.server.duplicates}}},
        {"by_endpoint", byEndpoint},
        {"nodes", nodes},
        {"where", where},
        {"overrun_p99_ms", percentile(overrun, 0.99)},
        {"generator_lag_p99_ms", percentile(window.generatorLag, 0.99)},
        {"host_cpu", window.hostCpu},
        {"verdict",
         {{"holds", toJson(verdict.holds)},
          {"first_to_break", verdict.firstToBreak ? json(*verdict.firstToBreak) : json()},
          {"withheld", verdict.withheld.empty() ? json() : json(verdict.withheld)}}},
        {"confidence",
         {{"window_s", seconds},
          {"censored", all.users.censored()},
          {"percentiles", "nearest rank over the window"},
          {"verdict", "exact binomial lower bound, 95 %"},
          {"level", kLevel},
          {"intervals", intervalsJson(window, slots)},
          {"whole_run", {{"users", identity(whole.users)}, {"abuser", identity(whole.abuser)}}}}}};
}

json runJson(const RunResult& run, const scenario::Scenario& scenario) {
    json j = run.timeline.toJson();
    j["format"] = "tenfold.run/1";
    j["scenario"] = scenario::toJson(scenario);
    j["engine"] = toString(run.engine);
    j["summary"] = run.summary;
    return j;
}

std::string csvOf(const measure::Timeline& timeline) {
    std::string out =
        "time_s,version,offered,ok,rate_limited,client_error,server_error,refused,timeout,"
        "unfinished,not_sent,p50_ms,p95_ms,p99_ms,statements,requests,host_cpu\n";
    std::map<std::string, std::string> roles;  // of nodes that reported at some time
    for (const auto& s : timeline.samples())
        for (const auto& [id, n] : s.nodes) roles[id] = n.role;
    const auto cell = [](std::optional<double> v) { return v ? fmt::format("{:.3f}", *v) : ""; };
    for (const auto& s : timeline.samples()) {
        // Who has not reported has no zeros: its cells stay empty.
        const auto isMissing = [&](const char* role) {
            return std::any_of(s.missing.begin(), s.missing.end(),
                               [&](const std::string& id) { return roles[id] == role; });
        };
        const bool hasClient = std::any_of(s.nodes.begin(), s.nodes.end(), [](const auto& n) {
            return n.second.role == "generator" && n.second.alive;
        });
        const auto all = s.total();
        const auto client = [&](std::uint64_t n) {
            return hasClient && !isMissing("generator") ? fmt::format("{}", n) : "";
        };
        const auto server = [&](std::uint64_t n) {
            return isMissing("instance") ? "" : fmt::format("{}", n);
        };
        out += fmt::format("{:.2f},{},{}", static_cast<double>(s.slot) * 0.25, s.version,
                           client(all.users.offered));
        for (const auto n : all.users.outcomes) out += "," + client(n);
        out += fmt::format(",{},{},{},{},{},{:.3f}\n", cell(all.users.response.percentileMs(0.5)),
                           cell(all.users.response.percentileMs(0.95)),
                           cell(all.users.response.percentileMs(0.99)),
                           server(all.server.statements), server(all.server.requests), s.hostCpu);
    }
    return out;
}

std::string summaryText(const json& s, const judge::Verdict& verdict) {
    const auto& confidence = s["confidence"];
    const bool isCensored =
        confidence["censored"].get<double>() > 0.01 * s["samples"].get<double>();
    std::string out;
    const auto line = [&](const std::string& name, const std::string& value) {
        out += fmt::format("  {:<24}{}\n", name, value);
    };
    const auto figure = [](const json& v, const char* format, double factor = 1) {
        return v.is_number() ? fmt::format(fmt::runtime(format), v.get<double>() * factor) : "–";
    };
    line("asked for / answered",
         fmt::format("{} / {} a second (over {:.0f} s)", figure(s["offered_per_s"], "{:.1f}"),
                     figure(s["answered_per_s"], "{:.1f}"), confidence["window_s"].get<double>()));
    line("failed", figure(s["failed_ratio"], "{:.2f} %", 100));
    line("p50  p95  p99",
         fmt::format("{}  {}  {}{}   n = {}", ms(s["p50_ms"]), ms(s["p95_ms"]),
                     isCensored ? "≥ " : "", ms(s["p99_ms"]), s["samples"].get<std::uint64_t>()));
    const auto half = [&](const char* key) {
        return ms(confidence["intervals"][key]["half_width"]);
    };
    line("± at 90 %", fmt::format("{}  {}  {}", half("p50_ms"), half("p95_ms"), half("p99_ms")));
    line("statements a request", figure(s["statements_per_request"], "{:.2f}"));
    if (const auto& again = s["tried_again"]; again["retries"] > 0)
        line("tried again", fmt::format("{} times: {} answered from what was kept, {} carried out "
                                        "twice",
                                        again["retries"].get<std::uint64_t>(),
                                        again["replays"].get<std::uint64_t>(),
                                        again["duplicates"].get<std::uint64_t>()));
    if (!s["generator_lag_p99_ms"].is_null())
        line("lag, overrun p99", ms(s["generator_lag_p99_ms"]) + ", " + ms(s["overrun_p99_ms"]));
    if (!s["host_cpu"].is_null()) line("host CPU", figure(s["host_cpu"], "{:.0f} %", 100));
    line(verdict.headline, verdict.sentence);
    return out;
}

}  // namespace tenfold::cli
