// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "simulator/scenario/catalogue.h"
#include "simulator/study/estimate.h"

namespace tenfold::study {

/// What one run has shown: the window it is judged by, and the judgement.
struct MeasuredRun {
    measure::Sample window;
    measure::Sample whole;  // every request, start and drain included; empty: not kept
    judge::Verdict verdict;
    std::string failure;  // why there is no run: "this host is too small …"
};
/// Makes a run of a scenario; of the live engine, as a rule.
using Runner = std::function<MeasuredRun(const scenario::Scenario&)>;

/// One design at one tier.
struct GridCell {
    std::string design;  // "sound without indexes"
    std::string base;    // the design it differs from by one switch; empty: none
    std::string tier;
    scenario::Scenario scenario;
};

/// The grid that the twin is held against: designs from naive to sound, each at each tier.
std::vector<GridCell> agreementGrid(const scenario::Scenario& sound,
                                    const scenario::Scenario& naive,
                                    const scenario::Catalogue& catalogue,
                                    const std::vector<std::string>& tiers);

/// Twin and measurement of one figure.
struct MetricAgreement {
    Metric metric = Metric::p50Ms;
    double twin = 0;
    double measured = 0;  // mean over the repeats
    double spread = 0;    // of the repeats, relative: largest distance from their mean
    double error = 0;     // twin ÷ measured − 1
    double limit = 0;     // what the design allows, or twice the spread where that is larger
    Figure interval;      // 90 %: where the twin expected it
    bool isWithin = false;
    bool isCovered = false;  // the first measurement lies in the interval
};

struct CellAgreement {
    GridCell cell;
    std::string missing;  // why there is no comparison
    std::vector<MetricAgreement> metrics;
    bool isSameVerdict = false;
    std::string twinVerdict;
    std::string measuredVerdict;
    std::string twinBreaks;  // first to break; empty: nothing
    std::string measuredBreaks;
};

/// Sign and rank of what-ifs: of each design and the one it differs from by a switch, and of each
/// two designs of a tier, does the twin say which one is slower (or fails more)?
struct Decisions {
    int signsRight = 0;
    int signs = 0;  // of differences that the measurement shows clearly
    int ranksRight = 0;
    int ranks = 0;
    int covered = 0;
    int intervals = 0;
};

struct Agreement {
    std::vector<CellAgreement> cells;
    Decisions decisions;
    /// Over the cells that could be compared.
    double medianError(Metric metric) const;
    int within() const;  // figures
    int figures() const;
};

/// What the twin is held against.
enum class Against { ourEngine, realComponents };

/// What the design allows: statements 1 %, throughput 2 %; p50, p95 and p99 5, 10 and 15 % against
/// our own engine, 10, 20 and 30 % against real components. The share of failures: 0.02, absolute.
double limitOf(Metric metric, Against against = Against::ourEngine);

/// Compares one cell: the runs (at least one of which succeeded) with the twin's run of the same
/// scenario and seed, and with its estimate.
CellAgreement compareCell(const GridCell& cell, const std::vector<MeasuredRun>& runs,
                          const MeasuredRun& twin, const Estimate& expected,
                          Against against = Against::ourEngine);

/// Runs the grid: each cell `repeats` times, the twin once. `onCell` is called after each.
/// `options`: the error of its own that the twin admits to, from a grid that was measured earlier
/// (optionsFrom); each cell's window and cold start stand in for the others.
Agreement findAgreement(const std::vector<GridCell>& grid, const system::Inputs& inputs,
                        const Runner& measured, const Runner& twin, int repeats,
                        const std::function<void(const CellAgreement&)>& onCell,
                        const EstimateOptions& options = {}, Against against = Against::ourEngine);

/// Sign, rank and coverage over the cells.
Decisions decisionsOf(const std::vector<CellAgreement>& cells);

/// The part of an agreement file ("live" or "real"): medians, worst cells, all cells.
nlohmann::json toJson(const Agreement& agreement);

}  // namespace tenfold::study
