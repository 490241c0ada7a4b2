// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/mechanisms/rate_limiting/rate_limiting.h"

#include <algorithm>

#include "simulator/load/expensive.h"
#include "simulator/system/request.h"

namespace tenfold::mechanisms {

using system::Nanos;

void RateLimiting::Limit::configure(bool on, double ratePerS, double burst) {
    isOn = on;
    interval = static_cast<Nanos>(1e9 / ratePerS);
    tolerance = static_cast<Nanos>((burst - 1) * 1e9 / ratePerS);
}

bool RateLimiting::Limit::admits(std::size_t key, Nanos now) {
    if (key >= arrival.size()) arrival.resize(key + 1);
    Nanos& next = arrival[key];
    const Nanos due = std::max(now, next);
    if (due - now > tolerance) return false;
    next = due + interval;
    return true;
}

void RateLimiting::configure(const scenario::Design& design) {
    const char* id = "rate_limiting";
    const auto& setting = design.of(id);
    m_perAddress.configure(setting.has("per_ip"), design.parameter(id, "ip_rate_per_s", 50),
                           design.parameter(id, "ip_burst", 100));
    m_perUser.configure(setting.has("per_user"), design.parameter(id, "user_rate_per_s", 10),
                        design.parameter(id, "user_burst", 20));
    m_perEndpoint.configure(setting.has("per_endpoint"),
                            design.parameter(id, "endpoint_rate_per_s", 2),
                            design.parameter(id, "endpoint_burst", 5));
    m_concurrency =
        setting.has("off") ? 0 : static_cast<int>(design.parameter(id, "user_concurrency", 0));
}

const char* RateLimiting::refuseAddress(const system::Request& request, Nanos now) {
    return m_perAddress.isOn && !m_perAddress.admits(request.address, now) ? "rate_limited_ip"
                                                                           : nullptr;
}

const char* RateLimiting::refuseUser(const system::Request& request, Nanos now) {
    // Counted whether it is limited or not, so that a limit knows those who came before it.
    if (request.user >= m_inProgress.size()) m_inProgress.resize(request.user + 1);
    int& inProgress = m_inProgress[request.user];
    if (m_concurrency > 0 && inProgress >= m_concurrency) return "rate_limited_concurrency";
    if (m_perUser.isOn && !m_perUser.admits(request.user, now)) return "rate_limited_user";
    if (m_perEndpoint.isOn && load::isExpensive(request.endpoint)) {
        const auto key = request.user * load::endpoints().size() + request.endpoint;
        if (!m_perEndpoint.admits(key, now)) return "rate_limited_endpoint";
    }
    ++inProgress;
    return nullptr;
}

void RateLimiting::left(const system::Request& request) {
    --m_inProgress[request.user];
}

}  // namespace tenfold::mechanisms
