// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/gateway/admission.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "reference-server/api/status_phrase.h"
#include "simulator/load/expensive.h"

namespace tenfold::nodes {

namespace http = boost::beast::http;

namespace {

constexpr const char* kConcurrency = "concurrency";

int wholeSeconds(std::int64_t ns) {
    return static_cast<int>(std::ceil(static_cast<double>(ns) / 1e9));
}

/// One more item of a list field.
void append(std::string& field, const std::string& item) {
    field += (field.empty() ? "" : ", ") + item;
}

}  // namespace

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

void Admissions::Pass::tell(HttpResponse& response) const {
    if (policies.empty()) return;
    response.set("RateLimit-Policy", policies);
    response.set("RateLimit", states);
}

void Admissions::configure(const scenario::Design& design) {
    const char* id = "rate_limiting";
    const auto set = [&](Limit& limit, const char* value, const char* rate, double defaultRate,
                         const char* burst, double defaultBurst) {
        limit.isOn = design.is(id, value);
        limit.cells.configure(design.parameter(id, rate, defaultRate),
                              design.parameter(id, burst, defaultBurst));
    };
    set(m_perAddress, "per_ip", "ip_rate_per_s", 50, "ip_burst", 100);
    set(m_perUser, "per_user", "user_rate_per_s", 10, "user_burst", 20);
    set(m_perEndpoint, "per_endpoint", "endpoint_rate_per_s", 2, "endpoint_burst", 5);
    m_concurrency =
        design.is(id, "off") ? 0 : static_cast<int>(design.parameter(id, "user_concurrency", 0));
}

std::optional<Admissions::Refusal> Admissions::refuse(Limit& limit, const std::string& key,
                                                      std::int64_t nowNs, Pass& pass) {
    if (!limit.isOn) return std::nullopt;
    const auto a = limit.cells.admit(key, nowNs);
    // Retry-After has whole seconds: rounded up, so that who waits is admitted. The draft wants it
    // not to lie before the `t` of RateLimit: both name the moment of the next admission.
    const int wait = std::max(1, wholeSeconds(a.retryAfterNs));
    const double burst = limit.cells.burst();
    const auto window = std::max(1L, std::lround(burst / limit.cells.ratePerS()));
    append(pass.policies, fmt::format("\"{}\";q={:.0f};w={}", limit.policy, burst, window));
    append(pass.states, fmt::format("\"{}\";r={};t={}", limit.policy, a.remaining,
                                    a.isAdmitted ? wholeSeconds(a.resetNs) : wait));
    if (a.isAdmitted) return std::nullopt;
    Refusal refusal{problemResponse(429, limit.detail, wait, limit.reason, {limit.policy}),
                    limit.reason};
    pass.tell(refusal.response);
    return refusal;
}

Admissions::Refusal Admissions::tooManyInProgress(Pass& pass) const {
    append(pass.policies,
           fmt::format("\"{}\";q={};qu=\"concurrent-requests\"", kConcurrency, m_concurrency));
    append(pass.states, fmt::format("\"{}\";r=0", kConcurrency));
    const char* reason = "rate_limited_concurrency";
    // When one of the others will be done, nobody knows.
    Refusal refusal{problemResponse(429, "Too many requests of this user are in progress.", 1,
                                    reason, {kConcurrency}),
                    reason};
    pass.tell(refusal.response);
    return refusal;
}

std::optional<Admissions::Refusal> Admissions::refuseAddress(const std::string& address,
                                                             std::int64_t nowNs, Pass& pass) {
    return refuse(m_perAddress, address, nowNs, pass);
}

std::optional<Admissions::Refusal> Admissions::refuseUser(std::optional<std::uint64_t> user,
                                                          const std::string& address,
                                                          std::optional<std::size_t> endpoint,
                                                          std::int64_t nowNs, Pass& pass) {
    if (user) {
        if (m_concurrency > 0 && m_inProgress.of(*user) >= m_concurrency)
            return tooManyInProgress(pass);
        if (auto refusal = refuse(m_perUser, std::to_string(*user), nowNs, pass)) return refusal;
    }
    if (endpoint && load::isExpensive(*endpoint)) {
        // Who has not logged in shares the allowance of the address.
        const auto who = user ? std::to_string(*user) : address;
        if (auto refusal =
                refuse(m_perEndpoint, fmt::format("{} {}", load::endpoints()[*endpoint].id, who),
                       nowNs, pass))
            return refusal;
    }
    if (user) pass.place = m_inProgress.enter(*user);
    return std::nullopt;
}

}  // namespace tenfold::nodes
