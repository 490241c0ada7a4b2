// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/gateway/admission.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "reference-server/api/status_phrase.h"

namespace tenfold::nodes {

namespace http = boost::beast::http;

HttpResponse problemResponse(int status, const std::string& detail, int retryAfterS,
                             const std::string& reason,
                             const std::vector<std::string>& violatedPolicies) {
    HttpResponse r(static_cast<http::status>(status), 11);
    r.set(http::field::content_type, "application/problem+json");
    if (retryAfterS > 0) r.set(http::field::retry_after, std::to_string(retryAfterS));
    nlohmann::json out{{"type", api::typeOf(status)},
                       {"title", api::titleOf(status)},
                       {"status", status},
                       {"detail", detail}};
    if (!reason.empty()) out["reason"] = reason;
    if (!violatedPolicies.empty()) out["violated-policies"] = violatedPolicies;
    r.body() = out.dump();
    return r;
}

void Admissions::configure(const scenario::Design& design) {
    m_isPerIp = design.is("rate_limiting", "per_ip");
    m_isPerUser = design.is("rate_limiting", "per_user");
    m_perIp.configure(design.parameter("rate_limiting", "ip_rate_per_s", 50),
                      design.parameter("rate_limiting", "ip_burst", 100));
    m_perUser.configure(design.parameter("rate_limiting", "user_rate_per_s", 10),
                        design.parameter("rate_limiting", "user_burst", 20));
}

HttpResponse Admissions::tooMany(const mechanisms::Gcra& limiter, const mechanisms::Admission& a,
                                 const char* policy, const std::string& detail,
                                 const std::string& reason) {
    const auto seconds = [](std::int64_t ns) {
        return static_cast<int>(std::ceil(static_cast<double>(ns) / 1e9));
    };
    // Retry-After has whole seconds: rounded up, so that who waits is admitted. The draft wants it
    // not to lie before the `t` of RateLimit: both name the moment of the next admission.
    const int wait = std::max(1, seconds(a.retryAfterNs));
    auto r = problemResponse(429, detail, wait, reason, {policy});
    const int window =
        std::max(1, static_cast<int>(std::lround(limiter.burst() / limiter.ratePerS())));
    r.set("RateLimit-Policy", fmt::format("\"{}\";q={:.0f};w={}", policy, limiter.burst(), window));
    r.set("RateLimit", fmt::format("\"{}\";r={};t={}", policy, a.remaining, wait));
    return r;
}

std::optional<Admissions::Refusal> Admissions::refuseAddress(const std::string& address,
                                                             std::int64_t nowNs) {
    if (!m_isPerIp) return std::nullopt;
    const auto a = m_perIp.admit(address, nowNs);
    if (a.isAdmitted) return std::nullopt;
    const char* reason = "rate_limited_ip";
    return Refusal{tooMany(m_perIp, a, "perip", "This address has sent too many requests.", reason),
                   reason};
}

std::optional<Admissions::Refusal> Admissions::refuseUser(std::uint64_t user, std::int64_t nowNs) {
    if (!m_isPerUser) return std::nullopt;
    const auto a = m_perUser.admit(std::to_string(user), nowNs);
    if (a.isAdmitted) return std::nullopt;
    const char* reason = "rate_limited_user";
    return Refusal{
        tooMany(m_perUser, a, "peruser", "This user has sent too many requests.", reason), reason};
}

}  // namespace tenfold::nodes
