// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/api/problem.h"

#include <nlohmann/json.hpp>

namespace tenfold::api {

std::string Problem::toJson() const {
    // The types registered with IANA where there is one for the status.
    const char* type =
        m_status == 503
            ? "https://iana.org/assignments/http-problem-types#temporary-reduced-capacity"
            : "about:blank";
    return nlohmann::json{
        {"type", type}, {"title", m_title}, {"status", m_status}, {"detail", m_detail}}
        .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Problem Problem::notFound(const std::string& what) {
    return Problem(404, "Not found", "There is no " + what + ".");
}

Problem Problem::badRequest(const std::string& detail) {
    return Problem(400, "Bad request", detail);
}

Problem Problem::unauthorized() {
    return Problem(401, "Unauthorized", "This needs a user: send a bearer token.");
}

}  // namespace tenfold::api
