// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/twin/prediction_words.h"

#include <QObject>
#include <QRegularExpression>

#include "app/theme/words.h"

namespace tenfold::app {

namespace {

QString positionOf(const scenario::MechanismSpec& spec, const scenario::ValueSpec& value) {
    if (spec.values.size() != 2) return QString::fromStdString(value.title).toLower();
    return &value == &spec.values.front() ? QObject::tr("turn off") : QObject::tr("turn on");
}

}  // namespace

PredictionLine lineFor(const Predictions& predictions, const scenario::MechanismSpec& spec,
                       const std::string& value) {
    PredictionLine line;
    const auto* digest = predictions.find(spec.id, value);
    if (!digest) return line;
    line.text = QString::fromUtf8(digest->words.data());
    line.tip = intervalWords(*digest);
    line.effect = digest->effect();
    return line;
}

std::vector<PredictionLine> linesFor(const Predictions& predictions,
                                     const scenario::MechanismSpec& spec,
                                     const scenario::Setting& setting) {
    using State = Predictions::State;
    std::vector<PredictionLine> lines;
    const State state = predictions.state();
    if (state == State::off) return lines;
    std::vector<QString> words;  // of each line, without its position
    bool isMissing = false;
    for (const auto& value : spec.values) {
        if (setting.value == value.id) continue;
        auto line = lineFor(predictions, spec, value.id);
        if (line.text.isEmpty()) {
            isMissing = true;
            continue;
        }
        const QString said = line.text;
        const QString position = positionOf(spec, value);
        line.tip = position + ": " + line.tip;
        std::size_t same = 0;
        while (same < words.size() && words[same] != said) ++same;
        if (same < words.size()) {
            auto& shared = lines[same];
            shared.text = shared.text.chopped(said.size() + 2) + ", " + position + ": " + said;
            shared.tip += "\n" + line.tip;
            continue;
        }
        line.text = position + ": " + said;
        lines.push_back(std::move(line));
        words.push_back(said);
    }
    if (isMissing && state != State::done) {
        PredictionLine busy;
        busy.text = QObject::tr("predicting …");
        busy.tip = QObject::tr("The twin tries this position.");
        busy.isBusy = true;
        lines.push_back(std::move(busy));
    }
    return lines;
}

QString p99Range(const Digest& d) {
    const QString low = milliseconds(d.p99Ms.low);
    const QString high = milliseconds(d.p99Ms.high);
    if (low == high) return low;
    // One unit is enough for both.
    const bool isOneUnit = low.section(' ', 1) == high.section(' ', 1);
    return QObject::tr("%1 to %2").arg(isOneUnit ? low.section(' ', 0, 0) : low, high);
}

QString intervalWords(const Digest& d) {
    const QString low = percent(d.failedRatio.low);
    const QString high = percent(d.failedRatio.high);
    return QObject::tr("p99 %1 (%2), failed %3%4. 90 % interval, simulated.")
        .arg(milliseconds(d.p99Ms.value), p99Range(d), percent(d.failedRatio.value),
             low == high ? QString() : QObject::tr(" (%1 to %2)").arg(low, high));
}

QString limitTitle(const QString& limit) {
    QString title = limit;
    static const QRegularExpression instance("^api-\\d+\\.");
    title.replace(instance, "API ");
    title.replace('.', ' ');
    title.replace("cpu", "CPU");
    return title;
}

const char* kindOf(Digest::Effect effect) {
    switch (effect) {
        case Digest::Effect::better:
            return "good";
        case Digest::Effect::worse:
            return "bad";
        case Digest::Effect::none:
            break;
    }
    return "faint";
}

QString holdsWord(judge::Holds holds) {
    switch (holds) {
        case judge::Holds::yes:
            return QObject::tr("holds");
        case judge::Holds::no:
            return QObject::tr("fails");
        case judge::Holds::notYetKnown:
        case judge::Holds::withheld:
            break;
    }
    return QObject::tr("unknown");
}

}  // namespace tenfold::app
