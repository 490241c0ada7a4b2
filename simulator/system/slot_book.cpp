// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/system/slot_book.h"

#include <utility>

#include "simulator/load/endpoints.h"

namespace tenfold::system {

using measure::Outcome;
using measure::Stage;

SlotBook::SlotBook() : m_endpoints(load::endpoints().size()) {}

void SlotBook::ended(const Request& r, Outcome outcome, double responseMs) {
    auto& c = countsOf(r);
    ++c.of(outcome);
    const bool isAtLimit = outcome == Outcome::timeout || outcome == Outcome::unfinished;
    const bool isAnswered = !isAtLimit && outcome != Outcome::refused;
    if (isAnswered) c.bytes += r.bytes;
    // Shown latency is ok plus what stands at a limit; other errors count as failed only.
    if (outcome == Outcome::ok || isAtLimit) c.response.recordMs(responseMs);
    if (isAnswered) c.service.recordMs(responseMs);
}

void SlotBook::served(const Request& r) {
    auto& e = m_endpoints[r.endpoint];
    e.server.merge(r.counts);
    for (std::size_t i = 0; i < r.whereMs.size(); ++i)
        e.where.totalMs[i] += static_cast<double>(r.whereMs[i]);
}

void SlotBook::tokenJudged(const Request& r, bool wasAsked) {
    auto& server = m_endpoints[r.endpoint].server;
    ++(wasAsked ? server.introspections : server.localValidations);
}

void SlotBook::delivered(const Request& r, double linkMs) {
    auto& where = m_endpoints[r.endpoint].where;
    ++where.requests;
    where.of(Stage::gatewayQueue) += static_cast<double>(r.queueMs);
    where.of(Stage::auth) += static_cast<double>(r.authMs);
    where.of(Stage::link) += linkMs;
}

void SlotBook::deliveredByEdge(const Request& r, double linkMs, bool isFromHere) {
    auto& where = m_endpoints[r.endpoint].where;
    if (isFromHere) ++where.requests;
    where.of(Stage::edge) += static_cast<double>(r.edgeMs);
    where.of(Stage::link) += linkMs;
}

void SlotBook::take(measure::Sample& sample) {
    for (std::size_t i = 0; i < m_endpoints.size(); ++i) {
        auto& e = m_endpoints[i];
        const bool isEmpty = e.users.offered + e.users.ended() + e.users.retries +
                                 e.server.duplicates + e.abuser.offered + e.abuser.ended() +
                                 e.server.requests + e.where.requests ==
                             0;
        if (!isEmpty) sample.endpoints[std::string(load::endpoints()[i].id)] = std::exchange(e, {});
    }
}

}  // namespace tenfold::system
