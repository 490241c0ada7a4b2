// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "reference-server/loadgen/address_book.h"
#include "reference-server/loadgen/connection.h"
#include "reference-server/loadgen/request_text.h"
#include "reference-server/loadgen/result_book.h"
#include "reference-server/loadgen/token_book.h"
#include "simulator/load/arrivals.h"
#include "simulator/load/client_retries.h"
#include "simulator/load/known_versions.h"
#include "simulator/load/request_mix.h"

namespace tenfold::loadgen {

/// The open-loop load: requests are due when the arrival process says so, whatever the server does.
///
/// One thread, one timer. A request is fired when due, waits in one line for a connection of its
/// user's address (or room to open one), is sent, and is booked from the time it was *due*.
/// Patience runs from then too. Nothing is dropped without being counted.
///
/// Where clients retry, an attempt that fails or is not answered in time is followed by another
/// one of the same request, with the same key, after a pause; it is offered once and ends once,
/// from its due time on, pauses included. Each attempt has the client time-out to itself.
class Generator {
public:
    struct Settings {
        /// Where clients connect to: each address to one of them.
        std::vector<boost::asio::ip::tcp::endpoint> targets;
        std::string host;
        std::uint64_t seed = 42;
        std::map<std::string, double> mix;
        double zipfExponent = 1.0;
        int addresses = 256;
        double sharedAddressPart = 0.1;
        double clientTimeoutMs = 5000;
        load::ClientRetries retries{};
        int maxConnections = 4096;
        /// The users' tokens; without them nobody says who they are.
        std::optional<TokenBook::Settings> tokens{};
        /// Stand-alone: this request and nothing else, from one address.
        std::string fixedRequest;
    };

    Generator(boost::asio::io_context& io, Settings settings, ResultBook& book);
    ~Generator();

    /// Requests a second from now on, of the users and of the abuser. On the IO thread.
    void setRate(double usersHz, double abuserHz);
    /// No more arrivals; calls back when nothing is open, at the latest after the client time-out.
    void drain(std::function<void()> done);

    /// Where tokens are to be had from now on. On the IO thread.
    void setAuthPort(int port) {
        if (m_tokens) m_tokens->setAuthPort(port);
    }
    /// Clients connect there from now on; what is open where they were before ends there. On the IO
    /// thread.
    void setTargets(std::vector<boost::asio::ip::tcp::endpoint> targets);
    /// Calls back when nothing is open any more where clients were before.
    void whenMoved(std::function<void()> moved);
    std::uint64_t tokensRefreshed() const { return m_tokens ? m_tokens->refreshed() : 0; }
    std::uint64_t tokensNotRefreshed() const { return m_tokens ? m_tokens->notRefreshed() : 0; }

    int inFlight() const { return m_inFlight; }
    std::size_t waiting() const { return m_line.size(); }
    int connections() const { return m_connections; }
    std::uint64_t reuseRaces() const { return m_reuseRaces; }

private:
    struct Request {
        load::RequestPlan plan;
        std::size_t endpoint = 0;
        Audience who = Audience::users;
        std::uint64_t user = 0;
        std::string key;  // of a POST: the same for each attempt
        int attempts = 1;
        int status = 0;  // of the answer
        int pool = 0;
        measure::Nanos dueAt = 0;
        measure::Nanos deadline = 0;
        measure::Nanos sentAt = 0;
        std::string text;
        std::shared_ptr<Connection> connection;
        std::uint64_t product = 0;       // whose version the answer tells; 0: of none
        std::uint64_t knownVersion = 0;  // of that product, when it was sent
        bool isSentAgain = false;        // after a race of the protocol: no attempt of its own
        bool isEnded = false;
    };
    using RequestPtr = std::shared_ptr<Request>;
    /// The connections of one client address.
    struct Pool {
        boost::asio::ip::address address;
        std::vector<std::shared_ptr<Connection>> idle;
    };

    void arm();
    void fireDue();
    void fire(measure::Nanos dueAt, Audience who);
    void attempt(const RequestPtr& request);
    /// Another attempt later, when there is to be one.
    bool triesAgain(const Request& request, measure::Outcome outcome);
    void enter(const RequestPtr& request);
    bool trySend(const RequestPtr& request);
    void open(const RequestPtr& request);
    void send(const RequestPtr& request, const std::shared_ptr<Connection>& connection);
    void exchangeEnded(const RequestPtr& request, const std::shared_ptr<Connection>& connection,
                       Connection::End end);
    void end(const RequestPtr& request, measure::Outcome outcome, double serviceMs,
             std::uint64_t bytes, std::optional<double> staleMs = {});
    /// For how long it had been known that its product has a newer version than the answer shows;
    /// nothing: it shows the newest. Remembers the version.
    std::optional<double> staleMs(const Request& request, const ResponseParser& response);
    void left(int route);
    void tellMoved();
    void serveLine();
    void expire(measure::Nanos now);
    std::size_t lineBound() const;

    boost::asio::io_context& m_io;
    Settings m_settings;
    ResultBook& m_book;
    AddressBook m_addresses;
    RequestWriter m_writer;
    std::optional<TokenBook> m_tokens;
    load::RequestMix m_mix;
    load::PoissonArrivals m_users;
    load::PoissonArrivals m_abuser;
    random::Stream m_abuserStream;
    load::KnownVersions m_known;
    boost::asio::steady_timer m_timer;
    std::vector<Pool> m_pools;  // one for each address, the abuser's last
    std::deque<RequestPtr> m_line;
    std::deque<RequestPtr> m_byDeadline;                // due times rise, so deadlines do
    std::multimap<measure::Nanos, RequestPtr> m_later;  // attempts to come
    random::Stream m_backoff;
    std::uint64_t m_meant = 0;  // POSTs so far, for their keys
    int m_connections = 0;
    int m_connecting = 0;
    int m_inFlight = 0;
    std::uint64_t m_reuseRaces = 0;
    int m_route = 0;              // rises with every move
    std::map<int, int> m_openOn;  // connections in use or being opened, by route
    std::vector<std::function<void()>> m_moved;
    bool m_isDraining = false;
    measure::Nanos m_drainEnds = 0;
    measure::Nanos m_armedFor = 0;
    std::function<void()> m_drained;
};

}  // namespace tenfold::loadgen
