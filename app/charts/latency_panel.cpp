// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/charts/panel.h"
#include "app/theme/words.h"

namespace tenfold::app {

namespace {

class LatencyPanel final : public Panel {
public:
    QString title() const override { return QObject::tr("How long people wait"); }
    bool isTime() const override { return true; }

    std::vector<LineStyle> lines() const override {
        // Ordered, so one hue in three weights.
        return {{"p50", &Theme::p50, 1.6, milliseconds},
                {"p95", &Theme::p95, 2.2, milliseconds},
                {"p99", &Theme::p99, 2.8, milliseconds}};
    }

    ChartScale scaleFor(const RunModel&, const ChartData&, View) override {
        // Fixed, so that before and after stand on the same axis.
        return {true,
                1,
                30'000,
                {{1, "1 ms"}, {10, "10 ms"}, {100, "100 ms"}, {1'000, "1 s"}, {10'000, "10 s"}}};
    }

    std::optional<double> reference(const scenario::Scenario& s) const override {
        return s.objective.p99Ms;
    }

protected:
    ChartTwin twinOf(const RunModel& run, View view) const override {
        ChartTwin twin;
        twin.lines.resize(3);
        const std::int64_t end = run.history().endSlot();
        std::int64_t last = 0;
        const auto add = [&](const LatencyPoint& point) {
            twin.x.push_back(static_cast<double>(point.endSlot - end) * kSlotS);
            twin.lines[0].push_back(point.p50.value_or(kNoData));
            twin.lines[1].push_back(point.p95.value_or(kNoData));
            twin.lines[2].push_back(point.p99.value_or(kNoData));
        };
        for (const auto& point : run.twinHistory().latency(view)) {
            if (point.endSlot > end) break;
            if (point.endSlot - end < -kShownSeconds * kSlotsPerSecond) continue;
            if (last && point.endSlot - last > kSlotsPerSecond) add({last + 1, {}, {}, {}, 0, 0});
            add(point);
            last = point.endSlot;
        }
        return twin;
    }
    std::optional<TwinError> twinError(const RunModel& run, View view) const override {
        return run.twinP99(view);
    }
    QString twinNote(const TwinError& error) const override {
        return twinWords(QObject::tr("p99"), error, milliseconds);
    }
    ChartData collect(const RunModel& run, View view) const override {
        const History& history = run.history();
        ChartData d;
        d.lines.resize(3);
        const std::int64_t end = history.endSlot();
        const auto add = [&](const LatencyPoint& point) {
            d.x.push_back(static_cast<double>(point.endSlot - end) * kSlotS);
            d.samples.push_back(point.n);
            d.lines[0].push_back(point.p50.value_or(kNoData));
            d.lines[1].push_back(point.p95.value_or(kNoData));
            d.lines[2].push_back(point.p99.value_or(kNoData));
        };
        std::int64_t last = 0;
        for (const auto& point : history.latency(view)) {
            if (point.endSlot - end < -(kShownSeconds + kGhostSeconds) * kSlotsPerSecond) continue;
            // A second that is missing breaks the lines.
            if (last && point.endSlot - last > kSlotsPerSecond) add({last + 1, {}, {}, {}, 0, 0});
            add(point);
            last = point.endSlot;
        }
        if (!history.empty() && last != end) {
            const auto now = history.latencyNow(view);
            if (last && end - last > kSlotsPerSecond) add({last + 1, {}, {}, {}, 0, 0});
            add(now);
        }
        if (!history.empty()) {
            const auto n = history.latencyNow(view).n;
            if (n < kSamplesForP99)
                d.note = QObject::tr("p99: %1 of %2 samples").arg(n).arg(kSamplesForP99);
        }
        return d;
    }
};

}  // namespace

std::unique_ptr<Panel> makeLatencyPanel() {
    return std::make_unique<LatencyPanel>();
}

}  // namespace tenfold::app
