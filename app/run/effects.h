// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <map>
#include <optional>
#include <string>

#include "app/run/figures.h"
#include "simulator/scenario/catalogue.h"

namespace tenfold::app {

/// What a switch did, measured: the figures before it was used beside those after.
struct Effect {
    QString text;           // "statements 41 → 3 · p95 1.8 s → 28 ms"
    bool isBetter = false;  // fewer failures, or a shorter wait
    bool isWorse = false;
};

/// Remembers, for each mechanism, the figures before its last use and follows those after it until
/// the next change of anything.
class EffectTracker {
public:
    explicit EffectTracker(const scenario::Catalogue& catalogue) : m_catalogue(catalogue) {}

    void begin(const std::string& mechanism, const Figures& before);
    /// Something else changed: what was being followed is final.
    void end() { m_followed.clear(); }
    /// `secondsSince` the change took effect; nothing is said before two seconds have passed.
    void update(const Figures& now, double secondsSince);
    void clear();

    const Effect* of(const std::string& mechanism) const;

private:
    struct Brief {
        double statements = 0, scanned = 0, rows = 0, bytes = 0, hits = 0;
        double failed = 0;
        std::optional<double> p95;
    };
    static Brief briefOf(const Figures& figures);
    Effect compare(const std::string& mechanism, const Brief& a, const Brief& b) const;

    const scenario::Catalogue& m_catalogue;
    std::string m_followed;
    Brief m_before;
    std::map<std::string, Effect> m_effects;
};

}  // namespace tenfold::app
