// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/study/agreement.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace tenfold::study {

using nlohmann::json;

namespace {

constexpr std::array<Metric, 6> kCompared{Metric::statementsPerRequest,
                                          Metric::answeredPerS,
                                          Metric::failedRatio,
                                          Metric::p50Ms,
                                          Metric::p95Ms,
                                          Metric::p99Ms};

std::string wordOf(judge::Holds holds) {
    switch (holds) {
        case judge::Holds::yes:
            return "holds";
        case judge::Holds::no:
            return "fails";
        case judge::Holds::notYetKnown:
            return "not yet known";
        case judge::Holds::withheld:
            return "withheld";
    }
    return "";
}

/// Statements are compared over every request of the run: both engines saw the same ones, while a
/// window that begins a slice of a second later has other requests at its ends.
std::optional<double> comparedValue(const MeasuredRun& run, Metric metric) {
    const bool isCount = metric == Metric::statementsPerRequest && run.whole.slots > 1;
    return valueOf(isCount ? run.whole : run.window, metric);
}

const MetricAgreement* metricOf(const CellAgreement& cell, Metric metric) {
    for (const auto& m : cell.metrics)
        if (m.metric == metric) return &m;
    return nullptr;
}

/// How bad a design is, for ranking: p99, with failures counted as the slowest.
struct Badness {
    double value = 0;
    double spread = 0;
    bool isKnown = false;
};
Badness badnessOf(const CellAgreement& cell, bool isTwin) {
    const auto* p99 = metricOf(cell, Metric::p99Ms);
    const auto* failed = metricOf(cell, Metric::failedRatio);
    if (!p99 || !failed) return {};
    const double f = isTwin ? failed->twin : failed->measured;
    const double ms = isTwin ? p99->twin : p99->measured;
    // A design that sheds most of its load answers the rest quickly: failing is worse than slow.
    return {ms * (1 + 50 * f), std::max(0.1, p99->spread), true};
}

}  // namespace

double limitOf(Metric metric, Against against) {
    const double factor = against == Against::realComponents ? 2 : 1;
    switch (metric) {
        case Metric::statementsPerRequest:
            return 0.01;
        case Metric::answeredPerS:
        case Metric::failedRatio:
            return 0.02;
        case Metric::p50Ms:
            return factor * 0.05;
        case Metric::p95Ms:
            return factor * 0.10;
        case Metric::p99Ms:
            return factor * 0.15;
    }
    return 0;
}

std::vector<GridCell> agreementGrid(const scenario::Scenario& sound,
                                    const scenario::Scenario& naive,
                                    const scenario::Catalogue& catalogue,
                                    const std::vector<std::string>& tiers) {
    struct Row {
        const char* name;
        const char* base;
        bool isNaive;
        std::vector<const char*> set;
    };
    const std::vector<Row> rows{
        {"sound", "", false, {}},
        {"sound without indexes", "sound", false, {"indexes=off"}},
        {"sound with N+1", "sound", false, {"query_shape=n_plus_one"}},
        {"sound with join", "sound", false, {"query_shape=join"}},
        {"sound with offsets", "sound", false, {"pagination=offset"}},
        {"sound without pages", "sound", false, {"pagination=none"}},
        {"sound without in-process cache", "sound", false, {"in_process_cache=off"}},
        {"sound without shared cache", "sound", false, {"shared_cache=off"}},
        {"sound without cache",
         "sound without shared cache",
         false,
         {"in_process_cache=off", "shared_cache=off"}},
        {"sound without pooler", "sound", false, {"connection_pooler=off"}},
        {"sound without replicas", "sound", false, {"read_replicas=0"}},
        {"sound, limit per address", "sound", false, {"rate_limiting=per_ip"}},
        {"sound, side effects inline", "sound", false, {"side_effects=inline"}},
        {"sound, tokens asked about", "sound", false, {"token_validation=central"}},
        {"one database, no cache",
         "sound without cache",
         false,
         {"in_process_cache=off", "shared_cache=off", "read_replicas=0"}},
        {"one database, no cache, N+1",
         "one database, no cache",
         false,
         {"in_process_cache=off", "shared_cache=off", "read_replicas=0", "query_shape=n_plus_one"}},
        {"first minute", "sound with N+1", false, {"indexes=off", "query_shape=n_plus_one"}},
        {"naive with indexes and pages", "", true, {"indexes=on", "pagination=keyset"}},
        {"naive", "", true, {}},
    };
    std::vector<GridCell> grid;
    for (const auto& tier : tiers)
        for (const auto& row : rows) {
            GridCell cell{row.name, row.base, tier, row.isNaive ? naive : sound};
            scenario::Problems problems;
            for (const char* assignment : row.set)
                cell.scenario.design.set(assignment, catalogue, problems);
            if (!problems.empty()) throw scenario::InputError(problems);
            cell.scenario.workload.dailyActiveUsers = *scenario::usersFromText(tier);
            cell.scenario.name = fmt::format("{} at {}", row.name, tier);
            grid.push_back(std::move(cell));
        }
    return grid;
}

CellAgreement compareCell(const GridCell& cell, const std::vector<MeasuredRun>& runs,
                          const MeasuredRun& twin, const Estimate& expected, Against against) {
    CellAgreement out;
    out.cell = cell;
    std::vector<const MeasuredRun*> good;
    for (const auto& r : runs)
        if (r.failure.empty()) good.push_back(&r);
    if (good.empty() || !twin.failure.empty()) {
        out.missing =
            good.empty() ? (runs.empty() ? "not run" : runs.front().failure) : twin.failure;
        return out;
    }
    for (const Metric metric : kCompared) {
        MetricAgreement m;
        m.metric = metric;
        std::vector<double> values;
        for (const auto* r : good)
            if (const auto v = comparedValue(*r, metric)) values.push_back(*v);
        const auto twinValue = comparedValue(twin, metric);
        if (values.empty() || !twinValue) continue;
        for (const double v : values) m.measured += v / static_cast<double>(values.size());
        m.twin = *twinValue;
        const bool isShare = metric == Metric::failedRatio;
        const double scale = isShare ? 1 : std::max(1e-9, std::abs(m.measured));
        for (const double v : values)
            m.spread = std::max(m.spread, std::abs(v - m.measured) / scale);
        m.error = (m.twin - m.measured) / scale;
        m.limit = std::max(limitOf(metric, against), 2 * m.spread);
        m.isWithin = std::abs(m.error) <= m.limit;
        m.interval = expected.of(metric);
        m.isCovered = m.interval.contains(values.front());
        out.metrics.push_back(m);
    }
    out.twinVerdict = wordOf(twin.verdict.holds);
    out.measuredVerdict = wordOf(good.front()->verdict.holds);
    out.twinBreaks = twin.verdict.firstToBreak.value_or("");
    out.measuredBreaks = good.front()->verdict.firstToBreak.value_or("");
    out.isSameVerdict = out.twinVerdict == out.measuredVerdict;
    return out;
}

Decisions decisionsOf(const std::vector<CellAgreement>& cells) {
    Decisions d;
    const auto isClear = [](const Badness& a, const Badness& b) {
        return std::abs(std::log(a.value / b.value)) > std::max(a.spread, b.spread);
    };
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (!cells[i].missing.empty()) continue;
        for (const auto& m : cells[i].metrics) {
            if (m.metric != Metric::p50Ms && m.metric != Metric::p95Ms && m.metric != Metric::p99Ms)
                continue;
            ++d.intervals;
            if (m.isCovered) ++d.covered;
        }
        for (std::size_t k = 0; k < i; ++k) {
            if (!cells[k].missing.empty() || cells[k].cell.tier != cells[i].cell.tier) continue;
            const auto a = badnessOf(cells[i], false);
            const auto b = badnessOf(cells[k], false);
            const auto ta = badnessOf(cells[i], true);
            const auto tb = badnessOf(cells[k], true);
            if (!a.isKnown || !b.isKnown || !isClear(a, b)) continue;
            const bool isRight = (a.value > b.value) == (ta.value > tb.value);
            ++d.ranks;
            if (isRight) ++d.ranksRight;
            if (cells[i].cell.base != cells[k].cell.design) continue;
            ++d.signs;
            if (isRight) ++d.signsRight;
        }
    }
    return d;
}

Agreement findAgreement(const std::vector<GridCell>& grid, const system::Inputs& inputs,
                        const Runner& measured, const Runner& twin, int repeats,
                        const std::function<void(const CellAgreement&)>& onCell,
                        const EstimateOptions& options, Against against) {
    Agreement all;
    for (const auto& cell : grid) {
        CellAgreement found;
        MeasuredRun simulated;
        Estimate expected;
        try {
            simulated = twin(cell.scenario);
            EstimateOptions ofCell = options;
            ofCell.startsWarm = false;
            ofCell.windowS = cell.scenario.durationS;
            expected = estimate(cell.scenario, inputs, ofCell);
        } catch (const std::runtime_error& e) {
            simulated.failure = e.what();
        }
        std::vector<MeasuredRun> runs;
        for (int i = 0; i < repeats && simulated.failure.empty(); ++i) {
            scenario::Scenario s = cell.scenario;
            runs.push_back(measured(s));
            if (!runs.back().failure.empty()) break;
        }
        found = compareCell(cell, runs, simulated, expected, against);
        all.cells.push_back(found);
        if (onCell) onCell(found);
    }
    all.decisions = decisionsOf(all.cells);
    return all;
}

double Agreement::medianError(Metric metric) const {
    std::vector<double> errors;
    for (const auto& c : cells)
        if (const auto* m = metricOf(c, metric)) errors.push_back(std::abs(m->error));
    if (errors.empty()) return 0;
    std::nth_element(errors.begin(),
                     errors.begin() + static_cast<std::ptrdiff_t>(errors.size() / 2), errors.end());
    return errors[errors.size() / 2];
}

int Agreement::figures() const {
    int n = 0;
    for (const auto& c : cells) n += static_cast<int>(c.metrics.size());
    return n;
}

int Agreement::within() const {
    int n = 0;
    for (const auto& c : cells)
        n += static_cast<int>(std::count_if(c.metrics.begin(), c.metrics.end(),
                                            [](const auto& m) { return m.isWithin; }));
    return n;
}

json toJson(const Agreement& a) {
    json median = json::object();
    for (const Metric m : kCompared) median[std::string(toString(m))] = a.medianError(m);
    json cells = json::array();
    struct Miss {
        double over;
        json entry;
    };
    std::vector<Miss> misses;
    for (const auto& c : a.cells) {
        json metrics = json::object();
        for (const auto& m : c.metrics) {
            metrics[std::string(toString(m.metric))] = {
                {"twin", m.twin},        {"measured", m.measured},  {"spread", m.spread},
                {"error", m.error},      {"limit", m.limit},        {"within", m.isWithin},
                {"low", m.interval.low}, {"high", m.interval.high}, {"covered", m.isCovered}};
            if (!m.isWithin)
                misses.push_back({std::abs(m.error) / m.limit,
                                  {{"cell", c.cell.scenario.name},
                                   {"metric", toString(m.metric)},
                                   {"error", m.error}}});
        }
        json cell = {{"design", c.cell.design}, {"tier", c.cell.tier}, {"figures", metrics}};
        if (!c.missing.empty()) cell["missing"] = c.missing;
        if (c.missing.empty()) {
            cell["verdict"] = {{"twin", c.twinVerdict}, {"measured", c.measuredVerdict}};
            cell["first_to_break"] = {{"twin", c.twinBreaks}, {"measured", c.measuredBreaks}};
        }
        cells.push_back(std::move(cell));
    }
    std::sort(misses.begin(), misses.end(),
              [](const Miss& x, const Miss& y) { return x.over > y.over; });
    json worst = json::array();
    for (std::size_t i = 0; i < std::min<std::size_t>(misses.size(), 10); ++i)
        worst.push_back(misses[i].entry);
    return {{"cells", a.figures()},
            {"within", a.within()},
            {"median_error", median},
            {"worst", worst},
            {"grid", cells}};
}

}  // namespace tenfold::study
