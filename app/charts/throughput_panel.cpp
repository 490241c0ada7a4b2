// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <numeric>

#include "app/charts/endpoint_words.h"
#include "app/charts/panel.h"
#include "app/theme/words.h"

namespace tenfold::app {

namespace {

using measure::Outcome;

QString rate(double hz) {
    return perSecond(hz) + " /s";
}

class ThroughputPanel final : public Panel {
public:
    QString title() const override { return QObject::tr("Asked for and answered"); }
    bool isTime() const override { return false; }

    std::vector<LineStyle> lines() const override {
        return {{"offered", &Theme::offered, 1.6, rate}};
    }
    std::vector<AreaStyle> areas() const override {
        return {{"ok", &Theme::ok, FillPattern::plain, rate},
                {"429", &Theme::rateLimited, FillPattern::dots, rate},
                {"5xx, shed", &Theme::serverError, FillPattern::stripes, rate},
                {"time-out", &Theme::timeout, FillPattern::backStripes, rate},
                {"refused", &Theme::refused, FillPattern::bars, rate}};
    }

    ChartScale scaleFor(const RunModel& run, const ChartData& data, View view) override {
        // 1.2 times what the tier asks for; more only while more was asked for.
        double top = highestOf(data.ghost, 1.2 * askedHz(run.scenario().workload, view));
        for (const double v : data.lines.at(0))
            if (std::isfinite(v)) top = std::max(top, v);
        for (const double v : stackOf(data))
            if (std::isfinite(v)) top = std::max(top, v);
        const double decade = std::pow(10.0, std::floor(std::log10(top)));
        double rounded = 10 * decade;
        for (const double factor : {1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.5})
            if (top <= factor * decade) {
                rounded = factor * decade;
                break;
            }
        return linearScale(rounded, rate);
    }

protected:
    ChartTwin twinOf(const RunModel& run, View view) const override {
        ChartTwin twin;
        twin.lines.resize(1);
        twin.colour = &Theme::p95;  // what was asked for is another line
        const auto& history = run.twinHistory();
        const double behindS =
            static_cast<double>(history.endSlot() - run.history().endSlot()) * kSlotS;
        for (const auto& b : secondsOf(history, 0, view)) {
            if (b.x + behindS > 0) break;
            twin.x.push_back(b.x + behindS);
            const auto ok = b.sum.outcomes[static_cast<std::size_t>(Outcome::ok)];
            twin.lines[0].push_back(b.slots ? static_cast<double>(ok) / b.seconds : kNoData);
        }
        return twin;
    }
    std::optional<TwinError> twinError(const RunModel& run, View view) const override {
        return run.twinAnsweredHz(view);
    }
    QString twinNote(const TwinError& error) const override {
        return twinWords(QObject::tr("answered"), error, rate);
    }
    ChartData collect(const RunModel& run, View view) const override {
        ChartData d;
        d.lines.resize(1);
        d.areas.resize(5);
        for (const auto& b : secondsOf(run.history(), kGhostSeconds, view)) {
            d.x.push_back(b.x);
            d.samples.push_back(
                std::accumulate(b.sum.outcomes.begin(), b.sum.outcomes.end(), std::uint64_t{0}));
            const auto hz = [&b](std::uint64_t n) {
                return b.slots ? static_cast<double>(n) / b.seconds : kNoData;
            };
            const auto of = [&b](Outcome o) { return b.sum.outcomes[static_cast<std::size_t>(o)]; };
            d.lines[0].push_back(hz(b.sum.offered));
            d.areas[0].push_back(hz(of(Outcome::ok)));
            d.areas[1].push_back(hz(of(Outcome::rateLimited)));
            d.areas[2].push_back(hz(of(Outcome::serverError) + of(Outcome::clientError)));
            d.areas[3].push_back(
                hz(of(Outcome::timeout) + of(Outcome::unfinished) + of(Outcome::notSent)));
            d.areas[4].push_back(hz(of(Outcome::refused)));
        }
        return d;
    }
    /// Whether more are answered than before is the question.
    std::vector<std::vector<double>> ghostOf(const ChartData& d) const override {
        return {d.areas.front()};
    }
};

}  // namespace

std::unique_ptr<Panel> makeThroughputPanel() {
    return std::make_unique<ThroughputPanel>();
}

}  // namespace tenfold::app
