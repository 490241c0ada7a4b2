// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/contract/mechanism_cases.h"

#include <limits>
#include <stdexcept>

#include "simulator/cli/inputs.h"
#include "simulator/load/endpoints.h"

namespace tenfold::test {

using measure::Outcome;

namespace {

constexpr double kMany = std::numeric_limits<double>::infinity();

scenario::Scenario scenarioWith(const std::vector<std::string>& set,
                                const std::string& tier = "10k") {
    cli::ScenarioFlags flags;
    flags.scenario = "sound";
    flags.tier = tier;
    flags.set = set;
    return cli::scenarioFrom(flags);
}

/// Only these endpoints are asked, at a rate that leaves the machine in peace, without what would
/// answer in the database's place; and what is said comes last.
scenario::Scenario focused(const std::vector<std::string>& endpoints, double rateHz,
                           const std::vector<std::string>& set) {
    std::vector<std::string> all{
        "in_process_cache=off", "shared_cache=off",    "read_replicas=0", "connection_pooler=off",
        "rate_limiting=off",    "side_effects=inline", "cdn=off"};
    all.insert(all.end(), set.begin(), set.end());
    auto s = scenarioWith(all);
    for (const auto& e : load::endpoints()) s.workload.mix[std::string(e.id)] = 0;
    for (const auto& id : endpoints) s.workload.mix[id] = 1;
    s.workload.requestsPerUserPerDay =
        rateHz * 86'400 / s.workload.peakFactor / s.workload.dailyActiveUsers;
    return s;
}

/// The case whose scenario stands where its first step does.
MechanismCase caseOf(std::string name, std::string mechanism, scenario::Scenario scenario,
                     std::vector<Step> steps) {
    return {std::move(name), std::move(mechanism), std::move(scenario), std::move(steps), false};
}

Expected exactly(std::string count, double value) {
    return {std::move(count), value, value};
}

std::vector<MechanismCase> make() {
    std::vector<MechanismCase> cases;

    cases.push_back(
        caseOf("APageOf20OrdersTakes41Then3Then1Statements", "query_shape",
               focused({"orders.list"}, 20, {"query_shape=n_plus_one", "pagination.page_size=20"}),
               {{{"query_shape=n_plus_one"}, 3, {exactly("statements", 41)}},
                {{"query_shape=batched"}, 3, {exactly("statements", 3)}},
                {{"query_shape=join"}, 3, {exactly("statements", 1)}},
                {{"query_shape=n_plus_one"}, 3, {exactly("statements", 41)}}}));

    // The lines of one order, without their index: a scan of all 500,000.
    cases.push_back(caseOf(
        "AnIndexTurnsAScanIntoALookUp", "indexes", focused({"orders.get"}, 4, {"indexes=off"}),
        {{{"indexes=off"}, 4, {{"full_scan_steps", 490'000, 520'000}, {"vm_steps", 1e6, kMany}}},
         {{"indexes=on"}, 4, {exactly("full_scan_steps", 0), {"vm_steps", 1, 2000}}},
         {{"indexes=off"}, 4, {{"full_scan_steps", 490'000, 520'000}}}}));

    cases.push_back(caseOf(
        "APageBoundsRowsAndBytes", "pagination", focused({"products.list"}, 8, {"pagination=none"}),
        {{{"pagination=none"}, 4, {{"rows", 600, kMany}, {"bytes", 50'000, kMany}}},
         {{"pagination=offset", "pagination.page_size=20"},
          3,
          {{"rows", 10, 20}, {"bytes", 500, 10'000}}},
         {{"pagination=keyset", "pagination.page_size=20"},
          3,
          {{"rows", 10, 20}, {"bytes", 500, 10'000}}},
         {{"pagination=none"}, 3, {{"rows", 600, kMany}}}}));

    // An order of 6.25 lines on average, 19 with its customer, its payments and their products.
    cases.push_back(
        caseOf("WholeRowsAreReadToBeThrownAway", "serialisation",
               focused({"orders.get", "products.get"}, 16, {"serialisation=full_graph"}),
               {{{"serialisation=full_graph"},
                 4,
                 {{"statements", 2, 5},
                  {"rows", 20, kMany},
                  {"bytes", 3000, kMany},
                  {"database_bytes", 3000, kMany},
                  {"api_cpu_ms", 5.1, 12}}},
                {{"serialisation=explicit_fields"},
                 4,
                 {{"statements", 1, 2},
                  {"rows", 1, 8},
                  {"bytes", 300, 2000},
                  {"database_bytes", 200, 1000},
                  {"api_cpu_ms", 4.5, 5.5}}},
                {{"serialisation=full_graph"}, 4, {{"bytes", 3000, kMany}, {"rows", 20, kMany}}}}));

    // Without a cursor every list is one of nine first pages.
    cases.push_back(caseOf(
        "TheCacheAnswersInTheDatabasesPlace", "shared_cache", focused({"products.list"}, 60, {}),
        {{{"shared_cache=off"},
          2,
          {exactly("statements", 1), exactly("cache_hits", 0), exactly("cache_misses", 0)}},
         {{"shared_cache=ttl", "shared_cache.ttl_s=3600"},
          5,
          {{"statements", 0, 0.1}, {"cache_hits", 0.9, 1}, {"cache_misses", 0, 0.1}}},
         {{"shared_cache=off"}, 2, {exactly("statements", 1), exactly("cache_hits", 0)}}}));

    // One in twenty changes a product; the popular ones are read again and again. What has been
    // changed before there was news is as old as ever, so the position with news comes first.
    auto changing = focused({"products.get", "products.update"}, 100,
                            {"shared_cache=ttl_and_events", "shared_cache.ttl_s=3600"});
    changing.workload.mix["products.update"] = 0.05;
    cases.push_back(caseOf(
        "TheNewsOfAChangeEndsWhatTheTimeToLiveWouldKeep", "shared_cache", changing,
        {{{"shared_cache=ttl_and_events"}, 8, {{"stale_answers", 0, 20}, {"jobs", 0.01, 0.1}}},
         {{"shared_cache=ttl"}, 8, {{"stale_answers", 40, kMany}, exactly("jobs", 0)}, 8},
         {{"shared_cache=off"}, 3, {exactly("stale_answers", 0), exactly("jobs", 0)}, 8}}));

    cases.push_back(caseOf(
        "AnInstanceAnswersFromItsMemory", "in_process_cache", focused({"products.list"}, 60, {}),
        {{{"in_process_cache=off"},
          2,
          {exactly("statements", 1), exactly("local_hits", 0), exactly("local_misses", 0)}},
         {{"in_process_cache=on", "in_process_cache.ttl_s=3600"},
          5,
          {{"statements", 0, 0.15}, {"local_hits", 0.85, 1}, {"local_misses", 0, 0.15}}},
         {{"in_process_cache=off"}, 2, {exactly("statements", 1), exactly("local_hits", 0)}}}));

    // Half of what is asked changes the products that the other half reads.
    cases.push_back(caseOf("WhatAnInstanceRemembersMayBeOld", "in_process_cache",
                           focused({"products.get", "products.update"}, 100, {}),
                           {{{"in_process_cache=off"}, 3, {exactly("stale_answers", 0)}},
                            {{"in_process_cache=on", "in_process_cache.ttl_s=3600"},
                             5,
                             {{"stale_answers", 1, kMany}, {"local_hits", 0.02, 0.5}}},
                            {{"in_process_cache=off"}, 3, {exactly("stale_answers", 0)}, 8}}));

    // Half of what is asked is for everybody, and every list is one of few.
    const Expected all{"requests_at_origin", 0.9, 1.1};
    cases.push_back(
        caseOf("WhatIsForEverybodyNeverComesToTheOrigin", "cdn",
               focused({"products.list", "me.get"}, 60, {}),
               {{{"cdn=off"}, 3, {all, exactly("edge_hits", 0), exactly("edge_misses", 0)}},
                {{"cdn=on", "cdn.catalogue_ttl_s=3600"},
                 6,
                 {{"requests_at_origin", 0.3, 0.75},
                  {"edge_hits", 0.7, 1},
                  {"edge_misses", 0, 0.3},
                  exactly("edge_stale", 0)}},
                // What is kept keeps the time it came with: new edges have nothing.
                {{"cdn=off"}, 3, {all, exactly("edge_hits", 0)}, 8},
                // Beyond its time it is served while the origin says that it is still the same.
                {{"cdn=on", "cdn.catalogue_ttl_s=1", "cdn.stale_while_revalidate_s=600"},
                 6,
                 {{"edge_stale", 0.05, 0.9}, {"edge_revalidations", 0.03, 0.5}},
                 8},
                {{"cdn=off"}, 4, {all, exactly("edge_hits", 0)}, 8}}));

    // The origin is far away, so that many come while it is asked.
    cases.push_back(caseOf("WhoComesTogetherAsksTheOriginOnce", "cdn",
                           focused({"products.list", "me.get"}, 60, {"cdn.origin_rtt_ms=400"}),
                           {{{"cdn=off"}, 3, {exactly("edge_collapsed", 0)}},
                            {{"cdn=on", "cdn.catalogue_ttl_s=1", "cdn.stale_while_revalidate_s=0"},
                             6,
                             {{"edge_collapsed", 0.05, 0.9}, {"edge_revalidations", 0.03, 0.6}}},
                            {{"cdn=off"}, 3, {exactly("edge_collapsed", 0)}, 8}}));

    // A write takes what its own edge keeps. The other edges know nothing of it.
    cases.push_back(caseOf("AnotherEdgeShowsWhatWas", "cdn",
                           focused({"products.get", "products.update"}, 100, {}),
                           {{{"cdn=off"}, 3, {exactly("stale_answers", 0)}},
                            {{"cdn=on", "cdn.edges=4", "cdn.catalogue_ttl_s=3600"},
                             6,
                             {{"stale_answers", 1, kMany}, {"edge_hits", 0.02, 0.6}}},
                            {{"cdn=off"}, 3, {exactly("stale_answers", 0)}, 8}}));

    // A payment is one statement between BEGIN and COMMIT, and its job another.
    cases.push_back(
        caseOf("AJobIsInTheCommitAndACallIsInTheRequest", "side_effects",
               focused({"payments.create"}, 12, {"side_effects=inline"}),
               {{{"side_effects=inline"},
                 4,
                 {exactly("statements", 3), exactly("calls_in_requests", 1), exactly("jobs", 0)}},
                {{"side_effects=queued"},
                 5,
                 {exactly("statements", 4), exactly("calls_in_requests", 0), {"jobs", 0.7, 1.4}},
                 8},
                {{"side_effects=inline"},
                 4,
                 {exactly("statements", 3), exactly("calls_in_requests", 1), exactly("jobs", 0)},
                 8}}));

    // 8 × 20 connections are wanted, 97 are to be had.
    auto wanting = focused({"products.get"}, 20, {});
    wanting.workload.requestsPerUserPerDay *= wanting.workload.dailyActiveUsers / 100'000;
    wanting.workload.dailyActiveUsers = 100'000;
    wanting.machines.instanceFactor = 2;
    cases.push_back(caseOf("APoolerLendsWhatCannotBeHadForEverybody", "connection_pooler", wanting,
                           {{{"connection_pooler=off"},
                             4,
                             {{"too_many_connections", 63, kMany}, {"connections", 60, 97}},
                             0},
                            {{"connection_pooler=transaction", "connection_pooler.size=25"},
                             4,
                             {exactly("too_many_connections", 0), {"connections", 1, 60}},
                             8}}));

    cases.back().refusesSome = true;

    std::vector<Step> counts;
    for (const char* n : {"0", "1", "2", "3", "0"})
        counts.push_back({{std::string("read_replicas=") + n},
                          3,
                          {exactly("reads_on_replicas", std::string(n) == "0" ? 0 : 1)}});
    cases.push_back(caseOf("ReadsGoToTheCopies", "read_replicas",
                           focused({"orders.get"}, 20, {"read_replicas=0"}), counts));

    // Three seconds of lag: what somebody has just written is on the primary, or not found.
    const std::string two = "read_replicas=2", lag = "read_replicas.lag_ms=3000";
    auto writing = focused({"orders.create", "orders.get"}, 200, {two, lag, "side_effects=queued"});
    cases.push_back(
        caseOf("AnOwnWriteIsReadWhereItIs", "read_replicas", writing,
               {{{"read_replicas.read_your_writes=true"}, 6, {exactly("stale_own_reads", 0)}, 0},
                {{"read_replicas.read_your_writes=false"}, 6, {{"stale_own_reads", 1, kMany}}},
                {{"read_replicas.read_your_writes=true"}, 3, {exactly("stale_own_reads", 0)}}}));

    // Forty a second, each with a token.
    std::vector<Step> tokens;
    for (const char* value : {"central", "jwt", "central"}) {
        const bool isCentral = std::string(value) == "central";
        tokens.push_back({{std::string("token_validation=") + value},
                          3,
                          {exactly("introspections", isCentral ? 1 : 0),
                           exactly("local_validations", isCentral ? 0 : 1)}});
    }
    cases.push_back(caseOf("TheAuthServiceIsAskedAboutEachTokenOrAboutNone", "token_validation",
                           focused({"products.get", "me.get"}, 40, {"token_validation=central"}),
                           tokens));

    // One user at one address asks three times as often as all others together.
    auto abused = focused({"products.get"}, 40, {});
    abused.workload.abuserFactor = 3;
    abused.faults.push_back({"abusive_client", 0, 600});
    std::vector<Step> limits{{{"rate_limiting=off"}, 3, {exactly("rate_limited", 0)}}};
    for (const char* value :
         {"per_user", "per_ip", "per_ip+per_user", "per_endpoint", "per_ip+per_user+per_endpoint"})
        limits.push_back(
            {{std::string("rate_limiting=") + value, "rate_limiting.user_rate_per_s=10",
              "rate_limiting.user_burst=20", "rate_limiting.ip_rate_per_s=20",
              "rate_limiting.ip_burst=20", "rate_limiting.endpoint_rate_per_s=10",
              "rate_limiting.endpoint_burst=20"},
             4,
             {{"rate_limited", 0.5, 0.95}}});
    limits.push_back({{"rate_limiting=off"}, 2, {exactly("rate_limited", 0)}});
    cases.push_back(caseOf("OneWhoFloodsIsRefused", "rate_limiting", abused, limits));
    cases.back().refusesSome = true;

    // When the burst is spent a flood gets the rate: in 4.5 s 45, and one at each end of the
    // window.
    const std::vector<std::string> ten{"rate_limiting=per_user", "rate_limiting.user_rate_per_s=10",
                                       "rate_limiting.user_burst=20"};
    auto flooded = focused({"products.get"}, 40, ten);
    flooded.workload.abuserFactor = 3;
    flooded.faults = abused.faults;
    cases.push_back(caseOf("AFloodGetsExactlyTheRate", "rate_limiting", flooded,
                           {{ten, 6, {{"abuser_answered_per_s", 43 / 4.5, 47 / 4.5}}, 6}}));
    cases.back().refusesSome = true;

    // Its rate would do, but what it asks for may not overlap.
    cases.push_back(
        caseOf("OneUsersRequestsWaitForEachOtherOrAreRefused", "rate_limiting", abused,
               {{{"rate_limiting=off", "rate_limiting.user_concurrency=1"},
                 3,
                 {exactly("rate_limited", 0)}},
                {{"rate_limiting=per_user", "rate_limiting.user_concurrency=1",
                  "rate_limiting.user_rate_per_s=1000", "rate_limiting.user_burst=1000"},
                 4,
                 {{"rate_limited", 0.05, 0.99}, {"rate_limited_users", 0, 0.02}}},
                {{"rate_limiting.user_concurrency=0"}, 3, {exactly("rate_limited", 0)}, 8}}));
    cases.back().refusesSome = true;

    // One answer in ten to an order is lost, and its client orders again. A payment is one
    // statement between BEGIN and COMMIT, its job another, its key two more.
    auto losing = focused({"payments.create"}, 30, {"side_effects=queued", "idempotency=off"});
    losing.workload.clientRetries = 8;
    losing.workload.retryBackoffMs = 50;
    losing.workload.droppedReplyPart = 0.1;
    losing.faults.push_back({"drop_replies", 0, 600});
    cases.push_back(caseOf(
        "ALostAnswerIsAnOrderTwiceOrAnOrder", "idempotency", losing,
        {{{"idempotency=off"},
          5,
          {exactly("statements", 4),
           {"duplicates", 0.02, 0.25},
           exactly("replays", 0),
           {"retries", 3, kMany}}},
         {{"idempotency=keys"},
          5,
          {{"statements", 5.6, 6.8},
           exactly("duplicates", 0),
           {"replays", 0.02, 0.25},
           {"retries", 3, kMany}},
          8},
         {{"idempotency=off"}, 4, {exactly("statements", 4), {"duplicates", 0.02, 0.25}}, 8}}));

    // Half of the users sit behind one address, nobody floods: a limit per address takes them for
    // one, and refuses most of what they ask.
    auto shared = focused({"products.get"}, 60, {});
    shared.workload.sharedAddressPart = 0.5;
    const std::vector<std::string> five{"rate_limiting.ip_rate_per_s=5", "rate_limiting.ip_burst=5",
                                        "rate_limiting.user_rate_per_s=5",
                                        "rate_limiting.user_burst=5"};
    std::vector<Step> behind{{{"rate_limiting=off"}, 3, {exactly("rate_limited_users", 0)}}};
    for (const char* value : {"per_ip", "per_user"}) {
        Step step{{std::string("rate_limiting=") + value}, 4, {}};
        step.set.insert(step.set.end(), five.begin(), five.end());
        step.expected = {std::string(value) == "per_ip" ? Expected{"rate_limited_users", 0.3, 0.55}
                                                        : exactly("rate_limited_users", 0)};
        behind.push_back(step);
    }
    cases.push_back(caseOf("AnAddressIsNotAPerson", "rate_limiting", shared, behind));
    cases.back().refusesSome = true;
    return cases;
}

}  // namespace

const std::vector<MechanismCase>& mechanismCases() {
    static const std::vector<MechanismCase> cases = make();
    return cases;
}

double countOf(const measure::Sample& w, const std::string& count) {
    const auto all = w.total();
    const auto& s = all.server;
    const auto ratio = [](std::uint64_t a, std::uint64_t b) {
        return b ? static_cast<double>(a) / static_cast<double>(b) : 0;
    };
    if (count == "bytes") return ratio(all.users.bytes, all.users.of(Outcome::ok));
    if (count == "stale_own_reads") return static_cast<double>(s.staleOwnReads);
    if (count == "introspections" || count == "local_validations") {
        // Of the tokens that were looked at: one that is under way at the end of the window has
        // been judged and is no request of the API's yet.
        const auto judged = s.introspections + s.localValidations;
        return ratio(count == "introspections" ? s.introspections : s.localValidations, judged);
    }
    if (count == "api_cpu_ms") {
        double busyMs = 0;
        for (const auto& [id, n] : w.nodes)
            if (n.role == "instance") busyMs += n.busyCoreMs;
        return s.requests ? busyMs / static_cast<double>(s.requests) : 0;
    }
    if (count == "requests_at_origin") return ratio(s.requests, all.users.ended());
    if (count.rfind("edge_", 0) == 0)  // of what came to an edge and was for everybody
        for (const auto& field : measure::serverFields())
            if (count == field.name)
                return ratio(s.*field.member,
                             s.edgeHits + s.edgeMisses + s.edgeRevalidations + s.edgeCollapsed);
    if (count == "rate_limited")
        return ratio(all.abuser.of(Outcome::rateLimited), all.abuser.ended());
    if (count == "rate_limited_users")
        return ratio(all.users.of(Outcome::rateLimited), all.users.ended());
    if (count == "abuser_answered_per_s")
        return static_cast<double>(all.abuser.of(Outcome::ok)) / w.spanMs() * 1000;
    if (count == "jobs") {
        const auto it = w.nodes.find("worker");
        return it == w.nodes.end() ? 0 : ratio(it->second.completed, s.requests);
    }
    for (const auto& field : measure::clientFields())
        if (count == field.name) return static_cast<double>(all.users.*field.member);
    for (const auto& field : measure::serverFields())
        if (count == field.name) return ratio(s.*field.member, s.requests);
    const auto& primary = w.nodes.at("primary");
    if (count == "connections") return primary.inUse;
    if (count == "too_many_connections") {
        const auto it = primary.rejected.find("too_many_connections");
        return it == primary.rejected.end() ? 0 : static_cast<double>(it->second);
    }
    if (count == "reads_on_replicas") {
        std::uint64_t onReplicas = 0;
        for (const auto& [id, n] : w.nodes)
            if (n.role == "replica") onReplicas += n.completed;
        return ratio(onReplicas, onReplicas + primary.completed);
    }
    throw std::invalid_argument("no test knows how to count " + count);
}

}  // namespace tenfold::test
