// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/pooler/server_pool.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "reference-server/nodes/pooler/client_session.h"
#include "reference-server/nodes/pooler/server_connection.h"

namespace tenfold::nodes::pooler {

namespace asio = boost::asio;
using measure::monotonicNow;
using measure::Nanos;

namespace {
// After a failed attempt the server is left in peace for a while.
constexpr Nanos kRetryAfterNs = 250'000'000;
}  // namespace

ServerPool::ServerPool(asio::io_context& io, std::string name, Settings settings,
                       Counters& counters)
    : m_io(io),
      m_name(std::move(name)),
      m_settings(std::move(settings)),
      m_counters(counters),
      m_timer(io) {}

ServerPool::~ServerPool() {
    for (const auto& s : m_servers) {
        s->detach();
        s->close();
        --m_counters.servers;
    }
}

Nanos ServerPool::limitNs() const {
    return static_cast<Nanos>(m_settings.waitLimitS * 1e9);
}

void ServerPool::update(Settings settings) {
    // One that is logging in at a port that is no longer asked may never get ready there, and would
    // keep its place for ever.
    const int oldPort = std::exchange(m_settings, std::move(settings)).port;
    const auto all = m_servers;
    for (const auto& s : all)
        if (oldPort != m_settings.port && !s->isReady()) {
            s->detach();
            s->close();
            std::erase(m_servers, s);
            --m_counters.servers;
            --m_opening;
        }
    m_retryAt = 0;
    const auto idle = std::move(m_idle);
    m_idle.clear();
    for (const auto& s : idle) giveBack(s);
    openIfWanted();
    arm();
}

void ServerPool::login(std::shared_ptr<ClientSession> client) {
    if (!m_parameters.empty()) return client->onParameters();
    m_logins.push_back({std::move(client), monotonicNow()});
    openIfWanted();
    arm();
}

void ServerPool::acquire(std::shared_ptr<ClientSession> client) {
    ++m_counters.arrived;
    ++m_counters.waiting;
    m_waiters.push_back({std::move(client), monotonicNow()});
    serve();
    if (m_waiters.empty()) return;
    openIfWanted();
    arm();
}

void ServerPool::leave(const ClientSession& client) {
    const auto isIt = [&](const Waiter& w) { return w.client.get() == &client; };
    m_counters.waiting -= static_cast<int>(std::erase_if(m_waiters, isIt));
    std::erase_if(m_logins, isIt);
}

void ServerPool::noteParameter(std::string_view name, std::string_view value) {
    m_parameters[std::string(name)] = value;
}

void ServerPool::onServerReady(ServerConnection& server) {
    --m_opening;
    const auto logins = std::move(m_logins);
    m_logins.clear();
    // A server without any parameter would leave clients waiting for ever.
    if (m_parameters.empty()) m_parameters["server_version"] = "15.0";
    for (const auto& w : logins) w.client->onParameters();
    giveBack(std::static_pointer_cast<ServerConnection>(server.shared_from_this()));
}

bool ServerPool::isSurplus(const ServerConnection& server) const {
    return server.port() != m_settings.port || static_cast<int>(m_servers.size()) > m_settings.size;
}

void ServerPool::onTransactionEnd(std::shared_ptr<ServerConnection> server) {
    --m_counters.busy;
    ++m_counters.completed;
    giveBack(std::move(server));
}

void ServerPool::giveBack(std::shared_ptr<ServerConnection> server) {
    if (isSurplus(*server)) {
        server->detach();
        server->send(std::string_view("X\0\0\0\4", 5));
        server->closeAfterSending();
        std::erase(m_servers, server);
        --m_counters.servers;
        openIfWanted();
        return;
    }
    m_idle.push_back(std::move(server));
    serve();
}

void ServerPool::lend(std::shared_ptr<ServerConnection> server,
                      std::shared_ptr<ClientSession> client) {
    ++m_counters.busy;
    server->lendTo(client);
    client->onServer(std::move(server));
}

void ServerPool::serve() {
    if (m_isServing) return;
    m_isServing = true;
    while (!m_waiters.empty() && !m_idle.empty()) {
        const auto client = std::move(m_waiters.front().client);
        m_waiters.pop_front();
        --m_counters.waiting;
        // The one used last: its caches are warm, and the others may rest.
        auto server = std::move(m_idle.back());
        m_idle.pop_back();
        lend(std::move(server), client);
    }
    m_isServing = false;
}

void ServerPool::openIfWanted() {
    const int wanted = static_cast<int>(m_waiters.size()) + (m_logins.empty() ? 0 : 1);
    if (monotonicNow() < m_retryAt) return;
    while (m_opening < wanted && static_cast<int>(m_servers.size()) < m_settings.size) {
        const auto server = std::make_shared<ServerConnection>(asio::ip::tcp::socket(m_io), *this);
        m_servers.push_back(server);
        ++m_counters.servers;
        ++m_opening;
        server->open(m_settings.port, m_settings.database, m_settings.user);
    }
}

void ServerPool::onServerGone(const ServerConnection& server, const std::string& why) {
    const auto isIt = [&](const auto& s) { return s.get() == &server; };
    const bool wasIdle = std::erase_if(m_idle, isIt) > 0;
    const auto found = std::find_if(m_servers.begin(), m_servers.end(), isIt);
    if (found == m_servers.end()) return;
    const auto keep = *found;
    m_servers.erase(found);
    --m_counters.servers;
    if (!server.isReady()) {
        --m_opening;
        m_retryAt = monotonicNow() + kRetryAfterNs;
        // Somebody who waits behind a working connection still gets his turn.
        const bool hasWorking = std::any_of(m_servers.begin(), m_servers.end(),
                                            [](const auto& s) { return s->isReady(); });
        if (!hasWorking) refuseAll(why);
    } else if (!wasIdle) {
        --m_counters.busy;
    }
    openIfWanted();
    arm();
}

void ServerPool::refuseAll(const std::string& why) {
    auto all = std::move(m_waiters);
    m_waiters.clear();
    m_counters.waiting -= static_cast<int>(all.size());
    m_counters.loginsRefused += m_logins.size();
    for (auto& w : m_logins) all.push_back(std::move(w));
    m_logins.clear();
    for (const auto& w : all) {
        ++m_counters.serverUnavailable;
        w.client->refuse("08P01", fmt::format("pooler cannot connect to server: {}", why));
    }
}

void ServerPool::arm() {
    Nanos next = 0;
    const auto consider = [&next](Nanos at) { next = next == 0 ? at : std::min(next, at); };
    if (!m_waiters.empty()) consider(m_waiters.front().since + limitNs());
    if (!m_logins.empty()) consider(m_logins.front().since + limitNs());
    if (next != 0 && m_retryAt > monotonicNow()) consider(m_retryAt);
    if (next == 0 || (next >= m_armedFor && m_armedFor != 0)) return;
    m_armedFor = next;
    m_timer.expires_at(std::chrono::steady_clock::time_point(std::chrono::nanoseconds(next)));
    m_timer.async_wait([weak = weak_from_this()](boost::system::error_code e) {
        if (const auto self = weak.lock(); self && !e) self->onTimer();
    });
}

void ServerPool::onTimer() {
    m_armedFor = 0;
    const Nanos now = monotonicNow();
    for (auto* line : {&m_waiters, &m_logins}) {
        while (!line->empty() && line->front().since + limitNs() <= now) {
            const auto client = std::move(line->front().client);
            line->pop_front();
            if (line == &m_waiters) --m_counters.waiting;
            if (line == &m_logins) ++m_counters.loginsRefused;
            ++m_counters.waitTimeouts;
            client->refuse("08P01", "query_wait_timeout");
        }
    }
    openIfWanted();
    arm();
}

ServerPool::Standing ServerPool::standing() const {
    Standing s;
    s.idle = static_cast<int>(m_idle.size());
    s.opening = m_opening;
    s.active = static_cast<int>(m_servers.size()) - s.idle - s.opening;
    s.waiting = static_cast<int>(m_waiters.size());
    if (!m_waiters.empty())
        s.longestWaitS = static_cast<double>(monotonicNow() - m_waiters.front().since) / 1e9;
    return s;
}

}  // namespace tenfold::nodes::pooler
