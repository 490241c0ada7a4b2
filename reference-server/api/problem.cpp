// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/api/problem.h"

#include <nlohmann/json.hpp>

#include "reference-server/api/status_phrase.h"

namespace tenfold::api {

using nlohmann::json;

std::string Problem::toJson() const {
    json out{{"type", typeOf(m_status)},
             {"title", titleOf(m_status)},
             {"status", m_status},
             {"detail", m_detail}};
    if (!m_reason.empty()) out["reason"] = m_reason;
    for (const auto& s : m_shortfalls)
        out["errors"].push_back({{s.in == Shortfall::In::body ? "pointer" : "parameter", s.where},
                                 {"detail", s.detail}});
    return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

Problem Problem::notFound(const std::string& what) {
    return Problem(404, "There is no " + what + ".");
}

Problem Problem::badRequest(const std::string& detail) {
    return Problem(400, detail);
}

Problem Problem::unauthorized() {
    return Problem(401, "This needs a user: send a bearer token.");
}

Problem Problem::invalid(std::vector<Shortfall> shortfalls) {
    std::string detail;
    bool isInQuery = false;
    for (const auto& s : shortfalls) {
        detail += (detail.empty() ? "" : " ") + s.where + " " + s.detail;
        isInQuery = isInQuery || s.in == Shortfall::In::query;
    }
    Problem p(isInQuery ? 400 : 422, detail);
    p.m_shortfalls = std::move(shortfalls);
    return p;
}

}  // namespace tenfold::api
