// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "simulator/measure/sample.h"
#include "simulator/scenario/scenario.h"

namespace tenfold::judge {

enum class Holds { yes, no, notYetKnown, withheld };

/// Why a verdict is what it is, for one endpoint or for the whole ("all").
struct Reason {
    std::string endpoint;
    std::uint64_t samples = 0;
    std::uint64_t above = 0;   // answers above the p99 limit
    double aboveRatioLow = 0;  // exact 95 % lower bound of their share
    double failedRatio = 0;
    double failedRatioLow = 0;
    std::string text;  // "p99 is over 300 ms: 12 of 300 took longer"
};

struct Verdict {
    Holds holds = Holds::notYetKnown;
    std::string headline;                     // "Failing at 10k"
    std::string sentence;                     // "33 % of requests shed, p99 760 ms against 300 ms."
    std::string withheld;                     // reason, when withheld
    std::optional<std::string> firstToBreak;  // "primary.cpu"
    std::vector<Reason> reasons;
};

/// Exact one-sided (Clopper–Pearson) lower bound of a share: the p for which seeing `successes` or
/// more of n has probability alpha. Source: Clopper & Pearson 1934.
double binomialLowerBound(std::uint64_t successes, std::uint64_t n, double alpha = 0.05);

/// Limits beyond which figures are not trusted (measurement 4.5).
struct Trust {
    double generatorLagP99Ms = 10;
    double overrunP99Ms = 5;
    double hostCpu = 0.95;  // counts only with this overrun beside it:
    double busyOverrunP99Ms = 1;
    double notSentRatio = 0.001;
};

/// The verdict over one window. `firstToBreak` is decided by diagnosis.h and handed in.
Verdict judge(const measure::Sample& window, const scenario::Objective& objective,
              const std::string& tierText, std::optional<std::string> firstToBreak,
              const Trust& trust = {});

}  // namespace tenfold::judge
