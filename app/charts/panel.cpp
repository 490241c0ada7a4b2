// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/charts/panel.h"

#include <QRegularExpression>
#include <QStringList>
#include <algorithm>

#include "app/theme/words.h"

namespace tenfold::app {

namespace {
// On an axis "5.0 ms" is "5 ms".
const QRegularExpression kPointNought("\\.0(?!\\d)");
}  // namespace

namespace {

void addNote(ChartData& d, const QString& text) {
    for (QString* note : {&d.note, &d.shortNote}) *note += (note->isEmpty() ? "" : " · ") + text;
}

void addGhost(ChartData& d, const std::vector<std::vector<double>>& lines, const Baseline& before,
              double nowS) {
    const double changeX = before.untilS - nowS;
    // What another change made before it is not what this one changed.
    const double fromX = std::max(before.fromS - nowS, changeX - kGhostSeconds);
    d.ghost.number = before.number;
    d.ghost.lines.resize(lines.size());
    for (std::size_t k = 0; k < d.x.size(); ++k) {
        const double moved = d.x[k] + changeX - fromX;
        // The second in which the change before fell belongs to both sides of it.
        if (d.x[k] < fromX || d.x[k] - 1 < before.fromS - nowS || d.x[k] > changeX) continue;
        // Nothing stands in the future.
        if (moved > 0 || moved < -kShownSeconds) continue;
        d.ghost.x.push_back(moved);
        for (std::size_t i = 0; i < lines.size(); ++i) d.ghost.lines[i].push_back(lines[i][k]);
    }
}

void cutToShown(ChartData& d) {
    const auto first =
        std::find_if(d.x.begin(), d.x.end(), [](double x) { return x >= -kShownSeconds; });
    const auto n = first - d.x.begin();
    if (n == 0) return;
    const auto cut = [n](auto& values) {
        if (!values.empty()) values.erase(values.begin(), values.begin() + n);
    };
    cut(d.x);
    cut(d.samples);
    for (auto& line : d.lines) cut(line);
    for (auto& area : d.areas) cut(area);
}

}  // namespace

QStringList Panel::lineLabels(View) const {
    QStringList labels;
    for (const auto& line : lines()) labels << line.label;
    return labels;
}

ChartData Panel::data(const RunModel& run, View view) const {
    ChartData d = collect(run, view);
    d.endS = run.elapsedS();
    d.shortNote = d.note;
    if (run.engineKind() == EngineKind::both) addTwin(d, run, view);
    if (const auto* before = run.before()) {
        addGhost(d, ghostOf(d), *before, run.elapsedS());
        const auto hasValue = [](const auto& line) { return !finiteRuns(line).empty(); };
        if (std::any_of(d.ghost.lines.begin(), d.ghost.lines.end(), hasValue))
            addNote(d, QObject::tr("grey: %1").arg(before->name));
    }
    cutToShown(d);
    return d;
}

void Panel::addTwin(ChartData& d, const RunModel& run, View view) const {
    d.twin = twinOf(run, view);
    if (d.twin.x.empty()) return;
    const auto error = twinError(run, view);
    const auto join = [](QString& note, const QString& text) {
        note += (note.isEmpty() ? "" : " · ") + QObject::tr("dashed: %1").arg(text);
    };
    join(d.note, error ? twinNote(*error) : QObject::tr("the twin"));
    join(d.shortNote, error ? QObject::tr("twin %1").arg(percentOff(*error)) : QObject::tr("twin"));
}

double highestOf(const ChartGhost& ghost, double least) {
    for (const auto& line : ghost.lines)
        for (const double v : line)
            if (std::isfinite(v)) least = std::max(least, v);
    return least;
}

std::vector<double> stackOf(const ChartData& data) {
    std::vector<double> sum(data.x.size(), 0);
    for (const auto& area : data.areas)
        for (std::size_t k = 0; k < sum.size(); ++k) sum[k] += area[k];
    return sum;
}

QString Panel::summary(const ChartData& data, View view) const {
    QStringList parts;
    const auto add = [&](const auto& styles, const auto& values) {
        for (std::size_t i = 0; i < styles.size() && i < values.size(); ++i)
            if (!values[i].empty() && std::isfinite(values[i].back()))
                parts << styles[i].label + " " +
                             (styles[i].format ? styles[i].format(values[i].back())
                                               : compact(values[i].back()));
    };
    auto named = lines();
    const QStringList labels = lineLabels(view);
    for (std::size_t i = 0; i < named.size(); ++i)
        named[i].label = labels[static_cast<qsizetype>(i)];
    add(named, data.lines);
    add(areas(), data.areas);
    return parts.isEmpty() ? title() + ": no data yet" : title() + ": " + parts.join(", ");
}

std::vector<SecondBucket> secondsOf(const History& history, int lead, View view) {
    std::vector<SecondBucket> out;
    if (history.empty()) return out;
    const std::int64_t end = history.endSlot();
    const std::int64_t begin = std::max<std::int64_t>(
        0, end - static_cast<std::int64_t>(kShownSeconds + lead) * kSlotsPerSecond);
    const auto add = [&](std::int64_t from, std::int64_t to) {
        SecondBucket bucket;
        bucket.x = static_cast<double>(to - end) * kSlotS;
        history.eachRecent(from, to, view, [&bucket](std::int64_t, const SlotCounts& counts) {
            ++bucket.slots;
            bucket.sum.add(counts);
        });
        bucket.seconds = bucket.slots * kSlotS;
        out.push_back(bucket);
    };
    // Aligned to the seconds of the run, so that a point does not change while it moves left.
    std::int64_t from = begin / kSlotsPerSecond * kSlotsPerSecond;
    for (; from + kSlotsPerSecond <= end; from += kSlotsPerSecond)
        add(from, from + kSlotsPerSecond);
    // The line goes on to "now": the second that ends here.
    if (from < end && end >= kSlotsPerSecond) add(end - kSlotsPerSecond, end);
    return out;
}

std::vector<ChartGap> gapsOf(const History& history) {
    std::vector<ChartGap> gaps;
    const auto& rows = history.rows();
    if (rows.empty()) return gaps;
    const std::int64_t end = history.endSlot();
    const auto secondsAgo = [end](std::int64_t slot) {
        return static_cast<double>(slot - end) * kSlotS;
    };
    for (std::size_t i = rows.size(); i-- > 0;) {
        const std::int64_t next = i == 0 ? 0 : rows[i - 1].slot + 1;
        // What lies before the first sample of a run is start-up, not a gap.
        if (i > 0 && rows[i].slot > next)
            gaps.push_back({secondsAgo(next), secondsAgo(rows[i].slot)});
        if (secondsAgo(rows[i].slot) < -kShownSeconds) break;
    }
    return gaps;
}

std::vector<ChartFlag> flagsOf(const History& history) {
    std::vector<ChartFlag> flags;
    const double now = static_cast<double>(history.endSlot()) * kSlotS;
    for (const auto& e : history.events()) {
        const double x = e.atMs / 1000 - now;
        if (e.number < 1 || x < -kShownSeconds) continue;
        flags.push_back({std::min(x, 0.0), e.number, QString::fromStdString(e.text), false});
    }
    return flags;
}

ChartScale linearScale(double top, QString (*format)(double)) {
    ChartScale scale;
    scale.maximum = top;
    // 1 → quarters would read 0.25: fifths of 1 and 5, quarters of 2.
    const double leading = top / std::pow(10.0, std::floor(std::log10(top) + 1e-9));
    const int parts = std::abs(leading - 2) < 0.01 || std::abs(leading - 4) < 0.01     ? 4
                      : std::abs(leading - 3) < 0.01 || std::abs(leading - 1.5) < 0.01 ? 3
                                                                                       : 5;
    for (int i = 0; i <= parts; ++i) {
        const double value = top * i / parts;
        QString text = i == 0 ? QString("0") : format(value);
        scale.ticks.push_back({value, text.replace(kPointNought, "")});
    }
    return scale;
}

}  // namespace tenfold::app
