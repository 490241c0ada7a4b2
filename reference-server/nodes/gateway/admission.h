// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "reference-server/mechanisms/rate_limiting/gcra.h"
#include "reference-server/mechanisms/rate_limiting/in_progress.h"
#include "reference-server/nodes/gateway/http_types.h"
#include "simulator/scenario/design.h"

namespace tenfold::nodes {

/// An answer the gateway gives itself, RFC 9457.
HttpResponse problemResponse(int status, const std::string& detail, int retryAfterS = 0,
                             const std::string& reason = "",
                             const std::vector<std::string>& violatedPolicies = {});

/// How much somebody may ask: the limit per address comes before the token is looked at, the others
/// after.
class Admissions {
public:
    void configure(const scenario::Design& design);

    struct Refusal {
        HttpResponse response;
        std::string reason;  // rate_limited_ip, …_user, …_endpoint, …_concurrency
    };
    /// What a request takes along from the limits it has passed.
    struct Pass {
        std::string policies;  // RateLimit-Policy: the limits it met
        std::string states;    // RateLimit: how much of each is left
        mechanisms::InProgress::Place place;

        void tell(HttpResponse& response) const;
    };
    /// Nothing when it is let in.
    std::optional<Refusal> refuseAddress(const std::string& address, std::int64_t nowNs,
                                         Pass& pass);
    /// `user`: nothing when nobody has logged in; `endpoint`: index, nothing when it is of none.
    std::optional<Refusal> refuseUser(std::optional<std::uint64_t> user, const std::string& address,
                                      std::optional<std::size_t> endpoint, std::int64_t nowNs,
                                      Pass& pass);

private:
    struct Limit {
        const char* policy;  // its name in the header fields
        const char* reason;
        const char* detail;
        mechanisms::Gcra cells{1, 1};
        bool isOn = false;
    };
    static std::optional<Refusal> refuse(Limit& limit, const std::string& key, std::int64_t nowNs,
                                         Pass& pass);
    Refusal tooManyInProgress(Pass& pass) const;

    Limit m_perAddress{"perip", "rate_limited_ip", "This address has sent too many requests."};
    Limit m_perUser{"peruser", "rate_limited_user", "This user has sent too many requests."};
    Limit m_perEndpoint{"perendpoint", "rate_limited_endpoint",
                        "This list has been asked for too often."};
    int m_concurrency = 0;  // 0: no limit
    mechanisms::InProgress m_inProgress;
};

}  // namespace tenfold::nodes
