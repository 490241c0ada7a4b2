// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/system/gateway.h"

#include <algorithm>
#include <utility>

#include "simulator/load/endpoints.h"
#include "simulator/system/system.h"

namespace tenfold::system {

using measure::Stage;

namespace {
// Head of an answer, and a problem document as the gateway writes it.
constexpr std::uint64_t kHeadBytes = 300;
constexpr std::uint64_t kProblemBytes = 180;
constexpr Nanos kCheckEvery = 1'000'000'000;
// How far the clocks of two machines may be apart: a token is good for so much longer.
constexpr Nanos kLeeway = 1'000'000'000;
}  // namespace

Gateway::Gateway(System& system, std::uint64_t seed) : m_system(system), m_lostReplies(seed) {
    m_system.at(kCheckEvery, EventKind::healthCheck, 0);
}

void Gateway::configure(const hardware::HardwareProfile& hardware) {
    m_hardware = hardware;
    m_originLink.setBandwidth(hardware.originLinkMbit);
}

int Gateway::up() const {
    const auto& all = m_system.api().instances();
    return static_cast<int>(std::count_if(all.begin(), all.end(),
                                          [](const auto& i) { return i->isUp && !i->isLeaving; }));
}

Instance* Gateway::choose() {
    auto& all = m_system.api().instances();
    Instance* best = nullptr;
    ++m_turn;  // ties go round
    for (std::size_t k = 0; k < all.size(); ++k) {
        Instance& i = *all[(m_turn + k) % all.size()];
        if (!i.isUp || i.isLeaving || i.open >= i.threads) continue;
        if (!i.isAlive) {
            i.isUp = false;  // nobody listens there: a connection is refused at once
            continue;
        }
        if (!best || i.open < best->open) best = &i;
    }
    return best;
}

void Gateway::arrive(std::uint32_t index, Nanos now) {
    ++m_arrived;
    Request& r = m_system.requests()[index];
    r.design = &m_system.design();
    if (const char* reason = m_system.mechanisms().admission->refuseAddress(r, now))
        return refuse(index, now, 429, reason);
    r.since = now;
    if (r.design->isCentral) return m_system.auth().introspect(index, now);
    m_system.book().tokenJudged(r, false);
    if (now >= r.tokenEndsAt + kLeeway) return refuse(index, now, 401, "token_expired");
    admit(index, now);
}

void Gateway::introspected(std::uint32_t index, Nanos now, const char* failure) {
    Request& r = m_system.requests()[index];
    r.authMs = static_cast<float>(now - r.since) * 1e-6F;
    m_system.book().tokenJudged(r, true);
    if (failure) return refuse(index, now, 503, failure);
    if (now >= r.tokenEndsAt + kLeeway) return refuse(index, now, 401, "bad_token");
    if (isGivenUp(r)) {  // it took long enough for its client to leave
        drop(index);
        return;
    }
    admit(index, now);
}

void Gateway::admit(std::uint32_t index, Nanos now) {
    Request& r = m_system.requests()[index];
    if (const char* reason = m_system.mechanisms().admission->refuseUser(r, now))
        return refuse(index, now, 429, reason);
    r.isAdmitted = true;
    if (up() == 0) return refuse(index, now, 503, "no_instance");
    if (m_line.empty())
        if (Instance* instance = choose()) return start(index, *instance, now, now);
    if (up() == 0) return refuse(index, now, 503, "no_instance");
    if (m_line.size() >= static_cast<std::size_t>(m_hardware.gatewayQueue))
        return refuse(index, now, 503, "queue_full");
    m_line.push_back({index, now});
}

void Gateway::start(std::uint32_t index, Instance& instance, Nanos now, Nanos askedAt) {
    ++instance.open;
    Request& r = m_system.requests()[index];
    if (!r.isRetried) r.queueMs = static_cast<float>(now - askedAt) * 1e-6F;
    m_system.api().start(index, instance, now);
}

void Gateway::refuse(std::uint32_t index, Nanos now, int status, const char* reason) {
    ++m_rejected[reason];
    Request& r = m_system.requests()[index];
    r.status = static_cast<std::uint16_t>(status);
    r.bytes = kProblemBytes;
    finish(index, now);
}

bool Gateway::isGivenUp(const Request& r) {
    return r.isEnded && !r.isAskedForEdge;
}

void Gateway::leave(Request& r) {
    if (std::exchange(r.isAdmitted, false)) m_system.mechanisms().admission->left(r);
}

/// Its client has left, so nobody is answered.
void Gateway::drop(std::uint32_t index) {
    ++m_rejected["client_gone"];
    leave(m_system.requests()[index]);
    m_system.forget(index);
}

/// It is done, and the connection breaks before its client is told.
void Gateway::lose(std::uint32_t index, Nanos now) {
    ++m_rejected["reply_lost"];
    Request& r = m_system.requests()[index];
    r.isServed = true;
    leave(r);
    m_system.clients().connectionBroke(index, now);
}

void Gateway::finish(std::uint32_t index, Nanos now) {
    Request& r = m_system.requests()[index];
    r.isServed = true;
    leave(r);
    // The origin's link is shared, the client's is their own; both begin together, bytes flow.
    const auto bytes = static_cast<std::size_t>(r.bytes + kHeadBytes);
    const Nanos sent = m_originLink.deliverAt(now, bytes);
    ++m_completed;
    if (r.edge != kNone) {  // which has the users' links, and the rest of the way
        m_system.book().delivered(r, static_cast<double>(sent - now) / 1e6);
        m_system.at(sent + m_system.hopNs(Hop::gateway) + r.design->behindEdgeNs(),
                    EventKind::edgeAnswered, index);
        return;
    }
    const Nanos due = std::max(sent, now + hardware::transferNs(bytes, m_hardware.clientLinkMbit)) +
                      r.design->originRttNs;
    m_system.book().delivered(r, static_cast<double>(due - now) / 1e6);
    m_system.at(due + m_system.hopNs(Hop::gateway), EventKind::answerDelivered, index);
}

void Gateway::release(std::uint32_t index, Nanos now) {
    Instance& i = *m_system.api().instances()[m_system.requests()[index].instance];
    --i.open;
    if (i.isLeaving && i.open == 0) m_system.api().allotConnections(now);
}

void Gateway::answered(std::uint32_t index, Nanos now) {
    release(index, now);
    Request& r = m_system.requests()[index];
    if (isGivenUp(r)) {  // the link is not booked for bytes that nobody takes
        drop(index);
    } else if (m_lostReplies.loses(r.endpoint, r.status)) {
        lose(index, now);
    } else {
        finish(index, now);
    }
    serveLine(now);
}

void Gateway::broken(std::uint32_t index, Nanos now) {
    release(index, now);
    Request& r = m_system.requests()[index];
    if (isGivenUp(r)) {
        drop(index);
        return;
    }
    const bool isIdempotent = load::endpoints()[r.endpoint].method == "GET" ||
                              load::endpoints()[r.endpoint].method == "PUT";
    if (!isIdempotent || r.isRetried) return refuse(index, now, 502, "upstream_broken");
    // A new life with the same client: what the dead instance had begun is not its own.
    r.isRetried = true;
    const auto again = m_system.retry(index);
    if (Instance* other = choose()) return start(again, *other, now, now);
    if (up() == 0) return refuse(again, now, 503, "no_instance");
    m_line.push_front({again, now});
}

void Gateway::healthCheck(Nanos now) {
    for (auto& i : m_system.api().instances())
        if (i->isAlive) i->isUp = true;
    m_system.at(now + kCheckEvery, EventKind::healthCheck, 0);
    serveLine(now);
}

void Gateway::serveLine(Nanos now) {
    while (!m_line.empty()) {
        const Waiter w = m_line.front();
        if (up() == 0) {
            m_line.pop_front();
            refuse(w.request, now, 503, "no_instance");
            continue;
        }
        Request& r = m_system.requests()[w.request];
        if (isGivenUp(r)) {
            m_line.pop_front();
            drop(w.request);
            continue;
        }
        Instance* instance = choose();
        if (!instance) return;
        m_line.pop_front();
        start(w.request, *instance, now, w.since);
    }
}

void Gateway::collect(measure::Sample& sample) {
    auto& n = sample.nodes["gateway"];
    n.role = "gateway";
    n.spanMs = measure::SlotClock::kSlotMs;
    n.capacity = m_hardware.gatewayQueue;
    n.waiting = static_cast<double>(m_line.size());
    for (const auto& i : m_system.api().instances()) n.inUse += i->open;
    n.arrived = std::exchange(m_arrived, 0);
    n.completed = std::exchange(m_completed, 0);
    n.rejected = std::exchange(m_rejected, {});
    n.gauges["instances_up"] = up();
    const auto busy = m_originLink.busyNs();
    n.gauges["link_utilisation"] =
        static_cast<double>(busy - m_linkBusyBefore) / measure::SlotClock::kSlotNs;
    m_linkBusyBefore = busy;
}

}  // namespace tenfold::system
