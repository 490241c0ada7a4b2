// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "reference-server/protocol/access_token.h"
#include "reference-server/protocol/kept_client.h"

namespace tenfold::loadgen {

/// The access tokens of the users. Each holds one from before the run, of which a part is over
/// (load::tokenAgeOf), and trades its refresh token for the next one at the auth service when a
/// request finds it ended: that request waits for it. Without the service the old one is sent.
/// On the IO thread.
class TokenBook {
public:
    struct Settings {
        std::uint64_t seed = 0;
        int lifetimeS = 600;  // of the tokens from before the run
        int authPort = 0;     // 0: there is no service
    };
    TokenBook(boost::asio::io_context& io, Settings settings);

    void setAuthPort(int port) { m_client.setPort(port); }
    using WithToken = std::function<void(const std::string& token)>;
    /// Calls back with the user's token; at once while it is good.
    void withToken(std::uint64_t user, WithToken callback);
    /// Tokens that were asked for and have come, and those that have not.
    std::uint64_t refreshed() const { return m_refreshed; }
    std::uint64_t notRefreshed() const { return m_notRefreshed; }

private:
    struct Held {
        std::string token;
        double endsS = 0;
        std::vector<WithToken> waiting;  // for the next one
    };
    void refresh(std::uint64_t user);

    Settings m_settings;
    std::string m_refreshKey;
    protocol::TokenIssuer m_before;  // of the log-ins from before the run
    double m_startS;
    protocol::KeptClient m_client;
    std::unordered_map<std::uint64_t, Held> m_held;
    std::uint64_t m_refreshed = 0;
    std::uint64_t m_notRefreshed = 0;
};

}  // namespace tenfold::loadgen
