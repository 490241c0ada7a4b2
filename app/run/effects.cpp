// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/run/effects.h"

#include <QStringList>
#include <algorithm>
#include <cmath>

#include "app/theme/words.h"

namespace tenfold::app {

namespace {

constexpr double kSettleS = 2;
// Less than this is noise, not an effect.
constexpr double kNotable = 0.1;

double per(std::uint64_t amount, std::uint64_t n) {
    return n ? static_cast<double>(amount) / static_cast<double>(n) : 0.0;
}

bool differs(double a, double b) {
    return std::abs(a - b) > kNotable * std::max({a, b, 1e-9});
}

QString arrow(const QString& name, const QString& a, const QString& b) {
    return name + " " + a + " → " + b;
}

}  // namespace

EffectTracker::Brief EffectTracker::briefOf(const Figures& f) {
    const auto& server = f.all.server;
    Brief b;
    b.statements = f.statementsPerRequest;
    b.scanned = per(server.fullScanSteps, server.requests);
    b.rows = per(server.rows, server.requests);
    b.bytes = per(server.bytes, server.requests);
    b.hits = per(server.cacheHits, server.cacheHits + server.cacheMisses);
    b.failed = f.failedRatio;
    b.p95 = f.p95;
    return b;
}

void EffectTracker::begin(const std::string& mechanism, const Figures& before) {
    m_followed.clear();
    if (before.ended == 0) return;
    m_followed = mechanism;
    m_before = briefOf(before);
}

void EffectTracker::update(const Figures& now, double secondsSince) {
    if (m_followed.empty() || secondsSince < kSettleS || now.ended == 0) return;
    m_effects[m_followed] = compare(m_followed, m_before, briefOf(now));
}

void EffectTracker::clear() {
    m_followed.clear();
    m_effects.clear();
}

const Effect* EffectTracker::of(const std::string& mechanism) const {
    const auto it = m_effects.find(mechanism);
    return it == m_effects.end() ? nullptr : &it->second;
}

Effect EffectTracker::compare(const std::string& mechanism, const Brief& a, const Brief& b) const {
    const auto* spec = m_catalogue.find(mechanism);
    const auto counts = [&](const char* field) {
        return spec &&
               std::find(spec->counts.begin(), spec->counts.end(), field) != spec->counts.end();
    };
    QStringList parts;
    if (counts("statements") && differs(a.statements, b.statements))
        parts << arrow("statements", compact(a.statements), compact(b.statements));
    if (counts("full_scan_steps") && differs(a.scanned, b.scanned))
        parts << arrow("rows scanned", compact(a.scanned), compact(b.scanned));
    if (counts("rows") && differs(a.rows, b.rows))
        parts << arrow("rows", compact(a.rows), compact(b.rows));
    else if (counts("bytes") && differs(a.bytes, b.bytes))
        parts << arrow("bytes", compact(a.bytes), compact(b.bytes));
    if (parts.isEmpty() && counts("cache_hits") && differs(a.hits, b.hits))
        parts << arrow("hits", percent(a.hits), percent(b.hits));
    const bool hasFailures = std::abs(a.failed - b.failed) > 0.005;
    if (hasFailures) parts << arrow("failed", percent(a.failed), percent(b.failed));
    const bool hasWait = a.p95 && b.p95 && differs(*a.p95, *b.p95);
    if (hasWait && parts.size() < 2)
        parts << arrow("p95", milliseconds(*a.p95), milliseconds(*b.p95));

    Effect effect;
    effect.text = parts.isEmpty() ? QString("no measurable effect here") : parts.join(" · ");
    if (hasFailures) {
        effect.isBetter = b.failed < a.failed;
        effect.isWorse = !effect.isBetter;
    } else if (hasWait) {
        effect.isBetter = *b.p95 < *a.p95;
        effect.isWorse = !effect.isBetter;
    }
    return effect;
}

}  // namespace tenfold::app
