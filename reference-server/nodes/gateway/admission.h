// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reference-server/mechanisms/rate_limiting/gcra.h"
#include "reference-server/nodes/gateway/http_types.h"
#include "simulator/scenario/design.h"

namespace tenfold::nodes {

/// An answer the gateway gives itself, RFC 9457.
HttpResponse problemResponse(int status, const std::string& detail, int retryAfterS = 0,
                             const std::string& reason = "",
                             const std::vector<std::string>& violatedPolicies = {});

/// How much somebody may ask: the limit per address comes before the token is looked at, the one
/// per user after.
class Admissions {
public:
    Admissions() : m_perIp(1, 1), m_perUser(1, 1) {}

    void configure(const scenario::Design& design);

    struct Refusal {
        HttpResponse response;
        std::string reason;  // rate_limited_ip, rate_limited_user
    };
    /// Nothing when it is let in.
    std::optional<Refusal> refuseAddress(const std::string& address, std::int64_t nowNs);
    std::optional<Refusal> refuseUser(std::uint64_t user, std::int64_t nowNs);

private:
    static HttpResponse tooMany(const mechanisms::Gcra& limiter, const mechanisms::Admission& a,
                                const char* policy, const std::string& detail,
                                const std::string& reason);

    bool m_isPerIp = false;
    bool m_isPerUser = false;
    mechanisms::Gcra m_perIp;
    mechanisms::Gcra m_perUser;
};

}  // namespace tenfold::nodes
