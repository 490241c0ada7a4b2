// SPDX-License-Identifier: GPL-3.0-or-later
// What a node counts, in words: its queue, its other counters.
#include "app/topology/node_figures.h"

#include <QObject>
#include <algorithm>
#include <array>
#include <set>

#include "app/theme/words.h"

namespace tenfold::app {

using measure::NodeSample;

namespace {

/// What `inUse`, `capacity` and `waiting` count at a node of a role.
struct QueueWords {
    const char* role;
    const char* inUse;
    const char* waiting;
    bool isCapacityOfLine = false;  // so many may wait; so many may be in use is not known
};
constexpr std::array<QueueWords, 10> kQueues{{
    {"gateway", "open at instances", "in line", true},
    {"edge", "open at the origin", "in line"},
    {"instance", "threads in use", "waiting for a connection"},
    {"database", "connections", "waiting for a core"},
    {"replica", "connections", "waiting for a core"},
    {"pooler", "server connections lent", "waiting for one"},
    {"cache", "connections", "waiting"},
    {"auth", "connections", "waiting for a core"},
    {"sink", "connections", "waiting"},
    {"worker", "calls under way", "jobs waiting"},
}};

QueueWords wordsFor(const std::string& role) {
    for (const auto& words : kQueues)
        if (role == words.role) return words;
    return {"", "in use", "waiting"};
}

/// Gauges that need more than their name. Those of the queue stand there, not among the counters.
struct GaugeWords {
    const char* key;
    const char* title;
    bool isOfQueue = false;
};
constexpr std::array<GaugeWords, 14> kGauges{{
    {"connections_waiting", "", true},  // the same as `waiting`
    {"connections_in_use", "", true},
    {"connections_open", "", true},
    {"lock_waiting", "waiting for the writer lock", true},
    {"tokens_waiting", "waiting for the auth service", true},
    {"jobs", "jobs not done", true},
    {"oldest_age_ms", "oldest of them", true},
    {"dead", "given up", true},
    {"active", "statements under way", true},
    {"lock_busy", "writer lock held"},
    {"link_utilisation", "origin link in use"},
    {"lsn", "log position"},
    {"lag_ms", "behind the primary"},
    {"signature_host_ms", "verifying, host CPU"},
}};

const GaugeWords* wordsForGauge(const std::string& key) {
    const auto it = std::find_if(kGauges.begin(), kGauges.end(),
                                 [&key](const auto& g) { return key == g.key; });
    return it == kGauges.end() ? nullptr : &*it;
}

QString plain(const std::string& key) {
    return QString::fromStdString(key).replace('_', ' ');
}

QString gaugeText(const std::string& key, double value) {
    if (key.ends_with("_ms")) return milliseconds(value);
    if (key == "lock_busy" || key == "link_utilisation") return percent(value);
    if (key == "lsn") return count(value);
    if (key.ends_with("bytes")) return compact(value) + " B";
    return compact(value);
}

Figure gaugeFigure(const std::string& key, double value) {
    const auto* words = wordsForGauge(key);
    return {words && *words->title ? QString(words->title) : plain(key), gaugeText(key, value)};
}

double gauge(const NodeSample& n, const char* key) {
    const auto it = n.gauges.find(key);
    return it == n.gauges.end() ? 0 : it->second;
}

QString ofText(double part, double whole) {
    return QObject::tr("%1 of %2").arg(compact(part), count(whole));
}

}  // namespace

NodeQueue queueOf(const NodeSample& n) {
    NodeQueue queue;
    const QueueWords words = wordsFor(n.role);
    const double seconds = n.spanMs > 0 ? n.spanMs / 1000 : 1;
    const bool hasPlaces = n.capacity > 0 && !words.isCapacityOfLine;
    queue.figures.push_back(
        {words.inUse, hasPlaces ? ofText(n.inUse, n.capacity) : compact(n.inUse)});
    if (hasPlaces) queue.used = n.inUse / n.capacity;
    const bool isWaiting = n.waiting >= 0.95;
    queue.figures.push_back(
        {words.waiting, words.isCapacityOfLine ? ofText(n.waiting, n.capacity) : compact(n.waiting),
         isWaiting ? "bad" : ""});
    if (words.isCapacityOfLine && n.capacity > 0) queue.used = n.waiting / n.capacity;
    if (n.gauges.count("connections_open"))
        queue.figures.push_back(
            {QObject::tr("connections in use"),
             ofText(gauge(n, "connections_in_use"), gauge(n, "connections_open"))});
    for (const auto& [key, value] : n.gauges) {
        const auto* gaugeWords = wordsForGauge(key);
        if (gaugeWords && gaugeWords->isOfQueue && *gaugeWords->title)
            queue.figures.push_back(gaugeFigure(key, value));
    }
    bool isRejecting = false;
    for (const auto& [reason, rejected] : n.rejected) {
        if (rejected == 0) continue;
        isRejecting = true;
        queue.figures.push_back({QObject::tr("rejected: %1").arg(plain(reason)),
                                 perSecond(static_cast<double>(rejected) / seconds) + " /s",
                                 "bad"});
    }
    if (!isRejecting)
        queue.figures.push_back({QObject::tr("rejected"), QObject::tr("none"), "faint"});
    return queue;
}

std::vector<Figure> countersOf(const NodeSample& n) {
    std::vector<Figure> out;
    const double seconds = n.spanMs > 0 ? n.spanMs / 1000 : 1;
    if (n.cores > 0)
        out.push_back({QObject::tr("CPU"),
                       QObject::tr(n.cores == 1 ? "%1 of %2 core" : "%1 of %2 cores")
                           .arg(n.utilisation() * n.cores, 0, 'f', 1)
                           .arg(n.cores, 0, 'f', 0),
                       n.utilisation() >= 0.95 ? "bad" : ""});
    out.push_back(
        {QObject::tr("arrived"), perSecond(static_cast<double>(n.arrived) / seconds) + " /s"});
    out.push_back(
        {QObject::tr("completed"), perSecond(static_cast<double>(n.completed) / seconds) + " /s"});
    for (const auto& [key, value] : n.gauges) {
        const auto* words = wordsForGauge(key);
        if (!words || !words->isOfQueue) out.push_back(gaugeFigure(key, value));
    }
    if (const auto p99 = n.overrun.percentileMs(0.99))
        out.push_back({QObject::tr("overrun p99"), milliseconds(*p99)});
    if (n.hostCpuMs > 0)
        out.push_back({QObject::tr("host CPU"),
                       QObject::tr("%1 a second").arg(milliseconds(n.hostCpuMs / seconds))});
    return out;
}

}  // namespace tenfold::app
