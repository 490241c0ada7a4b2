// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <string>

namespace tenfold::loadgen {

/// Where a stand-alone run goes.
struct Target {
    boost::asio::ip::tcp::endpoint endpoint;
    std::string host;  // for the Host header
    std::string path;
};

/// Reads http://127.0.0.1:8080/path. Only literal loopback addresses (127.0.0.0/8, ::1) and
/// "localhost" pass: this program must not be pointed at somebody else's server. Throws
/// std::invalid_argument.
Target loopbackTarget(const std::string& url);

}  // namespace tenfold::loadgen
