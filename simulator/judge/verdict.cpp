// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/judge/verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "simulator/measure/words.h"

namespace tenfold::judge {

using measure::ClientCounts;
using measure::count;
using measure::milliseconds;
using measure::Outcome;

namespace {

constexpr std::uint64_t kSamplesForP99 = 299;

/// P(X ≥ k) for X ~ Binomial(n, p): the regularised incomplete beta function I_p(k, n − k + 1),
/// summed term by term in logarithms from k upwards.
double upperTail(std::uint64_t k, std::uint64_t n, double p) {
    if (k == 0) return 1;
    const auto nd = static_cast<double>(n);
    double sum = 0;
    for (std::uint64_t i = k; i <= n; ++i) {
        const auto id = static_cast<double>(i);
        const double term =
            std::exp(std::lgamma(nd + 1) - std::lgamma(id + 1) - std::lgamma(nd - id + 1) +
                     id * std::log(p) + (nd - id) * std::log1p(-p));
        sum += term;
        if (id > nd * p && term < sum * 1e-12) break;
    }
    return std::min(1.0, sum);
}

std::string percent(double ratio) {
    return ratio < 0.1 ? fmt::format("{:.1f} %", ratio * 100)
                       : fmt::format("{:.0f} %", ratio * 100);
}

/// "primary CPU (asked for 6.0 cores, has 4)", "gateway queue".
std::string limitWords(const std::string& limit, const measure::Sample& window) {
    const auto dot = limit.rfind('.');
    const std::string node = limit.substr(0, dot);
    const std::string part = dot == std::string::npos ? "" : limit.substr(dot + 1);
    if (part != "cpu") return node + " " + part;
    const auto it = window.nodes.find(node);
    if (it == window.nodes.end() || it->second.cores <= 0) return node + " CPU";
    return fmt::format("{} CPU (asked for {:.1f} cores, has {:g})", node, it->second.askedCores(),
                       it->second.cores);
}

/// How failures are told: "33 % of requests shed".
std::string failureWords(const ClientCounts& c) {
    struct Kind {
        Outcome outcome;
        const char* words;
    };
    constexpr std::array<Kind, 7> kinds{{{Outcome::rateLimited, "refused with 429"},
                                         {Outcome::clientError, "answered 4xx"},
                                         {Outcome::serverError, "answered 5xx"},
                                         {Outcome::refused, "refused a connection"},
                                         {Outcome::timeout, "timed out"},
                                         {Outcome::unfinished, "unfinished"},
                                         {Outcome::notSent, "not sent"}}};
    const auto worst = std::max_element(
        kinds.begin(), kinds.end(),
        [&](const Kind& a, const Kind& b) { return c.of(a.outcome) < c.of(b.outcome); });
    const auto ended = static_cast<double>(std::max<std::uint64_t>(1, c.ended()));
    return fmt::format("{} of requests {}",
                       percent(static_cast<double>(c.of(worst->outcome)) / ended), worst->words);
}

Reason reasonFor(const std::string& id, const ClientCounts& c, const scenario::Objective& objective,
                 bool& isFailing, bool& isMet) {
    Reason r;
    r.endpoint = id;
    r.samples = c.response.count();
    r.above = c.response.countAboveMs(objective.p99Ms);
    r.aboveRatioLow = binomialLowerBound(r.above, r.samples);
    const std::uint64_t ended = c.ended();
    r.failedRatio = ended ? static_cast<double>(c.failed()) / static_cast<double>(ended) : 0;
    r.failedRatioLow = binomialLowerBound(c.failed(), ended);
    const bool isSlow = r.aboveRatioLow > 0.01;
    const bool isBroken = r.failedRatioLow > 1 - objective.answeredRatio;
    if (isSlow)
        r.text = fmt::format("{} of {} took longer than {}", count(r.above), count(r.samples),
                             milliseconds(objective.p99Ms));
    if (isBroken)
        r.text +=
            (isSlow ? "; " : "") + fmt::format("{} of {} failed", count(c.failed()), count(ended));
    isFailing = isSlow || isBroken;
    isMet = r.samples >= kSamplesForP99 &&
            c.response.percentileMs(0.99).value_or(0) <= objective.p99Ms &&
            r.failedRatio <= 1 - objective.answeredRatio;
    return r;
}

}  // namespace

double binomialLowerBound(std::uint64_t successes, std::uint64_t n, double alpha) {
    if (successes == 0 || n == 0) return 0;
    double low = 0;
    double high = static_cast<double>(successes) / static_cast<double>(n);
    if (high >= 1) high = 1 - 1e-12;
    for (int i = 0; i < 60; ++i) {
        const double middle = (low + high) / 2;
        (upperTail(successes, n, middle) < alpha ? low : high) = middle;
    }
    return low;
}

Verdict judge(const measure::Sample& window, const scenario::Objective& objective,
              const std::string& tierText, std::optional<std::string> firstToBreak,
              const Trust& trust) {
    Verdict v;
    v.firstToBreak = std::move(firstToBreak);
    const auto all = window.total().users;

    bool isFailing = false;
    bool isWholeMet = false;
    bool areEndpointsMet = true;
    const auto look = [&](const std::string& id, const ClientCounts& counts, bool isWhole) {
        bool fails = false;
        bool met = false;
        const Reason r = reasonFor(id, counts, objective, fails, met);
        isFailing = isFailing || fails;
        if (isWhole) isWholeMet = met;
        if (!isWhole && r.samples >= kSamplesForP99 && !met) areEndpointsMet = false;
        if (fails) v.reasons.push_back(r);
    };
    look("all", all, true);
    for (const auto& [id, e] : window.endpoints)
        if (e.users.ended() > 0) look(id, e.users, false);

    const double lagMs = window.generatorLag.percentileMs(0.99).value_or(0);
    measure::Histogram overrun;
    for (const auto& [id, n] : window.nodes) overrun.merge(n.overrun);
    const double overrunMs = overrun.percentileMs(0.99).value_or(0);
    const bool isGeneratorDead = std::any_of(
        window.nodes.begin(), window.nodes.end(),
        [](const auto& entry) { return entry.second.role == "generator" && !entry.second.alive; });
    const auto offered = static_cast<double>(std::max<std::uint64_t>(1, all.offered));
    if (lagMs > trust.generatorLagP99Ms) {
        v.withheld = fmt::format("the load generator was late by {} (p99)", milliseconds(lagMs));
    } else if (overrunMs > trust.overrunP99Ms) {
        v.withheld = fmt::format("emulated times overran by {} (p99): host-limited",
                                 milliseconds(overrunMs));
    } else if (window.hostCpu > trust.hostCpu && overrunMs > trust.busyOverrunP99Ms) {
        // A full host by itself distorts nothing; overrun is how it would show.
        v.withheld = fmt::format("the host is {} busy: host-limited", percent(window.hostCpu));
    } else if (isGeneratorDead) {
        // What was offered after its death nobody counted: the figures are of a part of the run.
        v.withheld = "the load generator died";
    } else if (static_cast<double>(all.of(Outcome::notSent)) > trust.notSentRatio * offered) {
        v.withheld = "the load generator could not send every request";
    }

    const auto p99 = all.response.percentileMs(0.99);
    const bool isCensored =
        p99 && static_cast<double>(all.censored()) >
                   0.01 * static_cast<double>(std::max<std::uint64_t>(1, all.response.count()));
    const std::string p99Text = !p99         ? ""
                                : isCensored ? "≥ " + milliseconds(*p99)
                                             : milliseconds(*p99);
    if (!v.withheld.empty()) {
        v.holds = Holds::withheld;
        v.headline = "No verdict";
        v.sentence = v.withheld + ".";
    } else if (isFailing) {
        v.holds = Holds::no;
        v.headline = "Failing at " + tierText;
        const Reason* worst = nullptr;
        for (const auto& r : v.reasons)
            if (!worst || r.aboveRatioLow > worst->aboveRatioLow) worst = &r;
        if (all.ended() && static_cast<double>(all.failed()) / static_cast<double>(all.ended()) >
                               1 - objective.answeredRatio)
            v.sentence = failureWords(all) + ", ";
        if (p99 && *p99 > objective.p99Ms) {
            v.sentence += fmt::format("p99 {} against {}.", p99Text, milliseconds(objective.p99Ms));
        } else if (worst && worst->endpoint != "all") {
            v.sentence += fmt::format("{}: {}.", worst->endpoint, worst->text);
        } else {
            v.sentence += fmt::format("at most {} may fail.", percent(1 - objective.answeredRatio));
        }
        if (v.firstToBreak)
            v.sentence += " First to break: " + limitWords(*v.firstToBreak, window) + ".";
    } else if (isWholeMet && areEndpointsMet) {
        v.holds = Holds::yes;
        v.headline = "Holds at " + tierText;
        v.sentence = fmt::format("p99 {} against {}, {} of {} requests answered.", p99Text,
                                 milliseconds(objective.p99Ms), count(all.of(Outcome::ok)),
                                 count(all.ended()));
    } else {
        v.holds = Holds::notYetKnown;
        v.headline = "Not yet known";
        v.sentence = all.response.count() < kSamplesForP99
                         ? fmt::format("{} of {} samples for a p99.", all.response.count(),
                                       kSamplesForP99 + 1)
                         : "Too close to the limit to tell from these samples.";
    }
    return v;
}

}  // namespace tenfold::judge
