// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace tenfold::hardware {

/// The machines a run pretends to have. Every number's source stands in assets/hardware/tiers.json.
struct HardwareProfile {
    std::string id;
    std::string title;
    bool native = false;  // no emulation: this host as it is

    int instances = 0;
    int coresPerInstance = 0;
    int threadsPerInstance = 0;  // and connections in its pool
    int primaryCores = 0;
    int replicaCores = 0;
    int authCores = 0;
    double originLinkMbit = 0;
    double clientLinkMbit = 0;
    double linkMs = 0;  // API–database and gateway–auth, there and back
    int maxConnections = 0;
    int reservedConnections = 0;
    double dataFactor = 1;  // rows scanned, times the ×1 dataset

    double apiCpuMs = 0;      // for one request
    double apiPerRowUs = 0;   // materialising a row
    double apiPerByteNs = 0;  // serialising a byte
    double commitFlushMs = 0;
    double cacheOpUs = 0;      // one command of the shared cache
    double authRequestMs = 0;  // one introspection or refresh at the auth service
    double sliceMs = 0;
    int gatewayQueue = 0;
    double connectionWaitMs = 0;  // then 503
    double requestTimeoutMs = 0;  // of an API instance
    double providerMs = 0;     // somebody else's e-mail and webhook server: median of a lognormal
    double providerSigma = 0;  // and the standard deviation of its logarithm

    int usableConnections() const { return maxConnections - reservedConnections; }
    bool operator==(const HardwareProfile&) const = default;
};

nlohmann::json toJson(const HardwareProfile& profile);
/// Throws std::invalid_argument naming the key that is missing or wrong.
HardwareProfile profileFromJson(const nlohmann::json& j);

/// 10k, 100k, 1M, native.
std::vector<std::string> profileNames();
/// Throws std::invalid_argument when there is no profile of that name, std::runtime_error when the
/// file cannot be read.
HardwareProfile profileForTier(std::string_view name);
/// The tier whose users are nearest on a logarithmic scale.
HardwareProfile profileForUsers(double dailyActiveUsers);
/// Where each number comes from: key → text.
std::map<std::string, std::string> profileSources();

}  // namespace tenfold::hardware
