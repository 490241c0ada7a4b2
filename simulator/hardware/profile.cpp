// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/hardware/profile.h"

#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "simulator/hardware/assets.h"

namespace tenfold::hardware {

using nlohmann::json;

namespace {

constexpr const char* kFormat = "tenfold.hardware/1";

/// Each field once: reading and writing both walk this list.
template <typename Profile, typename Visit>
void visitFields(Profile& p, Visit visit) {
    visit("id", p.id);
    visit("title", p.title);
    visit("native", p.native);
    visit("instances", p.instances);
    visit("cores_per_instance", p.coresPerInstance);
    visit("threads_per_instance", p.threadsPerInstance);
    visit("primary_cores", p.primaryCores);
    visit("replica_cores", p.replicaCores);
    visit("auth_cores", p.authCores);
    visit("origin_link_mbit", p.originLinkMbit);
    visit("client_link_mbit", p.clientLinkMbit);
    visit("link_ms", p.linkMs);
    visit("max_connections", p.maxConnections);
    visit("reserved_connections", p.reservedConnections);
    visit("data_factor", p.dataFactor);
    visit("api_cpu_ms", p.apiCpuMs);
    visit("api_per_row_us", p.apiPerRowUs);
    visit("api_per_byte_ns", p.apiPerByteNs);
    visit("commit_flush_ms", p.commitFlushMs);
    visit("cache_op_us", p.cacheOpUs);
    visit("auth_request_ms", p.authRequestMs);
    visit("slice_ms", p.sliceMs);
    visit("gateway_queue", p.gatewayQueue);
    visit("connection_wait_ms", p.connectionWaitMs);
    visit("request_timeout_ms", p.requestTimeoutMs);
    visit("provider_ms", p.providerMs);
    visit("provider_sigma", p.providerSigma);
}

json readFile() {
    const auto file = assetsDir() / "hardware" / "tiers.json";
    std::ifstream in(file);
    if (!in) throw std::runtime_error(file.string() + ": cannot be read");
    json j = json::parse(in, nullptr, false);
    if (j.is_discarded()) throw std::runtime_error(file.string() + ": is not JSON");
    if (j.value("format", "") != kFormat)
        throw std::runtime_error(file.string() + ": $.format: found " +
                                 j.value("format", "nothing") + "; allowed: " + kFormat);
    return j;
}

}  // namespace

json toJson(const HardwareProfile& profile) {
    json j;
    visitFields(profile, [&](const char* key, const auto& value) { j[key] = value; });
    return j;
}

HardwareProfile profileFromJson(const json& j) {
    HardwareProfile p;
    visitFields(p, [&](const char* key, auto& value) {
        const auto it = j.find(key);
        if (it == j.end())
            throw std::invalid_argument(std::string("hardware profile: ") + key + " is missing");
        try {
            it->get_to(value);
        } catch (const json::exception&) {
            throw std::invalid_argument(std::string("hardware profile: ") + key + ": found " +
                                        it->dump());
        }
    });
    return p;
}

std::vector<std::string> profileNames() {
    std::vector<std::string> names;
    const json file = readFile();
    for (const auto& p : file.at("profiles")) names.push_back(p.at("id").get<std::string>());
    return names;
}

HardwareProfile profileForTier(std::string_view name) {
    const json file = readFile();
    for (const auto& own : file.at("profiles")) {
        if (own.at("id") != name) continue;
        // What the tiers share stands once; a profile may override it.
        json merged = file.at("common");
        merged.update(own);
        return profileFromJson(merged);
    }
    throw std::invalid_argument("there is no hardware profile \"" + std::string(name) + "\"");
}

HardwareProfile profileForUsers(double users) {
    // Half way between two tiers on a logarithmic scale: 10^4.5 and 10^5.5.
    return profileForTier(users <= 31'623 ? "10k" : users <= 316'228 ? "100k" : "1M");
}

std::map<std::string, std::string> profileSources() {
    return readFile().at("sources").get<std::map<std::string, std::string>>();
}

}  // namespace tenfold::hardware
