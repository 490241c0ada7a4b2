// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/cli/summary.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "simulator/measure/clock.h"

namespace tenfold::cli {

using measure::Outcome;
using measure::Stage;
using nlohmann::json;

namespace {

json percentile(const measure::Histogram& h, double p) {
    const auto value = h.percentileMs(p);
    return value ? json(*value) : json();
}

double per(double amount, std::uint64_t n) {
    return n ? amount / static_cast<double>(n) : 0;
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
    return {{"offered", e.users.offered},
            {"answered", e.users.of(Outcome::ok)},
            {"failed", e.users.failed()},
            {"p50_ms", percentile(e.users.response, 0.5)},
            {"p95_ms", percentile(e.users.response, 0.95)},
            {"p99_ms", percentile(e.users.response, 0.99)},
            {"samples", e.users.response.count()},
            {"requests", s.requests},
            {"statements", s.statements},
            {"statements_per_request", per(static_cast<double>(s.statements), s.requests)},
            {"full_scan_steps_per_request", per(static_cast<double>(s.fullScanSteps), s.requests)},
            {"rows_per_request", per(static_cast<double>(s.rows), s.requests)},
            {"bytes_per_answer", per(static_cast<double>(e.users.bytes), e.users.ended())},
            {"cache_hits", s.cacheHits},
            {"cache_misses", s.cacheMisses},
            {"recomputes", s.recomputes},
            {"stale_own_reads", s.staleOwnReads}};
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

json holdsJson(judge::Holds h) {
    if (h == judge::Holds::yes) return true;
    if (h == judge::Holds::no) return false;
    return nullptr;
}

std::string ms(const json& v) {
    return v.is_number() ? fmt::format("{:.1f} ms", v.get<double>()) : "–";
}

}  // namespace

json summaryOf(const measure::Timeline& timeline, const scenario::Scenario&,
               const measure::Sample& window, const judge::Verdict& verdict) {
    const auto all = window.total();
    const double seconds = window.spanMs() / 1000;
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
    const std::uint64_t ended = all.users.ended();
    return {{"window_s", seconds},
            {"offered_per_s", seconds > 0 ? static_cast<double>(all.users.offered) / seconds : 0},
            {"answered_per_s",
             seconds > 0 ? static_cast<double>(all.users.of(Outcome::ok)) / seconds : 0},
            {"failed_ratio", per(static_cast<double>(all.users.failed()), ended)},
            {"p50_ms", percentile(all.users.response, 0.5)},
            {"p95_ms", percentile(all.users.response, 0.95)},
            {"p99_ms", percentile(all.users.response, 0.99)},
            {"censored", all.users.censored()},
            {"samples", all.users.response.count()},
            {"statements_per_request",
             per(static_cast<double>(all.server.statements), all.server.requests)},
            {"outcomes", outcomesJson(all.users)},
            {"abuser_outcomes", outcomesJson(all.abuser)},
            {"whole_run", {{"users", identity(whole.users)}, {"abuser", identity(whole.abuser)}}},
            {"by_endpoint", byEndpoint},
            {"nodes", nodes},
            {"where", where},
            {"overrun_p99_ms", percentile(overrun, 0.99)},
            {"generator_lag_p50_ms", percentile(window.generatorLag, 0.5)},
            {"generator_lag_p99_ms", percentile(window.generatorLag, 0.99)},
            {"host_cpu", window.hostCpu},
            {"verdict",
             {{"holds", holdsJson(verdict.holds)},
              {"headline", verdict.headline},
              {"sentence", verdict.sentence},
              {"first_to_break", verdict.firstToBreak ? json(*verdict.firstToBreak) : json()},
              {"withheld", verdict.withheld.empty() ? json() : json(verdict.withheld)}}},
            {"confidence",
             {{"percentiles", "nearest rank over the window"},
              {"verdict", "exact binomial lower bound, 95 %"}}}};
}

json runJson(const measure::Timeline& timeline, const scenario::Scenario& scenario,
             const json& summary) {
    json j = timeline.toJson();
    j["format"] = "tenfold.run/1";
    j["scenario"] = scenario::toJson(scenario);
    j["engine"] = "live";
    j["summary"] = summary;
    return j;
}

std::string csvOf(const measure::Timeline& timeline) {
    std::string out =
        "time_s,version,offered,ok,rate_limited,client_error,server_error,refused,timeout,"
        "unfinished,not_sent,p50_ms,p95_ms,p99_ms,statements,requests,host_cpu\n";
    const auto cell = [](std::optional<double> v) { return v ? fmt::format("{:.3f}", *v) : ""; };
    for (const auto& s : timeline.samples()) {
        const auto all = s.total();
        out += fmt::format("{:.2f},{},{}", static_cast<double>(s.slot) * 0.25, s.version,
                           all.users.offered);
        for (const auto n : all.users.outcomes) out += fmt::format(",{}", n);
        out += fmt::format(",{},{},{},{},{},{:.3f}\n", cell(all.users.response.percentileMs(0.5)),
                           cell(all.users.response.percentileMs(0.95)),
                           cell(all.users.response.percentileMs(0.99)), all.server.statements,
                           all.server.requests, s.hostCpu);
    }
    return out;
}

std::string summaryText(const json& s) {
    const bool isCensored =
        s["censored"].get<double>() > 0.01 * s["samples"].get<double>() && s["censored"] > 0;
    std::string out;
    const auto line = [&](const std::string& name, const std::string& value) {
        out += fmt::format("  {:<24}{}\n", name, value);
    };
    line("asked for / answered",
         fmt::format("{:.1f} / {:.1f} a second (last {:.0f} s)", s["offered_per_s"].get<double>(),
                     s["answered_per_s"].get<double>(), s["window_s"].get<double>()));
    line("failed", fmt::format("{:.2f} %", s["failed_ratio"].get<double>() * 100));
    line("p50  p95  p99",
         fmt::format("{}  {}  {}{}   n = {}", ms(s["p50_ms"]), ms(s["p95_ms"]),
                     isCensored ? "≥ " : "", ms(s["p99_ms"]), s["samples"].get<std::uint64_t>()));
    line("statements a request", fmt::format("{:.2f}", s["statements_per_request"].get<double>()));
    line("lag, overrun p99", ms(s["generator_lag_p99_ms"]) + ", " + ms(s["overrun_p99_ms"]));
    line("host CPU", fmt::format("{:.0f} %", s["host_cpu"].get<double>() * 100));
    const auto& v = s["verdict"];
    line(v["headline"].get<std::string>(), v["sentence"].get<std::string>());
    return out;
}

}  // namespace tenfold::cli
