// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/loadgen/loopback.h"

#include <charconv>
#include <stdexcept>

namespace tenfold::loadgen {

Target loopbackTarget(const std::string& url) {
    constexpr std::string_view scheme = "http://";
    if (url.rfind(scheme, 0) != 0)
        throw std::invalid_argument(url +
                                    ": found no http://; allowed: http://127.0.0.1:PORT/PATH");
    const auto slash = url.find('/', scheme.size());
    const std::string authority = url.substr(scheme.size(), slash - scheme.size());
    Target t;
    t.path = slash == std::string::npos ? "/" : url.substr(slash);
    t.host = authority;
    std::string host = authority;
    unsigned short port = 80;
    const auto colon = authority.rfind(':');
    if (colon != std::string::npos && authority.find(']', colon) == std::string::npos) {
        host = authority.substr(0, colon);
        const auto* last = authority.data() + authority.size();
        const auto parsed = std::from_chars(authority.data() + colon + 1, last, port);
        if (parsed.ec != std::errc{} || parsed.ptr != last)
            throw std::invalid_argument(url + ": the port is not a number from 1 to 65535");
    }
    if (host == "localhost") host = "127.0.0.1";
    if (!host.empty() && host.front() == '[') host = host.substr(1, host.size() - 2);
    boost::system::error_code e;
    const auto address = boost::asio::ip::make_address(host, e);
    if (e || !address.is_loopback())
        throw std::invalid_argument(url + ": found " + host +
                                    "; allowed: only loopback, 127.0.0.0/8 and ::1");
    t.endpoint = {address, port};
    return t;
}

}  // namespace tenfold::loadgen
