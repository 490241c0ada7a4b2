// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "simulator/measure/histogram.h"

namespace tenfold::measure {

/// How a request ended, seen by the client.
enum class Outcome {
    ok,           // 2xx, 304
    rateLimited,  // 429
    clientError,  // any other 4xx
    serverError,  // 5xx
    refused,      // connection refused or broken
    timeout,      // patience of the client ran out
    unfinished,   // still open when the run ended
    notSent,      // no connection and no room in the generator's queue
};
constexpr int kOutcomes = 8;
std::string_view toString(Outcome outcome);

/// Where a request spent its time. Order is the way of a request.
enum class Stage {
    edge,
    gatewayQueue,
    thread,
    auth,
    cache,
    connection,
    lock,
    database,
    serialisation,  // all emulated API CPU
    sideEffects,
    link,
};
constexpr int kStages = 11;
std::string_view toString(Stage stage);
/// Plain words for a reader: "gateway queue".
std::string_view titleOf(Stage stage);

/// A count and what it is called wherever it is written down. The tables below are the one place
/// that names them: merging, JSON and summaries go through them.
template <typename Counts>
struct CountField {
    const char* name;
    std::uint64_t Counts::*member;
};

/// What one audience of one endpoint experienced.
/// Identity: offered = Σ outcomes once everything has ended (offered by scheduled slot, outcomes by
/// completion slot).
struct ClientCounts {
    std::uint64_t offered = 0;
    std::uint64_t sent = 0;
    std::array<std::uint64_t, kOutcomes> outcomes{};
    std::uint64_t bytes = 0;
    /// Products shown in an older version than one shown, or told to be written, before the client
    /// asked.
    std::uint64_t staleAnswers = 0;
    std::uint64_t staleAgeMs = 0;  // of these, summed: how long the newer one had been known
    std::uint64_t retries = 0;     // requests sent again for the same intention
    /// From the intended send time; ok, plus time-out, unfinished and not sent at their limit.
    Histogram response;
    /// From the actual send time; answered requests of any status.
    Histogram service;

    std::uint64_t of(Outcome o) const { return outcomes[static_cast<std::size_t>(o)]; }
    std::uint64_t& of(Outcome o) { return outcomes[static_cast<std::size_t>(o)]; }
    std::uint64_t ended() const;
    /// Ended in anything but ok.
    std::uint64_t failed() const { return ended() - of(Outcome::ok); }
    /// Entries of `response` that stand at a limit: their true value is larger.
    std::uint64_t censored() const {
        return of(Outcome::timeout) + of(Outcome::unfinished) + of(Outcome::notSent);
    }
    void merge(const ClientCounts& other);
};

/// What answering one endpoint took, counted in the API.
struct ServerCounts {
    std::uint64_t requests = 0;
    std::uint64_t statements = 0;
    std::uint64_t fullScanSteps = 0;  // N − 1 for a scan of N rows
    std::uint64_t rows = 0;           // returned by the database
    std::uint64_t vmSteps = 0;
    std::uint64_t bytes = 0;
    std::uint64_t databaseBytes = 0;  // of the rows that the database returned
    std::uint64_t edgeHits = 0;       // answered by an edge node without the origin
    std::uint64_t edgeMisses = 0;
    std::uint64_t edgeRevalidations = 0;  // the origin said 304
    std::uint64_t edgeCollapsed = 0;      // waited for somebody else's miss
    std::uint64_t edgeStale = 0;          // of the hits, those beyond their time
    std::uint64_t localHits = 0;          // of the instance's own memory
    std::uint64_t localMisses = 0;
    std::uint64_t cacheHits = 0;
    std::uint64_t cacheMisses = 0;
    std::uint64_t recomputes = 0;             // database work done to refill the cache
    std::uint64_t earlyRecomputes = 0;        // of these, before the answer's time was up
    std::uint64_t overlappingRecomputes = 0;  // of these, while its instance did the same already
    std::uint64_t staleOwnReads = 0;
    std::uint64_t introspections = 0;    // tokens the auth service was asked about
    std::uint64_t localValidations = 0;  // and those the gateway judged by itself
    std::uint64_t callsInRequests = 0;   // of somebody else's server, while the client waits
    std::uint64_t replays = 0;           // writes answered from what was kept under their key
    std::uint64_t duplicates = 0;        // writes carried out again for the same intention
    void merge(const ServerCounts& other);
};

/// All but the outcomes.
std::span<const CountField<ClientCounts>> clientFields();
std::span<const CountField<ServerCounts>> serverFields();

/// Time by stage, summed over requests, ms.
struct StageTimes {
    std::uint64_t requests = 0;
    std::array<double, kStages> totalMs{};
    double& of(Stage s) { return totalMs[static_cast<std::size_t>(s)]; }
    double of(Stage s) const { return totalMs[static_cast<std::size_t>(s)]; }
    double sumMs() const;
    void merge(const StageTimes& other);
};

struct EndpointSample {
    ClientCounts users;
    ClientCounts abuser;
    ServerCounts server;
    StageTimes where;
    void merge(const EndpointSample& other);
};

/// One node over one slot. Gauges are the value at the end of the slot (mean when merged over
/// time).
struct NodeSample {
    std::string role;  // gateway, instance, database, replica, pooler, cache, auth, generator
    bool alive = true;
    double spanMs = 0;      // time covered: one slot, or the merged window
    double cores = 0;       // emulated; 0 when native
    double busyCoreMs = 0;  // emulated core time used in the span
    double hostCpuMs = 0;   // real CPU time of the process
    std::uint64_t arrived = 0;
    std::uint64_t completed = 0;
    double capacity = 0;  // threads, connections or places, whatever inUse counts
    double inUse = 0;
    double waiting = 0;
    std::map<std::string, std::uint64_t>
        rejected;                          // by reason: queue_full, too_many_connections, …
    std::map<std::string, double> gauges;  // connections, lock_waiting, lag_ms, lsn, …
    Histogram overrun;                     // actual − due reply time

    /// Share of the emulated cores in use, 0..1.
    double utilisation() const;
    /// Cores' worth of work asked for: busy cores scaled by arrivals over completions.
    double askedCores() const;
    /// Adds a later span of the same node.
    void mergeLater(const NodeSample& later);
};

/// Everything known about one slot, or about a window of merged slots.
struct Sample {
    std::int64_t slot = 0;
    int slots = 1;
    std::uint64_t version = 0;  // of the applied changes; the largest when merged
    std::map<std::string, EndpointSample> endpoints;
    std::map<std::string, NodeSample> nodes;
    Histogram generatorLag;
    double hostCpu = 0;             // share of all host cores in use, 0..1
    std::set<std::string> missing;  // nodes that did not report: "no data", never 0

    double spanMs() const;
    /// Adds what another node reported about the same slot.
    void mergePart(const Sample& part);
    /// Adds a later slot of the same run.
    void mergeLater(const Sample& later);

    /// The sum over all endpoints.
    EndpointSample total() const;
};

nlohmann::json toJson(const Sample& sample);
/// Throws std::exception with a message on malformed input.
Sample sampleFromJson(const nlohmann::json& j);

}  // namespace tenfold::measure
