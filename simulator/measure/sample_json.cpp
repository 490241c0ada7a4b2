// SPDX-License-Identifier: GPL-3.0-or-later
// Samples as JSON: the lines nodes print, and what `run --json` writes. Zero and empty are left
// out.
#include <nlohmann/json.hpp>

#include "simulator/measure/sample.h"

namespace tenfold::measure {

using nlohmann::json;

namespace {

template <typename T>
void put(json& j, const char* key, T value) {
    if (value != T{}) j[key] = value;
}

template <typename T>
void get(const json& j, const char* key, T& value) {
    if (const auto it = j.find(key); it != j.end()) it->get_to(value);
}

template <typename Counts>
json countsJson(const Counts& counts, std::span<const CountField<Counts>> fields) {
    json j = json::object();
    for (const auto& field : fields) put(j, field.name, counts.*field.member);
    return j;
}

template <typename Counts>
void countsFrom(const json& j, Counts& counts, std::span<const CountField<Counts>> fields) {
    for (const auto& field : fields) get(j, field.name, counts.*field.member);
}

json clientJson(const ClientCounts& c) {
    json j = countsJson(c, clientFields());
    for (int i = 0; i < kOutcomes; ++i)
        if (c.outcomes[static_cast<std::size_t>(i)])
            j["outcomes"][std::string(toString(static_cast<Outcome>(i)))] =
                c.outcomes[static_cast<std::size_t>(i)];
    if (!c.response.empty()) j["response"] = c.response.toJson();
    if (!c.service.empty()) j["service"] = c.service.toJson();
    return j;
}

ClientCounts clientFrom(const json& j) {
    ClientCounts c;
    countsFrom(j, c, clientFields());
    if (const auto it = j.find("outcomes"); it != j.end())
        for (int i = 0; i < kOutcomes; ++i)
            c.outcomes[static_cast<std::size_t>(i)] =
                it->value(std::string(toString(static_cast<Outcome>(i))), std::uint64_t{0});
    if (j.contains("response")) c.response = Histogram::fromJson(j["response"]);
    if (j.contains("service")) c.service = Histogram::fromJson(j["service"]);
    return c;
}

json serverJson(const ServerCounts& s) {
    return countsJson(s, serverFields());
}

ServerCounts serverFrom(const json& j) {
    ServerCounts s;
    countsFrom(j, s, serverFields());
    return s;
}

json whereJson(const StageTimes& w) {
    json j = json::object();
    put(j, "requests", w.requests);
    for (int i = 0; i < kStages; ++i)
        if (w.totalMs[static_cast<std::size_t>(i)] != 0)
            j["total_ms"][std::string(toString(static_cast<Stage>(i)))] =
                w.totalMs[static_cast<std::size_t>(i)];
    return j;
}

StageTimes whereFrom(const json& j) {
    StageTimes w;
    get(j, "requests", w.requests);
    if (const auto it = j.find("total_ms"); it != j.end())
        for (int i = 0; i < kStages; ++i)
            w.totalMs[static_cast<std::size_t>(i)] =
                it->value(std::string(toString(static_cast<Stage>(i))), 0.0);
    return w;
}

void putObject(json& j, const char* key, json value) {
    if (!value.empty()) j[key] = std::move(value);
}

json nodeJson(const NodeSample& n) {
    json j = {{"role", n.role}, {"alive", n.alive}, {"span_ms", n.spanMs}};
    put(j, "cores", n.cores);
    put(j, "busy_core_ms", n.busyCoreMs);
    put(j, "host_cpu_ms", n.hostCpuMs);
    put(j, "arrived", n.arrived);
    put(j, "completed", n.completed);
    put(j, "capacity", n.capacity);
    put(j, "in_use", n.inUse);
    put(j, "waiting", n.waiting);
    if (!n.rejected.empty()) j["rejected"] = n.rejected;
    if (!n.gauges.empty()) j["gauges"] = n.gauges;
    if (!n.overrun.empty()) j["overrun"] = n.overrun.toJson();
    return j;
}

NodeSample nodeFrom(const json& j) {
    NodeSample n;
    get(j, "role", n.role);
    get(j, "alive", n.alive);
    get(j, "span_ms", n.spanMs);
    get(j, "cores", n.cores);
    get(j, "busy_core_ms", n.busyCoreMs);
    get(j, "host_cpu_ms", n.hostCpuMs);
    get(j, "arrived", n.arrived);
    get(j, "completed", n.completed);
    get(j, "capacity", n.capacity);
    get(j, "in_use", n.inUse);
    get(j, "waiting", n.waiting);
    get(j, "rejected", n.rejected);
    get(j, "gauges", n.gauges);
    if (j.contains("overrun")) n.overrun = Histogram::fromJson(j["overrun"]);
    return n;
}

}  // namespace

json toJson(const Sample& s) {
    json j = {{"slot", s.slot}, {"version", s.version}};
    if (s.slots != 1) j["slots"] = s.slots;
    for (const auto& [id, e] : s.endpoints) {
        json je = json::object();
        putObject(je, "users", clientJson(e.users));
        putObject(je, "abuser", clientJson(e.abuser));
        putObject(je, "server", serverJson(e.server));
        putObject(je, "where", whereJson(e.where));
        j["endpoints"][id] = std::move(je);
    }
    for (const auto& [id, n] : s.nodes) j["nodes"][id] = nodeJson(n);
    if (!s.generatorLag.empty()) j["generator_lag"] = s.generatorLag.toJson();
    put(j, "host_cpu", s.hostCpu);
    if (!s.missing.empty()) j["missing"] = s.missing;
    return j;
}

Sample sampleFromJson(const json& j) {
    Sample s;
    j.at("slot").get_to(s.slot);
    get(j, "version", s.version);
    get(j, "slots", s.slots);
    if (const auto it = j.find("endpoints"); it != j.end())
        for (const auto& [id, je] : it->items()) {
            EndpointSample e;
            if (je.contains("users")) e.users = clientFrom(je["users"]);
            if (je.contains("abuser")) e.abuser = clientFrom(je["abuser"]);
            if (je.contains("server")) e.server = serverFrom(je["server"]);
            if (je.contains("where")) e.where = whereFrom(je["where"]);
            s.endpoints.emplace(id, std::move(e));
        }
    if (const auto it = j.find("nodes"); it != j.end())
        for (const auto& [id, jn] : it->items()) s.nodes.emplace(id, nodeFrom(jn));
    if (j.contains("generator_lag")) s.generatorLag = Histogram::fromJson(j["generator_lag"]);
    get(j, "host_cpu", s.hostCpu);
    get(j, "missing", s.missing);
    return s;
}

}  // namespace tenfold::measure
