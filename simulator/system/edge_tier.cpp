// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/system/edge_tier.h"

#include <utility>

#include "simulator/hardware/link.h"
#include "simulator/load/endpoints.h"
#include "simulator/system/system.h"

namespace tenfold::system {

namespace {
constexpr std::uint64_t kEdgeHeadBytes = 300;
}

void EdgeTier::configure(const hardware::HardwareProfile& hardware) {
    m_clientLinkMbit = hardware.clientLinkMbit;
    // Those that are not wanted any more finish what they have open.
    if (m_nodes.size() < m_system.design().edges) m_nodes.resize(m_system.design().edges);
}

void EdgeTier::arrive(std::uint32_t index, Nanos now) {
    const DesignState& design = m_system.design();
    if (design.edges == 0) return m_system.gateway().arrive(index, now);
    Request& r = m_system.requests()[index];
    r.design = &design;
    r.edge = r.address % design.edges;
    r.edgeKey = design.edgeKeyOf(r.addressKey);
    ++m_nodes[r.edge].arrived;
    if (!design.isEdgeable(r.endpoint)) return askOrigin(index, now);
    auto& edges = *m_system.mechanisms().edges;
    const auto found = edges.look(r.edge, r.edgeKey, now);
    switch (found.way) {
        case Edges::Way::hit: {
            auto& counts = m_system.book().serverOf(r);
            ++counts.edgeHits;
            if (found.isStale) ++counts.edgeStale;
            if (found.flight != 0) askBehind(Request(r), found, now);
            return show(index, *found.answer, now);
        }
        case Edges::Way::wait:
            r.since = now;
            edges.join(r.edge, found.flight, index, r.generation);
            return;
        case Edges::Way::ask:
            r.flight = found.flight;
            r.isAskedForEdge = true;
            if (found.answer) {
                r.isConditional = true;
                r.oldVersion = found.answer->version;
                r.oldBytes = found.answer->bytes;
            }
            return askOrigin(index, now);
    }
}

void EdgeTier::askOrigin(std::uint32_t index, Nanos now) {
    ++m_nodes[m_system.requests()[index].edge].open;
    m_system.gateway().arrive(index, now);
}

/// The same question once more, which no client waits for.
void EdgeTier::askBehind(const Request& asked, const Edges::Found& found, Nanos now) {
    const auto index = m_system.newRequest();
    Request& r = m_system.requests()[index];
    r.endpoint = asked.endpoint;
    r.user = asked.user;
    r.key = asked.key;
    r.product = asked.product;
    r.address = asked.address;
    r.isAbuser = asked.isAbuser;
    r.writtenLsn = asked.writtenLsn;
    r.tokenEndsAt = asked.tokenEndsAt;
    r.design = asked.design;
    r.dueAt = now;
    r.edge = asked.edge;
    r.addressKey = asked.addressKey;
    r.edgeKey = asked.edgeKey;
    r.isBackground = r.isAskedForEdge = r.isConditional = true;
    r.flight = found.flight;
    r.oldVersion = found.answer->version;
    r.oldBytes = found.answer->bytes;
    askOrigin(index, now);
}

void EdgeTier::answered(std::uint32_t index, Nanos now) {
    Request& r = m_system.requests()[index];
    Node& node = m_nodes[r.edge];
    --node.open;
    node.bytesFromOrigin += r.bytes;
    auto& edges = *m_system.mechanisms().edges;
    if (!load::endpoints()[r.endpoint].isRead && r.status < 400)
        edges.invalidate(r.edge, r.edgeKey);
    if (r.isAskedForEdge) {
        std::optional<Edges::Answer> answer;
        auto& counts = m_system.book().serverOf(r);
        if (r.status == 304) {
            ++counts.edgeRevalidations;
            answer = {r.oldVersion, r.oldBytes};
            r.status = 200;
            r.shownVersion = r.oldVersion;
            r.bytes = r.oldBytes;
        } else if (r.status == 200) {
            ++counts.edgeMisses;
            answer = {r.shownVersion, r.bytes};
        }
        const auto waiters = edges.landed(r.edge, r.edgeKey, r.flight, answer,
                                          DesignState::isImmutable(r.endpoint), now);
        // Telling them may move the requests in memory.
        for (const auto& waiter : waiters) tell(waiter, answer, now);
    }
    if (m_system.requests()[index].isBackground) return m_system.forget(index);
    deliver(index, now, false);
}

void EdgeTier::tell(const Edges::Waiter& waiter, const std::optional<Edges::Answer>& answer,
                    Nanos now) {
    Request& r = m_system.requests()[waiter.request];
    if (r.generation != waiter.generation) return;
    r.edgeMs = static_cast<float>(now - r.since) * 1e-6F;
    if (r.isEnded) return m_system.forget(waiter.request);
    // A breakdown is nobody else's answer: everybody asks for themselves.
    if (!answer) return askOrigin(waiter.request, now);
    ++m_system.book().serverOf(r).edgeCollapsed;
    show(waiter.request, *answer, now);
}

void EdgeTier::show(std::uint32_t index, const Edges::Answer& answer, Nanos now) {
    Request& r = m_system.requests()[index];
    r.status = 200;
    r.shownVersion = answer.version;
    r.bytes = answer.bytes;
    r.isServed = true;
    deliver(index, now, true);
}

void EdgeTier::deliver(std::uint32_t index, Nanos now, bool isFromHere) {
    Request& r = m_system.requests()[index];
    if (r.isEnded) return m_system.forget(index);
    Node& node = m_nodes[r.edge];
    ++node.completed;
    const auto bytes = static_cast<std::size_t>(r.bytes + kEdgeHeadBytes);
    node.bytesToUsers += bytes;
    const Nanos due = now + hardware::transferNs(bytes, m_clientLinkMbit) + r.design->edgeRttNs;
    const Nanos linkNs = due - now + (isFromHere ? 0 : r.design->behindEdgeNs());
    m_system.book().deliveredByEdge(r, static_cast<double>(linkNs) / 1e6, isFromHere);
    // A hit is one way through real processes and back; a miss had that behind the edge, and the
    // edge is one more in between.
    m_system.at(due + m_system.hopNs(isFromHere ? Hop::instance : Hop::gateway),
                EventKind::answerDelivered, index);
}

void EdgeTier::collect(measure::Sample& sample) {
    const auto edges = m_system.design().edges;
    for (std::uint32_t i = 0; i < edges; ++i) {
        Node& node = m_nodes[i];
        auto& n = sample.nodes["edge-" + std::to_string(i + 1)];
        n.role = "edge";
        n.spanMs = measure::SlotClock::kSlotMs;
        n.inUse = node.open;
        n.arrived = std::exchange(node.arrived, 0);
        n.completed = std::exchange(node.completed, 0);
        const auto held = m_system.mechanisms().edges->held(i);
        n.gauges["entries"] = static_cast<double>(held.entries);
        n.gauges["stored_bytes"] = static_cast<double>(held.bytes);
        n.gauges["evictions"] = static_cast<double>(held.evictions - node.evictionsBefore);
        node.evictionsBefore = held.evictions;
        n.gauges["egress_bytes"] = static_cast<double>(std::exchange(node.bytesToUsers, 0));
        n.gauges["origin_bytes"] = static_cast<double>(std::exchange(node.bytesFromOrigin, 0));
    }
}

}  // namespace tenfold::system
