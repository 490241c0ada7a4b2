// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/gateway/upstreams.h"

#include <algorithm>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <chrono>

namespace tenfold::nodes {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using measure::monotonicNow;
using measure::Nanos;

namespace {
constexpr Nanos kUpstreamTimeoutNs = 30'000'000'000;
constexpr std::uint64_t kMaxResponseBytes = 64 << 20;
constexpr int kTries = 2;
constexpr int kChecksUntilDown = 2;
constexpr auto kCheckEvery = std::chrono::seconds(1);

bool isIdempotent(http::verb method) {
    return method == http::verb::get || method == http::verb::head || method == http::verb::put ||
           method == http::verb::delete_;
}
}  // namespace

struct Upstreams::Connection {
    Connection(asio::io_context& io, InstancePtr owner) : socket(io), instance(std::move(owner)) {}
    tcp::socket socket;
    InstancePtr instance;
    boost::beast::flat_buffer buffer;
    std::optional<http::response_parser<http::string_body>> parser;
    bool isFresh = true;       // never answered yet
    bool hasAnswerBegun = false;
    Nanos deadline = 0;
    bool hasTimedOut = false;
};

Upstreams::Upstreams(asio::io_context& io, int threadsPerInstance, std::size_t queueBound)
    : m_io(io), m_threads(threadsPerInstance), m_bound(queueBound), m_checkTimer(io) {
    check();
}

void Upstreams::setPeers(const std::vector<Peer>& peers) {
    for (const auto& instance : m_instances)
        instance->isLeaving = std::none_of(peers.begin(), peers.end(), [&](const Peer& p) {
            return p.id == instance->peer.id && p.port == instance->peer.port;
        });
    for (const auto& p : peers) {
        const bool isKnown =
            std::any_of(m_instances.begin(), m_instances.end(), [&](const InstancePtr& i) {
                return i->peer.id == p.id && i->peer.port == p.port;
            });
        if (isKnown) continue;
        const auto fresh = std::make_shared<Instance>();
        fresh->peer = p;
        m_instances.push_back(fresh);
    }
    std::erase_if(m_instances, [](const InstancePtr& i) { return i->isLeaving && i->open == 0; });
    serveLine();
}

void Upstreams::whenDrained(std::function<void()> callback) {
    const bool isDrained = std::none_of(m_instances.begin(), m_instances.end(),
                                        [](const InstancePtr& i) { return i->isLeaving; });
    if (isDrained) {
        callback();
    } else {
        m_drained.push_back(std::move(callback));
    }
}

int Upstreams::open() const {
    int n = 0;
    for (const auto& i : m_instances) n += i->open;
    return n;
}

int Upstreams::up() const {
    return static_cast<int>(std::count_if(m_instances.begin(), m_instances.end(),
                                          [](const InstancePtr& i) { return i->isUp && !i->isLeaving; }));
}

Upstreams::InstancePtr Upstreams::choose() {
    InstancePtr best;
    ++m_turn;  // ties go round
    for (std::size_t k = 0; k < m_instances.size(); ++k) {
        const auto& i = m_instances[(m_turn + k) % m_instances.size()];
        if (!i->isUp || i->isLeaving || i->open >= m_threads) continue;
        if (!best || i->open < best->open) best = i;
    }
    return best;
}

void Upstreams::send(std::shared_ptr<HttpRequest> request, IsGone isGone, Done done) {
    auto exchange = std::make_shared<Exchange>();
    exchange->request = std::move(request);
    exchange->isGone = std::move(isGone);
    exchange->done = std::move(done);
    exchange->askedAt = monotonicNow();
    if (up() == 0) {
        exchange->done({Failure::noInstance, {}, 0});
        return;
    }
    if (m_line.empty()) {
        if (const auto instance = choose()) {
            start(instance, std::move(exchange));
            return;
        }
    }
    if (m_line.size() >= m_bound) {
        exchange->done({Failure::queueFull, {}, 0});
        return;
    }
    m_line.push_back(std::move(exchange));
}

void Upstreams::start(const InstancePtr& instance, ExchangePtr exchange) {
    ++instance->open;
    ++exchange->tries;
    if (exchange->tries == 1)
        exchange->queueMs = static_cast<double>(monotonicNow() - exchange->askedAt) / 1e6;
    std::shared_ptr<Connection> connection;
    if (!instance->idle.empty()) {
        connection = std::move(instance->idle.back());
        instance->idle.pop_back();
    } else {
        connection = std::make_shared<Connection>(m_io, instance);
    }
    connection->deadline = monotonicNow() + kUpstreamTimeoutNs;
    connection->hasAnswerBegun = false;
    m_busy.push_back(connection);
    if (connection->socket.is_open()) {
        write(connection, std::move(exchange));
        return;
    }
    const tcp::endpoint to(asio::ip::address_v4::loopback(),
                           static_cast<unsigned short>(instance->peer.port));
    connection->socket.async_connect(
        to, [this, connection, exchange = std::move(exchange)](boost::system::error_code e) mutable {
            if (e) {
                connection->instance->isUp = false;
                failed(connection, std::move(exchange));
                return;
            }
            boost::system::error_code ignored;
            connection->socket.set_option(tcp::no_delay(true), ignored);
            write(connection, std::move(exchange));
        });
}

void Upstreams::write(const std::shared_ptr<Connection>& connection, ExchangePtr exchange) {
    auto& request = *exchange->request;
    http::async_write(connection->socket, request,
                      [this, connection, exchange = std::move(exchange)](
                          boost::system::error_code e, std::size_t) mutable {
                          if (e) {
                              failed(connection, std::move(exchange));
                              return;
                          }
                          read(connection, std::move(exchange));
                      });
}

void Upstreams::read(const std::shared_ptr<Connection>& connection, ExchangePtr exchange) {
    connection->parser.emplace();
    connection->parser->body_limit(kMaxResponseBytes);
    http::async_read(
        connection->socket, connection->buffer, *connection->parser,
        [this, connection, exchange = std::move(exchange)](boost::system::error_code e,
                                                           std::size_t n) mutable {
            if (e) {
                connection->hasAnswerBegun = n > 0;
                failed(connection, std::move(exchange));
                return;
            }
            Result result;
            result.queueMs = exchange->queueMs;
            result.response = connection->parser->release();
            const auto instance = connection->instance;
            if (result.response.keep_alive() && !instance->isLeaving) {
                connection->isFresh = false;
                instance->idle.push_back(connection);
            } else {
                boost::system::error_code ignored;
                connection->socket.close(ignored);
            }
            connection->deadline = 0;
            release(instance);
            exchange->done(std::move(result));
        });
}

void Upstreams::failed(const std::shared_ptr<Connection>& connection, ExchangePtr exchange) {
    const auto instance = connection->instance;
    boost::system::error_code ignored;
    connection->socket.close(ignored);
    connection->deadline = 0;
    const bool hasTimedOut = connection->hasTimedOut;
    release(instance);
    // A kept connection that closes before any byte is a race, not a failed request. And what may
    // be asked twice is asked once more elsewhere.
    const bool isRace = !connection->isFresh && !connection->hasAnswerBegun;
    const bool mayRetry = !hasTimedOut && exchange->tries < kTries &&
                          (isRace || !connection->hasAnswerBegun) &&
                          isIdempotent(exchange->request->method());
    if (mayRetry) {
        if (const auto other = choose()) {
            start(other, std::move(exchange));
            return;
        }
        if (up() > 0 && m_line.size() < m_bound) {
            m_line.push_front(std::move(exchange));
            return;
        }
    }
    Result result;
    result.queueMs = exchange->queueMs;
    result.failure = hasTimedOut ? Failure::timedOut : Failure::broken;
    exchange->done(std::move(result));
}

void Upstreams::release(const InstancePtr& instance) {
    --instance->open;
    if (instance->isLeaving && instance->open == 0) {
        std::erase(m_instances, instance);
        instance->idle.clear();
        const bool isDrained = std::none_of(m_instances.begin(), m_instances.end(),
                                            [](const InstancePtr& i) { return i->isLeaving; });
        if (isDrained)
            for (auto& callback : std::exchange(m_drained, {})) callback();
    }
    serveLine();
}

void Upstreams::serveLine() {
    while (!m_line.empty()) {
        if (up() == 0) {
            auto exchange = std::move(m_line.front());
            m_line.pop_front();
            exchange->done({Failure::noInstance, {}, 0});
            continue;
        }
        const auto instance = choose();
        if (!instance) return;
        auto exchange = std::move(m_line.front());
        m_line.pop_front();
        if (exchange->isGone && exchange->isGone()) {
            exchange->done({Failure::clientGone, {}, 0});
            continue;
        }
        start(instance, std::move(exchange));
    }
}

void Upstreams::check() {
    m_checkTimer.expires_after(kCheckEvery);
    m_checkTimer.async_wait([this](boost::system::error_code e) {
        if (e) return;
        sweep();
        for (const auto& instance : m_instances)
            if (!instance->isLeaving) checkOne(instance);
        check();
    });
}

void Upstreams::sweep() {
    const Nanos now = monotonicNow();
    std::erase_if(m_busy, [&](const std::weak_ptr<Connection>& weak) {
        const auto connection = weak.lock();
        if (!connection || connection->deadline == 0) return true;
        if (connection->deadline > now) return false;
        connection->hasTimedOut = true;
        boost::system::error_code ignored;
        connection->socket.close(ignored);  // its read ends with an error
        return true;
    });
}

void Upstreams::checkOne(const InstancePtr& instance) {
    struct Probe {
        explicit Probe(asio::io_context& io) : socket(io), limit(io) {}
        tcp::socket socket;
        asio::steady_timer limit;
        boost::beast::flat_buffer buffer;
        HttpRequest request{http::verb::get, "/healthz", 11};
        HttpResponse response;
    };
    const auto probe = std::make_shared<Probe>(m_io);
    const auto judge = [this, instance, probe](bool isGood) {
        probe->limit.cancel();
        instance->failedChecks = isGood ? 0 : instance->failedChecks + 1;
        if (isGood) instance->isUp = true;
        if (instance->failedChecks >= kChecksUntilDown) instance->isUp = false;
        serveLine();
    };
    probe->limit.expires_after(std::chrono::seconds(1));
    probe->limit.async_wait([probe](boost::system::error_code e) {
        boost::system::error_code ignored;
        if (!e) probe->socket.close(ignored);
    });
    const tcp::endpoint to(asio::ip::address_v4::loopback(),
                           static_cast<unsigned short>(instance->peer.port));
    probe->socket.async_connect(to, [probe, judge](boost::system::error_code e) {
        if (e) return judge(false);
        probe->request.set(http::field::host, "127.0.0.1");
        probe->request.keep_alive(false);
        http::async_write(probe->socket, probe->request, [probe, judge](boost::system::error_code w, std::size_t) {
            if (w) return judge(false);
            http::async_read(probe->socket, probe->buffer, probe->response,
                             [probe, judge](boost::system::error_code r, std::size_t) {
                                 judge(!r && probe->response.result_int() == 200);
                             });
        });
    });
}

}  // namespace tenfold::nodes
