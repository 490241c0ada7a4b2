// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <unordered_map>

#include "simulator/load/endpoints.h"
#include "simulator/system/system.h"

/// For tests: a system so small that every time in it follows by hand.
namespace tenfold::system::small {

// Mechanisms that do as little as there is.
struct LetsAllIn final : Admission {
    void configure(const scenario::Design&) override {}
    const char* refuseAddress(const Request&, Nanos) override { return nullptr; }
    const char* refuseUser(const Request&, Nanos) override { return nullptr; }
    void left(const Request&) override {}
};
struct NeverEnds final : Tokens {
    void configure(const scenario::Design&) override {}
    Nanos endsAt(std::uint32_t) override { return std::numeric_limits<Nanos>::max() / 2; }
    void issued(std::uint32_t, Nanos) override {}
};
struct RemembersNothing final : LocalCaches {
    void configure(const scenario::Design&) override {}
    std::optional<std::uint64_t> find(std::uint32_t, std::uint64_t, Nanos) override { return {}; }
    void store(std::uint32_t, std::uint64_t, std::uint64_t, Nanos) override {}
    void forget(std::uint32_t) override {}
};
struct KeepsNothing final : AnswerCache {
    bool has(std::uint64_t, std::uint64_t, Nanos) override { return false; }
    std::uint64_t versionOf(std::uint64_t) const override { return 0; }
    bool lock(std::uint64_t, Nanos, Nanos) override { return true; }
    void unlock(std::uint64_t) override {}
    bool isDueEarly(std::uint64_t, double, Nanos) override { return false; }
    Nanos jittered(Nanos ttl) override { return ttl; }
    void store(std::uint64_t, std::uint64_t, Nanos, Nanos) override {}
    void changed(std::uint64_t, std::uint64_t, Nanos) override {}
    void clear() override {}
    std::size_t keys(Nanos) override { return 0; }
};
struct HasNoEdges final : Edges {
    void configure(const scenario::Design&) override {}
    Found look(std::uint32_t, std::uint64_t, Nanos) override { return {}; }
    void join(std::uint32_t, std::uint64_t, std::uint32_t, std::uint32_t) override {}
    std::vector<Waiter> landed(std::uint32_t, std::uint64_t, std::uint64_t, std::optional<Answer>,
                               bool, Nanos) override {
        return {};
    }
    void invalidate(std::uint32_t, std::uint64_t) override {}
    void put(std::uint32_t, std::uint64_t, Answer, Nanos) override {}
    Held held(std::uint32_t) const override { return {}; }
};
struct AsksThePrimary final : ReadRouter {
    std::uint32_t choose(const Request&, const std::vector<std::uint64_t>&,
                         std::uint32_t&) const override {
        return 0;
    }
};
struct HasNoJobs final : JobQueue {
    void configure(const scenario::Design&) override {}
    void add(const NewJob&, Nanos) override {}
    Seen look(int, Nanos) const override { return {}; }
    std::vector<std::uint64_t> take(int, Nanos) override { return {}; }
    NewJob what(std::uint64_t) const override { return {}; }
    bool wasCarriedOut(std::uint64_t) override { return false; }
    Failure failed(std::uint64_t, Nanos) override { return {}; }
    void later(std::uint64_t, Nanos) override {}
    void done(std::uint64_t) override {}
    void bury(std::uint64_t) override {}
    std::size_t jobs() const override { return 0; }
    Nanos oldestAt() const override { return 0; }
    std::uint64_t dead() const override { return 0; }
};

struct KeepsNoKeys final : IdempotencyKeys {
    void configure(const scenario::Design&) override {}
    State of(std::uint64_t, Nanos) override { return State::unknown; }
    void store(std::uint64_t, Nanos, Nanos) override {}
    void take(std::uint64_t, Nanos) override {}
    void finish(std::uint64_t, bool) override {}
    std::size_t keys() const override { return 0; }
};

// What is emulated, ms. Only the long statement costs by its steps.
constexpr double kLinkMs = 0.5;
constexpr double kStatementMs = 1;
constexpr double kLongMs = 3000;
constexpr double kFlushMs = 1;
constexpr double kProviderMs = 200;
constexpr double kApplyMs = 1 + 0.15;
constexpr double kAuthMs = 1.5;
// And what hops add.
constexpr double kGatewayMs = 0.12, kInstanceMs = 0.09, kDatabaseMs = 0.07, kPoolerMs = 0.03,
                 kCacheMs = 0.06;
constexpr double kRows = 2, kBytes = 700;

/// An answer's API CPU and its way to the client: 5 ms, 10 µs a row, 10 ns a byte, 300 bytes of
/// head, 50 Mbit/s.
constexpr double cpuMs(double rows, double bytes) {
    return 5 + rows * 0.010 + bytes * 10e-6;
}
constexpr double transferMs(double bytes) {
    return (bytes + 300) * 8 / 50e3;
}
/// From the end of the last statement to the client.
constexpr double restMs() {
    return cpuMs(kRows, kBytes) + transferMs(kBytes) + kGatewayMs;
}
/// A round trip to a database whose statements take so long.
constexpr double roundTripMs(double statementsMs) {
    return kLinkMs + statementsMs + kDatabaseMs;
}

class SmallSystem : public testing::Test {
protected:
    SmallSystem() {
        std::string pattern =
            (std::filesystem::temp_directory_path() / "tenfold-small-XXXXXX").string();
        m_folder = ::mkdtemp(pattern.data());
        std::filesystem::create_directories(m_folder / "hardware");
        ::setenv("TENFOLD_ASSETS", m_folder.c_str(), 1);
        for (const char* id : {"indexes", "query_shape", "pagination", "in_process_cache",
                               "shared_cache", "connection_pooler", "rate_limiting"})
            set(id, "off");
        set("read_replicas", "0");
        m_scenario.hardware = "small";
        m_scenario.workload.clientTimeoutMs = 60'000;
    }
    ~SmallSystem() override {
        ::unsetenv("TENFOLD_ASSETS");
        std::error_code ignored;
        std::filesystem::remove_all(m_folder, ignored);
    }

    void set(const char* id, std::string value, std::map<std::string, double> parameters = {}) {
        m_scenario.design.put(id, {std::move(value), std::move(parameters)});
    }

    Inputs inputs() {
        write("statements.json", statements());
        write("operations.json", operations());
        write("hops.json", hops());
        return {std::make_shared<hardware::StatementCosts>(m_folder / "statements.json"),
                std::make_shared<OperationProfile>(m_folder / "operations.json"),
                std::make_shared<HopOverheads>(m_folder / "hops.json"),
                {},
                {}};
    }
    /// Without load: what is asked is asked by hand.
    System& start(Mechanisms mechanisms = {}, const Options& options = {}) {
        write("hardware/tiers.json", m_tiers);
        if (!mechanisms.admission) mechanisms.admission = std::make_unique<LetsAllIn>();
        if (!mechanisms.localCaches) mechanisms.localCaches = std::make_unique<RemembersNothing>();
        if (!mechanisms.edges) mechanisms.edges = std::make_unique<HasNoEdges>();
        if (!mechanisms.tokens) mechanisms.tokens = std::make_unique<NeverEnds>();
        if (!mechanisms.cache) mechanisms.cache = std::make_unique<KeepsNothing>();
        if (!mechanisms.jobs) mechanisms.jobs = std::make_unique<HasNoJobs>();
        if (!mechanisms.keys) mechanisms.keys = std::make_unique<KeepsNoKeys>();
        if (!mechanisms.router) mechanisms.router = std::make_unique<AsksThePrimary>();
        m_system = std::make_unique<System>(m_scenario, inputs(), std::move(mechanisms), options);
        m_system->pause(true);
        return *m_system;
    }
    void ask(std::string_view endpoint, int times = 1, std::uint64_t user = 1) {
        load::RequestPlan plan;
        plan.endpoint = load::endpointIndex(endpoint).value();
        plan.user = user;
        for (int i = 0; i < times; ++i) m_system->ask(plan);
    }
    /// The next slots, merged.
    measure::Sample run(double seconds) {
        measure::Sample all = m_system->nextSlot();
        for (double s = 0.25; s < seconds; s += 0.25) all.mergeLater(m_system->nextSlot());
        return all;
    }
    static const measure::EndpointSample& of(const measure::Sample& s, const std::string& id) {
        static const measure::EndpointSample none;
        const auto it = s.endpoints.find(id);
        return it == s.endpoints.end() ? none : it->second;
    }
    static std::uint64_t rejected(const measure::Sample& s, const std::string& node,
                                  const std::string& reason) {
        const auto& all = s.nodes.at(node).rejected;
        const auto it = all.find(reason);
        return it == all.end() ? 0 : it->second;
    }

    nlohmann::json& hardware() { return m_tiers["profiles"][0]; }

    std::filesystem::path m_folder;
    scenario::Scenario m_scenario;
    std::unique_ptr<System> m_system;

private:
    void write(const std::string& name, const nlohmann::json& j) const {
        std::ofstream(m_folder / name) << j.dump();
    }
    static nlohmann::json statements() {
        const auto shape = [](double ms) {
            return nlohmann::json{{"base_us", ms * 1000}, {"per_step_ns", 0}};
        };
        return {{"format", "tenfold.statements/1"},
                {"shapes",
                 {{"default", shape(kStatementMs)},
                  {"long", {{"base_us", kStatementMs * 1000}, {"per_step_ns", 1e6}}},
                  {"write.2", shape(2)},
                  {"write.3", shape(3)},
                  {"write.5", shape(5)},
                  {"write.7", shape(7)},
                  {"write.11", shape(11)},
                  {"replica.apply", shape(1)}}}};
    }
    /// What each endpoint takes: one statement, but orders.list four, me.get a long one, images
    /// none, and writes their own; that of orders.create is a pipeline of two.
    static nlohmann::json operations() {
        const nlohmann::json shapes = {{"one", 13, 0, 1, 40},   {"long", kLongSteps, 0, 1, 40},
                                       {"write.2", 1, 0, 0, 0}, {"write.3", 1, 0, 0, 0},
                                       {"write.5", 1, 0, 0, 0}, {"write.7", 1, 0, 0, 0},
                                       {"write.11", 1, 0, 0, 0}};
        const std::map<std::string_view, std::vector<int>> special{{"orders.list", {0, 0, 0, 0}},
                                                                   {"me.get", {1}},
                                                                   {"images.get", {}},
                                                                   {"orders.create", {2, 0}},
                                                                   {"payments.create", {3}},
                                                                   {"reviews.create", {4}},
                                                                   {"me.update", {5}},
                                                                   {"products.update", {6}}};
        nlohmann::json operations = nlohmann::json::array();
        const auto add = [&](std::string_view id, const char* cache, const std::vector<int>& list,
                             bool isWrite) {
            operations.push_back({{"endpoint", id},
                                  {"cache", cache},
                                  {"indexes", "*"},
                                  {"query_shape", "*"},
                                  {"pagination", "*"},
                                  {"side_effects", "*"},
                                  {"serialisation", "*"},
                                  {"shared_cache", "*"},
                                  {"idempotency", "*"},
                                  {"page_size", "*"},
                                  {"write", isWrite},
                                  {"traces", {{0, 1, 200, kRowsN, kBytesN, list}}}});
        };
        for (const auto& e : load::endpoints()) {
            const auto it = special.find(e.id);
            add(e.id, "miss", it == special.end() ? std::vector<int>{0} : it->second, !e.isRead);
        }
        add("products.list", "hit", {}, false);
        add("products.get", "hit", {}, false);
        // A refused attempt, its ROLLBACK, the look at what is kept.
        for (const char* id : {"orders.create", "payments.create", "reviews.create"})
            add(id, "hit", {3, 0, 0}, true);
        return {{"format", "tenfold.operations/2"},
                {"sqlite", "3"},
                {"checksum", "0"},
                {"statements", shapes},
                {"operations", operations}};
    }
    static nlohmann::json hops() {
        nlohmann::json all;
        const std::pair<const char*, double> each[] = {{"gateway", kGatewayMs},
                                                       {"instance", kInstanceMs},
                                                       {"database", kDatabaseMs},
                                                       {"pooler", kPoolerMs},
                                                       {"cache", kCacheMs}};
        for (const auto& [name, ms] : each)
            all[name] = {{"us", {{ms * 1000, ms * 1000, ms * 1000}}}, {"samples", {100}}};
        return {
            {"format", "tenfold.hops/1"},   {"date", "today"},  {"cpu", "by hand"}, {"cores", 1},
            {"quantiles", {0.1, 0.5, 0.9}}, {"rates_hz", {10}}, {"hops", all}};
    }

    static constexpr int kLongSteps = static_cast<int>(kLongMs - kStatementMs);  // of a ms each
    static constexpr int kRowsN = static_cast<int>(kRows);
    static constexpr int kBytesN = static_cast<int>(kBytes);
    nlohmann::json m_tiers = {{"format", "tenfold.hardware/1"},
                              {"sources", nlohmann::json::object()},
                              {"common", nlohmann::json::object()},
                              {"profiles",
                               {{{"id", "small"},
                                 {"title", "small"},
                                 {"native", false},
                                 {"instances", 1},
                                 {"cores_per_instance", 16},
                                 {"threads_per_instance", 16},
                                 {"primary_cores", 2},
                                 {"replica_cores", 2},
                                 {"auth_cores", 1},
                                 {"origin_link_mbit", 1e6},
                                 {"client_link_mbit", 50},
                                 {"link_ms", kLinkMs},
                                 {"max_connections", 23},
                                 {"reserved_connections", 3},
                                 {"data_factor", 1},
                                 {"api_cpu_ms", 5},
                                 {"api_per_row_us", 10},
                                 {"api_per_byte_ns", 10},
                                 {"commit_flush_ms", kFlushMs},
                                 {"cache_op_us", 10},
                                 {"auth_request_ms", kAuthMs},
                                 {"slice_ms", 2},
                                 {"gateway_queue", 3},
                                 {"connection_wait_ms", 1000},
                                 {"request_timeout_ms", 10'000},
                                 {"provider_ms", kProviderMs},
                                 {"provider_sigma", 0}}}}};
};

}  // namespace tenfold::system::small
