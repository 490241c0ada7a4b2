// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

namespace tenfold::api {

/// One thing that is wrong with a request: where ("#/lines/0/quantity" in the body, or the name of
/// a query parameter) and what.
struct Shortfall {
    enum class In { body, query } in = In::body;
    std::string where;
    std::string detail;
};

/// An answer that is not the one asked for: RFC 9457 problem details. Thrown by whatever cannot go
/// on, answered by the instance as application/problem+json.
class Problem : public std::runtime_error {
public:
    /// `reason` names the rejection for the counters ("connection_wait"); empty for plain errors.
    Problem(int status, std::string detail, std::string reason = "", int retryAfterS = 0)
        : std::runtime_error(detail),
          m_status(status),
          m_detail(std::move(detail)),
          m_reason(std::move(reason)),
          m_retryAfterS(retryAfterS) {}

    int status() const { return m_status; }
    const std::string& detail() const { return m_detail; }
    const std::string& reason() const { return m_reason; }
    int retryAfterS() const { return m_retryAfterS; }
    const std::vector<Shortfall>& shortfalls() const { return m_shortfalls; }
    /// {"type","title","status","detail"}, with "reason" when it has one, and "errors", one
    /// {"pointer" or "parameter","detail"} for each shortfall.
    std::string toJson() const;

    static Problem notFound(const std::string& what);
    static Problem badRequest(const std::string& detail);
    static Problem unauthorized();
    /// Everything that is wrong with a query (400) or with a body (422), at once.
    static Problem invalid(std::vector<Shortfall> shortfalls);

private:
    int m_status;
    std::string m_detail;
    std::string m_reason;
    int m_retryAfterS;
    std::vector<Shortfall> m_shortfalls;
};

}  // namespace tenfold::api
