// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/mechanisms/rate_limiting/rate_limiting.h"

#include <algorithm>

#include "simulator/system/request.h"

namespace tenfold::mechanisms {

using system::Nanos;

void RateLimiting::Limit::configure(bool on, double ratePerS, double burst) {
    isOn = on;
    interval = static_cast<Nanos>(1e9 / ratePerS);
    tolerance = static_cast<Nanos>((burst - 1) * 1e9 / ratePerS);
}

bool RateLimiting::Limit::admits(std::uint32_t key, Nanos now) {
    if (key >= arrival.size()) arrival.resize(key + 1);
    Nanos& next = arrival[key];
    const Nanos due = std::max(now, next);
    if (due - now > tolerance) return false;
    next = due + interval;
    return true;
}

void RateLimiting::configure(const scenario::Design& design) {
    const char* id = "rate_limiting";
    m_perAddress.configure(design.of(id).has("per_ip"), design.parameter(id, "ip_rate_per_s", 50),
                           design.parameter(id, "ip_burst", 100));
    m_perUser.configure(design.of(id).has("per_user"), design.parameter(id, "user_rate_per_s", 10),
                        design.parameter(id, "user_burst", 20));
}

const char* RateLimiting::refuseAddress(const system::Request& request, Nanos now) {
    return m_perAddress.isOn && !m_perAddress.admits(request.address, now) ? "rate_limited_ip"
                                                                           : nullptr;
}

const char* RateLimiting::refuseUser(const system::Request& request, Nanos now) {
    return m_perUser.isOn && !m_perUser.admits(request.user, now) ? "rate_limited_user" : nullptr;
}

}  // namespace tenfold::mechanisms
