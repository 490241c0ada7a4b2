// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>

#include "app/charts/panel.h"
#include "app/theme/words.h"

namespace tenfold::app {

namespace {

using measure::Stage;

struct Group {
    const char* label;
    QColor Theme::*colour;
    FillPattern pattern;
    std::vector<Stage> stages;
};

/// Every stage is in one group, so that the stack's height is the whole mean.
const std::vector<Group>& groups() {
    static const std::vector<Group> all{
        {"link", &Theme::stageLink, FillPattern::plain, {Stage::link}},
        {"API work",
         &Theme::stageApi,
         FillPattern::dots,
         {Stage::serialisation, Stage::auth, Stage::cache, Stage::sideEffects}},
        {"database", &Theme::stageDatabase, FillPattern::plain, {Stage::database}},
        {"lock", &Theme::stageLock, FillPattern::bars, {Stage::lock}},
        {"connection", &Theme::stageConnection, FillPattern::backStripes, {Stage::connection}},
        {"thread", &Theme::stageThread, FillPattern::dots, {Stage::thread}},
        {"gateway", &Theme::stageGateway, FillPattern::stripes, {Stage::gatewayQueue, Stage::edge}},
    };
    return all;
}

class WaitsPanel final : public Panel {
public:
    QString title() const override { return QObject::tr("Where a request waits"); }
    bool isTime() const override { return true; }

    std::vector<AreaStyle> areas() const override {
        std::vector<AreaStyle> styles;
        for (const auto& g : groups())
            styles.push_back({g.label, g.colour, g.pattern, milliseconds});
        return styles;
    }

    ChartScale scaleFor(const RunModel&, const ChartData& data, View) override {
        double highest = highestOf(data.ghost, 1);
        for (const double v : stackOf(data))
            if (std::isfinite(v)) highest = std::max(highest, v);
        return linearScale(std::max(10.0, roundUp125(highest * 1.05)), milliseconds);
    }

protected:
    ChartData collect(const RunModel& run, View view) const override {
        ChartData d;
        d.areas.resize(groups().size());
        for (const auto& b : secondsOf(run.history(), kGhostSeconds, view)) {
            d.x.push_back(b.x);
            d.samples.push_back(b.sum.stageRequests);
            for (std::size_t i = 0; i < groups().size(); ++i) {
                double ms = 0;
                for (const Stage s : groups()[i].stages)
                    ms += b.sum.stageMs[static_cast<std::size_t>(s)];
                // Seconds in which nothing ended took nobody's time.
                d.areas[i].push_back(b.slots == 0 ? kNoData
                                     : b.sum.stageRequests
                                         ? ms / static_cast<double>(b.sum.stageRequests)
                                         : 0.0);
            }
        }
        return d;
    }
    std::vector<std::vector<double>> ghostOf(const ChartData& d) const override {
        return {stackOf(d)};
    }
};

}  // namespace

std::unique_ptr<Panel> makeWaitsPanel() {
    return std::make_unique<WaitsPanel>();
}

}  // namespace tenfold::app
