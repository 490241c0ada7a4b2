// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/measure/sample.h"

#include <algorithm>
#include <numeric>

#include "simulator/measure/clock.h"

namespace tenfold::measure {

std::string_view toString(Outcome outcome) {
    constexpr std::array<std::string_view, kOutcomes> names{
        "ok",      "rate_limited", "client_error", "server_error",
        "refused", "timeout",      "unfinished",   "not_sent"};
    return names[static_cast<std::size_t>(outcome)];
}

std::string_view toString(Stage stage) {
    constexpr std::array<std::string_view, kStages> names{
        "edge", "gateway_queue", "thread",        "auth",         "cache", "connection",
        "lock", "database",      "serialisation", "side_effects", "link"};
    return names[static_cast<std::size_t>(stage)];
}

std::string_view titleOf(Stage stage) {
    constexpr std::array<std::string_view, kStages> titles{
        "edge", "gateway queue", "thread",  "auth",         "cache", "connection",
        "lock", "database",      "API CPU", "side effects", "link"};
    return titles[static_cast<std::size_t>(stage)];
}

std::uint64_t ClientCounts::ended() const {
    return std::accumulate(outcomes.begin(), outcomes.end(), std::uint64_t{0});
}

std::span<const CountField<ClientCounts>> clientFields() {
    using C = ClientCounts;
    static constexpr auto fields = std::to_array<CountField<C>>({
        {"offered", &C::offered},
        {"sent", &C::sent},
        {"bytes", &C::bytes},
        {"stale_answers", &C::staleAnswers},
        {"stale_age_ms", &C::staleAgeMs},
        {"retries", &C::retries},
    });
    return fields;
}

std::span<const CountField<ServerCounts>> serverFields() {
    using C = ServerCounts;
    static constexpr auto fields = std::to_array<CountField<C>>({
        {"requests", &C::requests},
        {"statements", &C::statements},
        {"full_scan_steps", &C::fullScanSteps},
        {"rows", &C::rows},
        {"vm_steps", &C::vmSteps},
        {"bytes", &C::bytes},
        {"database_bytes", &C::databaseBytes},
        {"edge_hits", &C::edgeHits},
        {"edge_misses", &C::edgeMisses},
        {"edge_revalidations", &C::edgeRevalidations},
        {"edge_collapsed", &C::edgeCollapsed},
        {"edge_stale", &C::edgeStale},
        {"local_hits", &C::localHits},
        {"local_misses", &C::localMisses},
        {"cache_hits", &C::cacheHits},
        {"cache_misses", &C::cacheMisses},
        {"recomputes", &C::recomputes},
        {"early_recomputes", &C::earlyRecomputes},
        {"overlapping_recomputes", &C::overlappingRecomputes},
        {"stale_own_reads", &C::staleOwnReads},
        {"introspections", &C::introspections},
        {"local_validations", &C::localValidations},
        {"calls_in_requests", &C::callsInRequests},
        {"replays", &C::replays},
        {"duplicates", &C::duplicates},
    });
    return fields;
}

void ClientCounts::merge(const ClientCounts& o) {
    for (const auto& field : clientFields()) this->*field.member += o.*field.member;
    for (std::size_t i = 0; i < outcomes.size(); ++i) outcomes[i] += o.outcomes[i];
    response.merge(o.response);
    service.merge(o.service);
}

void ServerCounts::merge(const ServerCounts& o) {
    for (const auto& field : serverFields()) this->*field.member += o.*field.member;
}

double StageTimes::sumMs() const {
    return std::accumulate(totalMs.begin(), totalMs.end(), 0.0);
}

void StageTimes::merge(const StageTimes& o) {
    requests += o.requests;
    for (std::size_t i = 0; i < totalMs.size(); ++i) totalMs[i] += o.totalMs[i];
}

void EndpointSample::merge(const EndpointSample& o) {
    users.merge(o.users);
    abuser.merge(o.abuser);
    server.merge(o.server);
    where.merge(o.where);
}

double NodeSample::utilisation() const {
    const double available = cores * spanMs;
    return available > 0 ? std::min(1.0, busyCoreMs / available) : 0.0;
}

double NodeSample::askedCores() const {
    if (spanMs <= 0) return 0;
    const double busy = busyCoreMs / spanMs;
    if (completed == 0 || arrived <= completed) return busy;
    return busy * static_cast<double>(arrived) / static_cast<double>(completed);
}

void NodeSample::mergeLater(const NodeSample& later) {
    const double total = spanMs + later.spanMs;
    const double a = total > 0 ? spanMs / total : 0.0;
    const double b = total > 0 ? later.spanMs / total : 1.0;
    role = later.role;
    alive = later.alive;
    cores = a * cores + b * later.cores;
    busyCoreMs += later.busyCoreMs;
    hostCpuMs += later.hostCpuMs;
    arrived += later.arrived;
    completed += later.completed;
    capacity = later.capacity;
    inUse = a * inUse + b * later.inUse;
    waiting = a * waiting + b * later.waiting;
    for (const auto& [reason, n] : later.rejected) rejected[reason] += n;
    for (const auto& [name, value] : later.gauges) {
        const auto [it, isNew] = gauges.try_emplace(name, value);
        if (!isNew) it->second = a * it->second + b * value;
    }
    overrun.merge(later.overrun);
    spanMs = total;
}

double Sample::spanMs() const {
    return slots * SlotClock::kSlotMs;
}

void Sample::mergePart(const Sample& part) {
    version = std::max(version, part.version);
    for (const auto& [id, e] : part.endpoints) endpoints[id].merge(e);
    for (const auto& [id, n] : part.nodes) nodes[id] = n;
    generatorLag.merge(part.generatorLag);
    hostCpu = std::max(hostCpu, part.hostCpu);
    missing.insert(part.missing.begin(), part.missing.end());
}

void Sample::mergeLater(const Sample& later) {
    const double a = static_cast<double>(slots) / (slots + later.slots);
    hostCpu = a * hostCpu + (1 - a) * later.hostCpu;
    slots += later.slots;
    version = std::max(version, later.version);
    for (const auto& [id, e] : later.endpoints) endpoints[id].merge(e);
    for (const auto& [id, n] : later.nodes) {
        const auto [it, isNew] = nodes.try_emplace(id, n);
        if (!isNew) it->second.mergeLater(n);
    }
    generatorLag.merge(later.generatorLag);
    missing.insert(later.missing.begin(), later.missing.end());
}

EndpointSample Sample::total() const {
    EndpointSample sum;
    for (const auto& [id, e] : endpoints) sum.merge(e);
    return sum;
}

}  // namespace tenfold::measure
