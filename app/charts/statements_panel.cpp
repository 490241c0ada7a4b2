// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "app/charts/endpoint_words.h"
#include "app/charts/panel.h"
#include "app/theme/words.h"
#include "simulator/load/endpoints.h"

namespace tenfold::app {

namespace {

class StatementsPanel final : public Panel {
public:
    QString title() const override { return QObject::tr("Statements behind each request"); }
    bool isTime() const override { return false; }

    std::vector<LineStyle> lines() const override {
        return {{"product", &Theme::p50, 1.8, compact},
                {"order list", &Theme::p95, 2.2, compact},
                {"all", &Theme::p99, 2.8, compact}};
    }

    ChartScale scaleFor(const RunModel&, const ChartData& data, View) override {
        double highest = highestOf(data.ghost, 0);
        for (const auto& line : data.lines)
            for (const double v : line)
                if (std::isfinite(v)) highest = std::max(highest, v);
        // Between 1 and 41 statements lie too many for one linear axis; below 5 a linear one reads
        // better. It changes only when what is on screen asks for it.
        if (highest <= 5) return linearScale(5, compact);
        ChartScale scale{true, 0.1, 1'000, {}};
        while (scale.maximum < highest * 1.05) scale.maximum *= 10;
        for (double v = 0.1; v <= scale.maximum * 1.01; v *= 10)
            scale.ticks.push_back({v, v < 0.95 ? compact(v) : count(v)});
        return scale;
    }

    QStringList lineLabels(View view) const override {
        if (view) return {QString(), QString(), endpointTitle(*view)};
        return Panel::lineLabels(view);
    }

protected:
    ChartData collect(const RunModel& run, View view) const override {
        ChartData d;
        const auto seconds = secondsIn(run, view);
        for (const auto& second : seconds) {
            if (!isCharted(second)) continue;
            d.x.push_back(second.x);
            d.samples.push_back(second.sum.all.requests);
        }
        const std::vector<double> nothing(d.x.size(), kNoData);
        d.lines = {nothing, nothing, means(run, seconds)};
        if (view) return d;
        d.lines[0] = means(run, secondsIn(run, load::endpointIndex("products.get")));
        d.lines[1] = means(run, secondsIn(run, load::endpointIndex("orders.list")));
        return d;
    }

private:
    static constexpr int kMostSeconds = 10;

    static std::vector<SecondBucket> secondsIn(const RunModel& run, View view) {
        return secondsOf(run.history(), kMostSeconds + kGhostSeconds, view);
    }
    static bool isCharted(const SecondBucket& second) {
        return second.x >= -(kShownSeconds + kGhostSeconds);
    }

    static std::vector<double> means(const RunModel& run,
                                     const std::vector<SecondBucket>& seconds) {
        std::vector<double> changes;  // in seconds before now
        for (const auto& e : run.history().events())
            if (e.version > 0) changes.push_back(e.atMs / 1000 - run.elapsedS());
        std::vector<double> out;
        for (std::size_t k = 0; k < seconds.size(); ++k) {
            if (!isCharted(seconds[k])) continue;
            double floor = -1e9;
            for (const double change : changes)
                if (change <= seconds[k].x) floor = std::max(floor, change);
            out.push_back(meanAt(seconds, k, floor));
        }
        return out;
    }

    /// Statements a request, over the seconds up to this one that hold enough requests to mean
    /// something: one list of 41 statements among five requests says little. Never across a change.
    static double meanAt(const std::vector<SecondBucket>& seconds, std::size_t at, double floor) {
        constexpr std::uint64_t kEnough = 60;
        if (seconds[at].slots == 0) return kNoData;
        Work sum;
        for (std::size_t back = 0; back < kMostSeconds && back <= at; ++back) {
            const auto& second = seconds[at - back];
            if (second.slots == 0 || (back > 0 && second.x - 1 < floor - 0.01)) break;
            sum.add(second.sum.all);
            if (sum.requests >= kEnough) break;
        }
        // Just after a change there are few: better nothing than one request's number.
        constexpr std::uint64_t kFew = 4;
        const bool isLookedFar =
            static_cast<double>(at) >= kMostSeconds && seconds[at].x - kMostSeconds >= floor;
        return sum.requests >= kFew || (isLookedFar && sum.requests > 0)
                   ? static_cast<double>(sum.statements) / static_cast<double>(sum.requests)
                   : kNoData;
    }
};

}  // namespace

std::unique_ptr<Panel> makeStatementsPanel() {
    return std::make_unique<StatementsPanel>();
}

}  // namespace tenfold::app
