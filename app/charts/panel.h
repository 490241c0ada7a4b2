// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>
#include <memory>

#include "app/charts/chart_view.h"
#include "app/run/run_model.h"

namespace tenfold::app {

/// What one of the panels shows: its words, its series, its data. A new panel is a new one of
/// these in a file of its own and a line in makePanels().
class Panel {
public:
    virtual ~Panel() = default;
    virtual QString title() const = 0;
    /// Counts are measured always; times only on hardware that is not emulated.
    virtual bool isTime() const = 0;
    virtual std::vector<LineStyle> lines() const { return {}; }
    virtual std::vector<AreaStyle> areas() const { return {}; }
    /// The axis for what is to be shown now. It moves seldom and in steps.
    virtual ChartScale scaleFor(const RunModel& run, const ChartData& data, View view = {}) = 0;
    /// What its lines are called in a view; one without a name has no data there.
    virtual QStringList lineLabels(View view) const;
    /// The last 120 s of a view, and behind them the 30 s before the last change.
    ChartData data(const RunModel& run, View view = {}) const;
    /// One sentence with the figures of now, for people who do not see the picture.
    virtual QString summary(const ChartData& data, View view = {}) const;
    /// A line across at this height; nothing without one.
    virtual std::optional<double> reference(const scenario::Scenario&) const { return {}; }

protected:
    /// What the twin beside a live run expects; nothing by default.
    virtual ChartTwin twinOf(const RunModel&, View) const { return {}; }
    /// How far it is off now; nothing while there is nothing to compare.
    virtual std::optional<TwinError> twinError(const RunModel&, View) const { return {}; }
    /// That error in words.
    virtual QString twinNote(const TwinError&) const { return {}; }
    /// kGhostSeconds more than are shown.
    virtual ChartData collect(const RunModel& run, View view) const = 0;
    /// The lines of which the ghost is made.
    virtual std::vector<std::vector<double>> ghostOf(const ChartData& data) const {
        return data.lines;
    }

private:
    void addTwin(ChartData& data, const RunModel& run, View view) const;
};

std::unique_ptr<Panel> makeLatencyPanel();
std::unique_ptr<Panel> makeThroughputPanel();
std::unique_ptr<Panel> makeStatementsPanel();
std::unique_ptr<Panel> makeWaitsPanel();

/// Whole seconds of rows, newest last, and the second that ends now: the shared grid of counts.
struct SecondBucket {
    double x = 0;  // its end, in seconds before now
    double seconds = 1;
    int slots = 0;   // that reported; 0: no data
    SlotCounts sum;  // added up
};
/// `lead` seconds more than are shown, for figures that look back.
std::vector<SecondBucket> secondsOf(const History& history, int lead, View view = {});
/// The highest value of the ghost, or `least`.
double highestOf(const ChartGhost& ghost, double least);
/// The sums of the areas at each point.
std::vector<double> stackOf(const ChartData& data);

/// The stretches without samples, in seconds before now.
std::vector<ChartGap> gapsOf(const History& history);
std::vector<ChartFlag> flagsOf(const History& history);

/// 0, 1, 2 … of a top from 1, 2, 5 × 10^n in `parts` steps, with a unit on the top one.
ChartScale linearScale(double top, QString (*format)(double));

}  // namespace tenfold::app
