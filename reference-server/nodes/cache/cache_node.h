// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <string>
#include <vector>

#include "reference-server/nodes/cache/key_space.h"
#include "simulator/measure/sample.h"

namespace tenfold::nodes {

/// The cache server: one IO thread, commands carried out as they are read. Its operations take real
/// microseconds and nothing is added to them: a cache's CPU is never what breaks first here.
class CacheNode {
public:
    explicit CacheNode(std::string id);

    int port() const { return m_acceptor.local_endpoint().port(); }
    boost::asio::io_context& io() { return m_io; }
    void run();
    void stop() { m_io.stop(); }
    /// Counts since the last call. On the IO thread.
    measure::Sample collect();

private:
    struct Peer;
    void accept();
    void read(const std::shared_ptr<Peer>& peer);
    /// Carries out what has been read, and sends the answers before it reads on.
    void work(const std::shared_ptr<Peer>& peer);
    void carryOut(Peer& peer, std::vector<std::string>& words);
    void set(Peer& peer, std::vector<std::string>& words);
    /// The value of a key, or nil.
    void answerWith(std::string& out, const std::string& key);
    void sweepLater();
    std::string info() const;

    std::string m_id;
    boost::asio::io_context m_io{1};
    boost::asio::ip::tcp::acceptor m_acceptor;
    boost::asio::steady_timer m_sweep;
    KeySpace m_keys;
    int m_connections = 0;
    std::uint64_t m_commands = 0;
    std::uint64_t m_hits = 0;
    std::uint64_t m_misses = 0;
};

}  // namespace tenfold::nodes
