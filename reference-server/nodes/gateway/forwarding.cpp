// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/gateway/forwarding.h"

#include <boost/beast/http/rfc7230.hpp>
#include <string>
#include <vector>

#include "simulator/load/endpoints.h"

namespace tenfold::nodes {

namespace http = boost::beast::http;

void takeOffForNextHop(HttpRequest& r) {
    // What the client names as meant for this hop only (RFC 9110, 7.6.1).
    std::vector<std::string> names;
    for (const auto& token : http::token_list(r[http::field::connection]))
        names.emplace_back(token);
    for (const auto& name : names) r.erase(name);
    // What a client says about itself under our names counts for nothing.
    for (const char* name : {"X-Tenfold-Hop", "X-Tenfold-Client", "X-Tenfold-User",
                             "X-Tenfold-Version", "X-Tenfold-Auth-Us", "X-Tenfold-Queued-Us",
                             "X-Forwarded-For", "REMOTE_ADDR", "Keep-Alive",
                             // For this hop only. The whole body is here: nobody need be asked
                             // whether to go on, nor answer with a "100" that is not the answer.
                             "Connection", "Proxy-Connection", "Upgrade", "TE", "Expect",
                             // Parts of an answer are no part of the contract.
                             "Range", "If-Range"})
        r.erase(name);
    // One framing for what is passed on. A body where none belongs would stay unread on the kept
    // connection and be taken for the next request, which is somebody else's.
    r.erase(http::field::transfer_encoding);
    r.erase(http::field::content_length);
    if (r.method() == http::verb::post || r.method() == http::verb::put ||
        r.method() == http::verb::patch) {
        r.content_length(r.body().size());
    } else {
        r.body().clear();
    }
    r.version(11);
    r.keep_alive(true);
}

std::optional<std::size_t> endpointOf(const HttpRequest& request) {
    const auto method = request.method() == http::verb::head ? boost::beast::string_view("GET")
                                                             : request.method_string();
    const auto target = request.target();
    return load::endpointOf({method.data(), method.size()}, {target.data(), target.size()});
}

}  // namespace tenfold::nodes
