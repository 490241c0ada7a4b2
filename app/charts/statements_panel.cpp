// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "app/charts/panel.h"
#include "app/theme/words.h"

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

    ChartScale scaleFor(const RunModel&, const ChartData& data) override {
        double highest = 0;
        for (const auto& line : data.lines)
            for (const double v : line)
                if (std::isfinite(v)) highest = std::max(highest, v);
        // Between 1 and 41 statements lie too many for one linear axis; below 5 a linear one reads
        // better. It changes only when what is on screen asks for it.
        if (highest <= 5) return linearScale(5, compact);
        ChartScale scale{true, 0.1, 1'000, {}};
        while (scale.maximum < highest * 1.05) scale.maximum *= 10;
        for (double v = 0.1; v <= scale.maximum * 1.01; v *= 10)
            scale.ticks.push_back({v, compact(v)});
        return scale;
    }

    ChartData data(const RunModel& run) const override {
        ChartData d;
        d.lines.resize(3);
        const auto per = [](const SlotRow::Work& w) {
            return w.requests ? static_cast<double>(w.statements) / static_cast<double>(w.requests)
                              : kNoData;
        };
        // A rare endpoint is not asked in every second: its last value stands, up to 5 s.
        std::array<double, 3> held{kNoData, kNoData, kNoData};
        std::array<double, 3> heldAt{};
        for (const auto& b : secondsOf(run.history())) {
            d.x.push_back(b.x);
            const std::array<double, 3> values{per(b.sum.product), per(b.sum.ordersList),
                                               per(b.sum.all)};
            for (std::size_t i = 0; i < values.size(); ++i) {
                if (std::isfinite(values[i])) {
                    held[i] = values[i];
                    heldAt[i] = b.x;
                }
                const bool isFresh = b.slots > 0 && b.x - heldAt[i] <= 5;
                d.lines[i].push_back(isFresh ? held[i] : kNoData);
            }
        }
        return d;
    }
};

}  // namespace

std::unique_ptr<Panel> makeStatementsPanel() {
    return std::make_unique<StatementsPanel>();
}

}  // namespace tenfold::app
