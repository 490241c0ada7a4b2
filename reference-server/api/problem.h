// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stdexcept>
#include <string>

namespace tenfold::api {

/// An answer that is not the one asked for: RFC 9457 problem details. Thrown by whatever cannot go
/// on, answered by the instance as application/problem+json.
class Problem : public std::runtime_error {
public:
    /// `reason` names the rejection for the counters ("connection_wait"); empty for plain errors.
    Problem(int status, std::string title, std::string detail, std::string reason = "",
            int retryAfterS = 0)
        : std::runtime_error(title + ": " + detail),
          m_status(status),
          m_title(std::move(title)),
          m_detail(std::move(detail)),
          m_reason(std::move(reason)),
          m_retryAfterS(retryAfterS) {}

    int status() const { return m_status; }
    const std::string& title() const { return m_title; }
    const std::string& detail() const { return m_detail; }
    const std::string& reason() const { return m_reason; }
    int retryAfterS() const { return m_retryAfterS; }
    /// {"type","title","status","detail"}
    std::string toJson() const;

    static Problem notFound(const std::string& what);
    static Problem badRequest(const std::string& detail);
    static Problem unauthorized();

private:
    int m_status;
    std::string m_title;
    std::string m_detail;
    std::string m_reason;
    int m_retryAfterS;
};

}  // namespace tenfold::api
