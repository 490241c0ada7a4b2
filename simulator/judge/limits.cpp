// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/judge/limits.h"

namespace tenfold::judge {

namespace {

double gauge(const measure::NodeSample& n, const char* name) {
    const auto it = n.gauges.find(name);
    return it == n.gauges.end() ? 0 : it->second;
}

bool hasRejected(const measure::NodeSample& n, const char* reason) {
    const auto it = n.rejected.find(reason);
    return it != n.rejected.end() && it->second > 0;
}

double part(double used, double capacity) {
    return capacity > 0 ? used / capacity : 0;
}

}  // namespace

std::vector<Limit> limitsOf(const measure::Sample& s) {
    std::vector<Limit> out;
    for (const auto& [id, n] : s.nodes) {
        if (!n.alive) continue;
        if (n.cores > 0) out.push_back({id + ".cpu", n.utilisation(), false});
        if (n.role == "gateway")
            out.push_back(
                {id + ".queue", part(n.waiting, n.capacity), hasRejected(n, "queue_full")});
        if (n.role == "instance") {
            out.push_back({id + ".threads", part(n.inUse, n.capacity), hasRejected(n, "threads")});
            out.push_back({id + ".connections",
                           part(gauge(n, "connections_in_use"), gauge(n, "connections_open")),
                           hasRejected(n, "connection_wait")});
        }
        if (n.role == "database" || n.role == "replica") {
            out.push_back({id + ".connections", part(n.inUse, n.capacity),
                           hasRejected(n, "too_many_connections")});
            out.push_back({id + ".lock", gauge(n, "lock_busy"), hasRejected(n, "lock")});
        }
        if (n.role == "pooler")
            out.push_back({id + ".connections", part(n.inUse, n.capacity),
                           hasRejected(n, "query_wait_timeout")});
        if (const double link = gauge(n, "link_utilisation"); link > 0)
            out.push_back({id + ".link", link, false});
    }
    return out;
}

}  // namespace tenfold::judge
