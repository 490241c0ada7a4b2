// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "reference-server/nodes/gateway/http_types.h"
#include "reference-server/nodes/gateway/response_budget.h"
#include "simulator/measure/clock.h"

namespace tenfold::nodes {

/// The API instances behind the gateway: who is up, how much each has open, and who waits.
///
/// At most as many requests are open at an instance as it has threads; the least busy is taken;
/// when all are full, requests wait in one line, first come first served, and beyond its bound they
/// are turned away. All on the gateway's IO thread.
class Upstreams {
public:
    enum class Failure { none, queueFull, noInstance, broken, timedOut, clientGone };
    struct Result {
        Failure failure = Failure::none;
        HttpResponse response;
        double queueMs = 0;
        ResponseBudget::Room room;  // to be kept as long as the response is
    };
    using Done = std::function<void(Result)>;
    using IsGone = std::function<bool()>;
    struct Peer {
        std::string id;
        int port = 0;
        int threads = 1;  // it has: so many requests may be open at it
        std::string healthPath = "/healthz";
    };

    Upstreams(boost::asio::io_context& io, std::size_t queueBound);
    ~Upstreams();

    /// The instances from now on. One that is missing finishes what it has open and gets no more.
    void setPeers(const std::vector<Peer>& peers);
    void setQueueBound(std::size_t bound) { m_bound = bound; }
    /// From now on a request whose client has left is broken off, within a second or so: who is
    /// behind can look whether anybody waits, as an instance cannot.
    void breakOffForWhoLeft() { m_breaksOff = true; }
    /// Sends a request to an instance. `isGone` is asked before a request that has waited is sent:
    /// nobody needs the answer any more.
    void send(std::shared_ptr<HttpRequest> request, IsGone isGone, Done done);
    /// Calls back when instances that were taken out have nothing open.
    void whenDrained(std::function<void()> callback);

    std::size_t waiting() const { return m_line.size(); }
    int open() const;
    int up() const;
    std::size_t heldBytes() const { return m_budget->heldBytes(); }

private:
    struct Connection;
    enum class How {
        neverConnected,  // the instance has not seen the request
        beforeAnswer,    // it may have, but did not begin to answer
        inAnswer,
    };
    struct Instance {
        Peer peer;
        bool isUp = true;
        bool isLeaving = false;
        int open = 0;
        int failedChecks = 0;
        std::vector<std::shared_ptr<Connection>> idle;
    };
    using InstancePtr = std::shared_ptr<Instance>;
    struct Exchange {
        std::shared_ptr<HttpRequest> request;
        IsGone isGone;
        Done done;
        measure::Nanos askedAt = 0;
        double queueMs = 0;
        bool hasWaited = false;
        bool isRetry = false;
        InstancePtr failedAt;  // where a retry does not go if it can help it
    };
    using ExchangePtr = std::shared_ptr<Exchange>;

    InstancePtr choose(const InstancePtr& avoided = nullptr);
    std::shared_ptr<Connection> takeIdle(Instance& instance);
    void start(const InstancePtr& instance, ExchangePtr exchange);
    void write(const std::shared_ptr<Connection>& connection, ExchangePtr exchange);
    void readHead(const std::shared_ptr<Connection>& connection, ExchangePtr exchange);
    void makeRoom(const std::shared_ptr<Connection>& connection, ExchangePtr exchange);
    void readBody(const std::shared_ptr<Connection>& connection, ExchangePtr exchange);
    void answered(const std::shared_ptr<Connection>& connection, ExchangePtr exchange);
    void failed(const std::shared_ptr<Connection>& connection, ExchangePtr exchange, How how);
    void retryElsewhere(ExchangePtr exchange);
    void markDown(const InstancePtr& instance);
    void release(const InstancePtr& instance);
    void serveLine();
    void check();
    void checkOne(const InstancePtr& instance);
    void sweep();

    boost::asio::io_context& m_io;
    std::size_t m_bound;
    bool m_breaksOff = false;
    std::vector<InstancePtr> m_instances;
    std::size_t m_turn = 0;
    std::deque<ExchangePtr> m_line;
    std::shared_ptr<ResponseBudget> m_budget;
    std::vector<std::function<void()>> m_drained;
    std::vector<std::weak_ptr<Connection>> m_busy;  // for time-outs
    boost::asio::steady_timer m_checkTimer;
};

}  // namespace tenfold::nodes
