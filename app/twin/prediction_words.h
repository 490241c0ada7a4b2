// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <vector>

#include "app/twin/predictions.h"
#include "simulator/scenario/mechanism_spec.h"

namespace tenfold::app {

/// One line below a switch: what turning it would do.
struct PredictionLine {
    QString text;  // "turn on: p99 39 ms instead of 1.4 s"
    QString tip;   // with the interval
    Digest::Effect effect = Digest::Effect::none;
    bool isBusy = false;  // still being worked out
};

/// The positions a switch could be turned to; those of which the same is to be said share a line.
/// Nothing when there are no predictions at all.
std::vector<PredictionLine> linesFor(const Predictions& predictions,
                                     const scenario::MechanismSpec& spec,
                                     const scenario::Setting& setting);
/// What can be expected of one position; an empty text while it is not known.
PredictionLine lineFor(const Predictions& predictions, const scenario::MechanismSpec& spec,
                       const std::string& value);

/// "p99 39 ms (36 to 42 ms), failed 0 % (0 % to 0.1 %). 90 % interval, simulated."
QString intervalWords(const Digest& digest);
/// "36 to 42 ms": of the p99.
QString p99Range(const Digest& digest);
/// "primary CPU" of "primary.cpu", "API CPU" of "api-1.cpu".
QString limitTitle(const QString& limit);
/// Name of the style for an effect: good, bad, faint.
const char* kindOf(Digest::Effect effect);
QString holdsWord(judge::Holds holds);

}  // namespace tenfold::app
