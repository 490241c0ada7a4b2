// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/topology/diagram_model.h"

#include <algorithm>
#include <numeric>

#include "app/theme/words.h"
#include "simulator/hardware/profile.h"
#include "simulator/scenario/jobs.h"

namespace tenfold::app {

namespace {

using engine::NodeAddress;
using measure::NodeSample;
using measure::Sample;

// More boxes than this in a column, and the rest shares one.
constexpr std::size_t kRows = 3;
// So that the eye can follow: at most this many dots enter the diagram in a second.
constexpr double kDotsPerSecond = 7;

std::vector<std::string> idsOf(const engine::Topology& t, std::string_view role) {
    std::vector<std::string> ids;
    for (const auto& n : t.nodes)
        if (n.role == role) ids.push_back(n.id);
    std::sort(ids.begin(), ids.end(), [](const std::string& a, const std::string& b) {
        return a.size() != b.size() ? a.size() < b.size() : a < b;
    });
    return ids;
}

engine::Topology plannedTopology(const scenario::Scenario& s) {
    engine::Topology t;
    const auto add = [&t](const std::string& id, const std::string& role) {
        NodeAddress node;
        node.id = id;
        node.role = role;
        t.nodes.push_back(node);
    };
    int instances = 2;
    try {
        instances = s.hardware == "tier"
                        ? hardware::profileForUsers(s.workload.dailyActiveUsers).instances
                        : hardware::profileForTier(s.hardware).instances;
    } catch (const std::exception&) {
        // The run itself will say what is wrong with the profile.
    }
    if (s.design.is("cdn", "on"))
        for (int i = 1; i <= static_cast<int>(s.design.parameter("cdn", "edges", 2)); ++i)
            add("edge-" + std::to_string(i), "edge");
    add("gateway", "gateway");
    add("auth", "auth");
    for (int i = 1; i <= instances * s.machines.instanceFactor; ++i)
        add("api-" + std::to_string(i), "instance");
    const auto isOn = [&s](const char* id) {
        const auto& value = s.design.of(id).value;
        return !value.empty() && value != "off" && value != "0";
    };
    if (isOn("connection_pooler")) add("pooler", "pooler");
    if (isOn("shared_cache")) add("cache", "cache");
    if (scenario::hasJobs(s.design)) add("worker", "worker");
    add("sink", "sink");
    add("primary", "database");
    if (isOn("read_replicas"))
        for (int i = 1; i <= std::atoi(s.design.of("read_replicas").value.c_str()); ++i)
            add("replica-" + std::to_string(i), "replica");
    return t;
}

/// The members of a box as one: utilisation of the busiest, the rest added up.
struct Joined {
    double utilisation = 0;
    bool hasUtilisation = false;
    double waiting = 0, capacity = 0, leastCapacity = 0, mostCapacity = 0;
    double inUse = 0, cores = 0, lagMs = 0;
    double arrivedHz = 0, rejectedHz = 0;
    int dead = 0;
};

Joined joined(const std::vector<std::string>& ids, const Sample& s) {
    Joined out;
    for (const auto& id : ids) {
        const auto it = s.nodes.find(id);
        if (it == s.nodes.end()) continue;
        const NodeSample& n = it->second;
        if (!n.alive) {
            ++out.dead;
            continue;
        }
        if (n.cores > 0) {
            out.utilisation = std::max(out.utilisation, n.utilisation());
            out.hasUtilisation = true;
        }
        out.waiting += n.waiting;
        if (const auto w = n.gauges.find("connections_waiting"); w != n.gauges.end())
            out.waiting += w->second;
        out.capacity += n.capacity;
        out.leastCapacity =
            out.mostCapacity > 0 ? std::min(out.leastCapacity, n.capacity) : n.capacity;
        out.mostCapacity = std::max(out.mostCapacity, n.capacity);
        out.inUse += n.inUse;
        out.cores += n.cores;
        if (const auto lag = n.gauges.find("lag_ms"); lag != n.gauges.end())
            out.lagMs = std::max(out.lagMs, lag->second);
        const double seconds = n.spanMs > 0 ? n.spanMs / 1000 : 1;
        out.arrivedHz += static_cast<double>(n.arrived) / seconds;
        for (const auto& [reason, count] : n.rejected)
            out.rejectedHz += static_cast<double>(count) / seconds;
    }
    return out;
}

class Builder {
public:
    /// `there`: the nodes that are up already, while the rest is planned; null when none will be.
    Builder(const engine::Topology& topology, const Sample& sample, const scenario::Scenario& s,
            bool isPlanned, const engine::Topology* there = nullptr)
        : m_topology(topology),
          m_sample(sample),
          m_scenario(s),
          m_isPlanned(isPlanned),
          m_there(there) {}

    DiagramModel build() {
        const bool hasMiddle = !idsOf(m_topology, "pooler").empty() ||
                               !idsOf(m_topology, "cache").empty() ||
                               !idsOf(m_topology, "sink").empty();
        const int last = hasMiddle ? 4 : 3;
        m_model.columns = last + 1;
        const auto users = addUsers();
        const auto edgeIds = idsOf(m_topology, "edge");
        const auto edges = addNode(edgeIds, edgeIds.size() > 1 ? "Edges" : "Edge", 1, -1);
        const auto gateway = addNode(idsOf(m_topology, "gateway"), "Gateway", 1, 0);
        const auto auth = addNode(idsOf(m_topology, "auth"), "Auth", 1, 1);
        const auto instances = addInstances();
        const auto pooler = addNode(idsOf(m_topology, "pooler"), "Pooler", 3, 0);
        const auto cache = addNode(idsOf(m_topology, "cache"), "Cache", 3, 1);
        const auto primary = addNode(idsOf(m_topology, "database"), "Primary", last, 0);
        const auto replicaIds = idsOf(m_topology, "replica");
        const auto replicas =
            addNode(replicaIds, replicaIds.size() > 1 ? "Replicas" : "Replica", last, 1);
        const auto worker = addNode(idsOf(m_topology, "worker"), "Worker", 3, -1);
        const auto sink = addNode(idsOf(m_topology, "sink"), "Mail, webhooks", last, -1);

        // All users come to an edge, and the edges to the gateway with what they do not have.
        connect(users, edges ? edges : gateway, m_offeredHz);
        connect(edges, gateway, hzOf(gateway));
        connect(gateway, auth, hzOf(auth));
        std::size_t alive = 0;
        for (const auto i : instances)
            if (i && !m_model.boxes[*i].isDead()) ++alive;
        for (const auto i : instances) {
            const bool isDead = i && m_model.boxes[*i].isDead();
            const double instancePart =
                isDead ? 0 : 1.0 / static_cast<double>(std::max<std::size_t>(1, alive));
            connect(gateway, i, hzOf(i));
            if (pooler) {
                connect(i, pooler, hzOf(pooler) * instancePart);
            } else {
                connect(i, primary, hzOf(primary) * instancePart);
                connect(i, replicas, hzOf(replicas) * instancePart);
            }
            connect(i, cache, hzOf(cache) * instancePart);
            // Either the API calls it or the worker does.
            if (!worker) connect(i, sink, hzOf(sink) * instancePart);
        }
        if (worker) {
            connect(primary, worker, hzOf(worker));
            connect(worker, sink, hzOf(sink));
        }
        if (pooler) {
            connect(pooler, primary, hzOf(primary));
            connect(pooler, replicas, hzOf(replicas));
        }
        chooseDots();
        return std::move(m_model);
    }

private:
    using Index = std::optional<std::size_t>;

    Index addUsers() {
        std::uint64_t offered = 0;
        for (const auto& [id, e] : m_sample.endpoints)
            offered += e.users.offered + e.abuser.offered;
        if (m_sample.slots > 0 && !m_sample.endpoints.empty())
            m_offeredHz = static_cast<double>(offered) * 1000 / m_sample.spanMs();
        DiagramBox box;
        box.title = "Users";
        const double hz = m_isPlanned || m_sample.endpoints.empty()
                              ? m_scenario.workload.rate().peakHz
                              : m_offeredHz;
        box.detail = perSecond(hz) + " req/s";
        box.hasRing = false;
        box.isPlanned = m_isPlanned;
        m_model.boxes.push_back(box);
        m_arrivedHz.push_back(m_offeredHz);
        return m_model.boxes.size() - 1;
    }

    Index addNode(const std::vector<std::string>& ids, const QString& title, int column,
                  double row) {
        if (ids.empty()) return std::nullopt;
        const Joined j = joined(ids, m_sample);
        DiagramBox box;
        box.title = title;
        box.members = ids;
        box.column = column;
        box.row = row;
        box.waiting = j.waiting;
        box.dead = j.dead;
        box.isPlanned = m_isPlanned && !isThere(ids);
        box.isFailing = j.rejectedHz > 0 || (j.hasUtilisation && j.utilisation >= 0.95);
        if (j.hasUtilisation) box.utilisation = j.utilisation;
        // A node whose CPU nobody emulates has none to show; a dash in a ring reads as a fault.
        box.hasRing = j.hasUtilisation || box.isDead();
        box.detail = !m_isPlanned     ? detailOf(ids.front(), ids, j)
                     : !box.isPlanned ? QString("up")
                     : m_there        ? QString("starting …")
                                      : QString("will start");
        m_model.boxes.push_back(box);
        m_arrivedHz.push_back(j.arrivedHz);
        m_rejects.resize(m_model.boxes.size());
        m_rejects.back() = j.rejectedHz > 0;
        return m_model.boxes.size() - 1;
    }

    QString detailOf(const std::string& first, const std::vector<std::string>& ids,
                     const Joined& j) const {
        const auto it = m_sample.nodes.find(first);
        if (j.dead == static_cast<int>(ids.size())) return QString("dead");
        if (j.dead > 0) return QString("%1 of %2 dead").arg(j.dead).arg(ids.size());
        if (it == m_sample.nodes.end()) return QString("no data yet");
        const QString& role = QString::fromStdString(it->second.role);
        if (j.rejectedHz > 0)
            return QString(role == "gateway" ? "shed %1/s" : "rejects %1/s")
                .arg(perSecond(j.rejectedHz));
        if (role == "gateway") return QString("%1 /s").arg(perSecond(j.arrivedHz));
        if (role == "instance") {
            // Not their mean: no instance may have that many.
            const QString most = QString::number(j.mostCapacity, 'f', 0);
            return j.leastCapacity < j.mostCapacity
                       ? QString("%1 to %2 threads").arg(j.leastCapacity, 0, 'f', 0).arg(most)
                       : QString("%1 threads").arg(most);
        }
        if (role == "pooler")
            return QString("%1 of %2").arg(j.inUse, 0, 'f', 0).arg(j.capacity, 0, 'f', 0);
        if (role == "cache") {
            std::uint64_t hits = 0, misses = 0;
            for (const auto& [id, e] : m_sample.endpoints) {
                hits += e.server.cacheHits;
                misses += e.server.cacheMisses;
            }
            if (hits + misses == 0) return QString("no look-ups");
            return QString("%1 % hits")
                .arg(100.0 * static_cast<double>(hits) / static_cast<double>(hits + misses), 0, 'f',
                     0);
        }
        if (role == "edge") {
            std::uint64_t own = 0, fetched = 0;
            for (const auto& [id, e] : m_sample.endpoints) {
                own += e.server.edgeHits + e.server.edgeCollapsed;
                fetched += e.server.edgeMisses + e.server.edgeRevalidations;
            }
            if (own + fetched == 0) return QString("%1 /s").arg(perSecond(j.arrivedHz));
            return QString("%1 % hits")
                .arg(100.0 * static_cast<double>(own) / static_cast<double>(own + fetched), 0, 'f',
                     0);
        }
        if (role == "sink") return QString("%1 /s").arg(perSecond(j.arrivedHz));
        if (role == "worker") {
            const auto& gauges = it->second.gauges;
            const auto jobs = gauges.find("jobs");
            const auto age = gauges.find("oldest_age_ms");
            if (jobs == gauges.end() || age == gauges.end() || jobs->second < 1)
                return QString("no jobs wait");
            return QString("oldest %1").arg(milliseconds(age->second));
        }
        if (role == "replica" && j.lagMs >= 1) return QString("lag %1").arg(milliseconds(j.lagMs));
        if (role == "replica" && ids.size() > 1)
            return QString("%1, %2 cores each")
                .arg(ids.size())
                .arg(j.cores / static_cast<double>(ids.size()), 0, 'f', 0);
        if (j.cores > 0)
            return QString(j.cores == 1 ? "%1 core" : "%1 cores").arg(j.cores, 0, 'f', 0);
        return QString("native");
    }

    std::vector<Index> addInstances() {
        const auto ids = idsOf(m_topology, "instance");
        const std::size_t shown = std::min(ids.size(), kRows);
        std::vector<Index> out;
        for (std::size_t i = 0; i < shown; ++i) {
            const bool isRest = i + 1 == kRows && ids.size() > kRows;
            const std::vector<std::string> members =
                isRest ? std::vector<std::string>(ids.begin() + static_cast<std::ptrdiff_t>(i),
                                                  ids.end())
                       : std::vector<std::string>{ids[i]};
            const QString title = isRest ? QString("API %1 to %2").arg(i + 1).arg(ids.size())
                                         : QString("API %1").arg(i + 1);
            const double row = static_cast<double>(i) - (static_cast<double>(shown) - 1) / 2;
            out.push_back(addNode(members, title, 2, row));
        }
        return out;
    }

    bool isThere(const std::vector<std::string>& ids) const {
        return m_there && std::all_of(ids.begin(), ids.end(), [this](const std::string& id) {
                   return std::any_of(m_there->nodes.begin(), m_there->nodes.end(),
                                      [&id](const NodeAddress& n) { return n.id == id; });
               });
    }

    double hzOf(Index i) const { return i ? m_arrivedHz[*i] : 0; }

    void connect(Index from, Index to, double hz) {
        if (!from || !to) return;
        const auto& target = m_model.boxes[*to];
        const bool isFailing = (m_rejects.size() > *to && m_rejects[*to]) || target.isDead();
        m_model.edges.push_back({*from, *to, target.isDead() ? 0 : hz, isFailing});
    }

    void chooseDots() {
        static constexpr double kSteps[] = {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000};
        for (const double step : kSteps) {
            m_model.perDot = step;
            if (m_offeredHz / step <= kDotsPerSecond) break;
        }
    }

    const engine::Topology& m_topology;
    const Sample& m_sample;
    const scenario::Scenario& m_scenario;
    bool m_isPlanned;
    const engine::Topology* m_there;
    DiagramModel m_model;
    std::vector<double> m_arrivedHz;
    std::vector<bool> m_rejects{false};
    double m_offeredHz = 0;
};

}  // namespace

DiagramModel diagramOf(const engine::Topology& topology, const Sample& window,
                       const scenario::Scenario& scenario, bool isStarting) {
    if (!topology.nodes.empty() && !isStarting)
        return Builder(topology, window, scenario, false).build();
    const auto planned = plannedTopology(scenario);
    return Builder(planned, Sample{}, scenario, true, isStarting ? &topology : nullptr).build();
}

int processesOf(const scenario::Scenario& scenario) {
    return static_cast<int>(plannedTopology(scenario).nodes.size()) + 1;
}

}  // namespace tenfold::app
