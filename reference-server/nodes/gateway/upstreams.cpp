// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/gateway/upstreams.h"

#include <sys/socket.h>

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
constexpr std::size_t kMaxHeldBytes = 256 << 20;
// Smaller answers are not worth the book-keeping: a thousand of them are 64 MB.
constexpr std::size_t kSmallResponseBytes = 64 << 10;
// A kept connection is the last one used and taken again first; what a burst left over goes soon.
// cpp-httplib holds a thread for each and looks at it a hundred times a second.
constexpr Nanos kMaxSpareIdleNs = 2'000'000'000;
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
    ResponseBudget::Room room;
    bool isFresh = true;  // never answered yet
    Nanos deadline = 0;
    Nanos idleSince = 0;
    bool hasTimedOut = false;
    IsGone isGone;  // of whose request it carries, where that is looked at
    bool isLeft = false;

    void close() {
        boost::system::error_code ignored;
        socket.close(ignored);
    }
    /// An idle connection has nothing to read; the end of input means that the instance closed it.
    bool isAlive() {
        char byte = 0;
        const auto n = ::recv(socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
        return n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    }
};

Upstreams::Upstreams(asio::io_context& io, std::size_t queueBound)
    : m_io(io),
      m_bound(queueBound),
      m_budget(std::make_shared<ResponseBudget>(kMaxHeldBytes)),
      m_checkTimer(io) {
    check();
}

Upstreams::~Upstreams() {
    m_budget->forgetWaiting();
    for (const auto& instance : m_instances) instance->idle.clear();
}

void Upstreams::setPeers(const std::vector<Peer>& peers) {
    for (const auto& instance : m_instances)
        instance->isLeaving = std::none_of(peers.begin(), peers.end(), [&](const Peer& p) {
            return p.id == instance->peer.id && p.port == instance->peer.port;
        });
    for (const auto& p : peers) {
        const bool isKnown = std::any_of(
            m_instances.begin(), m_instances.end(),
            [&](const InstancePtr& i) { return i->peer.id == p.id && i->peer.port == p.port; });
        if (isKnown) continue;
        const auto fresh = std::make_shared<Instance>();
        fresh->peer = p;
        m_instances.push_back(fresh);
    }
    std::erase_if(m_instances, [](const InstancePtr& i) {
        if (!i->isLeaving || i->open > 0) return false;
        i->idle.clear();  // connections and instance know each other
        return true;
    });
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
    return static_cast<int>(
        std::count_if(m_instances.begin(), m_instances.end(),
                      [](const InstancePtr& i) { return i->isUp && !i->isLeaving; }));
}

Upstreams::InstancePtr Upstreams::choose(const InstancePtr& avoided) {
    InstancePtr best;
    ++m_turn;  // ties go round
    for (std::size_t k = 0; k < m_instances.size(); ++k) {
        const auto& i = m_instances[(m_turn + k) % m_instances.size()];
        if (!i->isUp || i->isLeaving || i->open >= i->peer.threads || i == avoided) continue;
        if (!best || i->open < best->open) best = i;
    }
    const bool isOnlyChoice = avoided && avoided->isUp && !avoided->isLeaving && up() == 1;
    if (!best && isOnlyChoice && avoided->open < avoided->peer.threads) return avoided;
    return best;
}

void Upstreams::send(std::shared_ptr<HttpRequest> request, IsGone isGone, Done done) {
    auto exchange = std::make_shared<Exchange>();
    exchange->request = std::move(request);
    exchange->isGone = std::move(isGone);
    exchange->done = std::move(done);
    exchange->askedAt = monotonicNow();
    if (up() == 0) {
        exchange->done({Failure::noInstance, {}, 0, {}});
        return;
    }
    if (m_line.empty()) {
        if (const auto instance = choose()) {
            start(instance, std::move(exchange));
            return;
        }
    }
    if (m_line.size() >= m_bound) {
        exchange->done({Failure::queueFull, {}, 0, {}});
        return;
    }
    m_line.push_back(std::move(exchange));
}

std::shared_ptr<Upstreams::Connection> Upstreams::takeIdle(Instance& instance) {
    while (!instance.idle.empty()) {
        auto connection = std::move(instance.idle.back());
        instance.idle.pop_back();
        if (connection->isAlive()) return connection;
        connection->close();
    }
    return nullptr;
}

void Upstreams::start(const InstancePtr& instance, ExchangePtr exchange) {
    ++instance->open;
    if (!exchange->hasWaited) {
        exchange->hasWaited = true;
        const Nanos queued = monotonicNow() - exchange->askedAt;
        exchange->queueMs = static_cast<double>(queued) / 1e6;
        // So that the instance can tell of a slow request from its beginning.
        exchange->request->set("X-Tenfold-Queued-Us", std::to_string(queued / 1000));
    }
    auto connection = takeIdle(*instance);
    if (!connection) connection = std::make_shared<Connection>(m_io, instance);
    connection->deadline = monotonicNow() + kUpstreamTimeoutNs;
    if (m_breaksOff) connection->isGone = exchange->isGone;
    m_busy.push_back(connection);
    if (connection->socket.is_open()) {
        write(connection, std::move(exchange));
        return;
    }
    const tcp::endpoint to(asio::ip::address_v4::loopback(),
                           static_cast<unsigned short>(instance->peer.port));
    connection->socket.async_connect(to, [this, connection, exchange = std::move(exchange)](
                                             boost::system::error_code e) mutable {
        if (e) {
            failed(connection, std::move(exchange), How::neverConnected);
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
                              failed(connection, std::move(exchange), How::beforeAnswer);
                              return;
                          }
                          readHead(connection, std::move(exchange));
                      });
}

void Upstreams::readHead(const std::shared_ptr<Connection>& connection, ExchangePtr exchange) {
    auto& parser = connection->parser.emplace();
    parser.body_limit(kMaxResponseBytes);
    // The answer to HEAD names a length and has no body.
    parser.skip(exchange->request->method() == http::verb::head);
    http::async_read_header(
        connection->socket, connection->buffer, parser,
        [this, connection, exchange = std::move(exchange)](boost::system::error_code e,
                                                           std::size_t n) mutable {
            if (e) {
                const bool hasBegun = n > 0 || connection->buffer.size() > 0;
                failed(connection, std::move(exchange),
                       hasBegun ? How::inAnswer : How::beforeAnswer);
                return;
            }
            if (connection->parser->get().result_int() < 200) {
                readHead(connection, std::move(exchange));  // "100 Continue" is not the answer
                return;
            }
            makeRoom(connection, std::move(exchange));
        });
}

void Upstreams::makeRoom(const std::shared_ptr<Connection>& connection, ExchangePtr exchange) {
    const auto& parser = *connection->parser;
    // Without a length it could be anything up to the limit; a quarter of that is a fair guess.
    const std::uint64_t bytes = parser.is_done()          ? 0
                                : parser.content_length() ? *parser.content_length()
                                                          : kMaxResponseBytes / 4;
    if (bytes < kSmallResponseBytes) {
        readBody(connection, std::move(exchange));
        return;
    }
    m_budget->reserve(
        static_cast<std::size_t>(bytes),
        [this, connection, exchange = std::move(exchange)](ResponseBudget::Room room) {
            connection->room = std::move(room);
            // From the loop: room may have come from the middle of another answer.
            asio::post(m_io, [this, connection, exchange] { readBody(connection, exchange); });
        });
}

void Upstreams::readBody(const std::shared_ptr<Connection>& connection, ExchangePtr exchange) {
    http::async_read(connection->socket, connection->buffer, *connection->parser,
                     [this, connection, exchange = std::move(exchange)](boost::system::error_code e,
                                                                        std::size_t) mutable {
                         if (e) {
                             failed(connection, std::move(exchange), How::inAnswer);
                             return;
                         }
                         answered(connection, std::move(exchange));
                     });
}

void Upstreams::answered(const std::shared_ptr<Connection>& connection, ExchangePtr exchange) {
    Result result;
    result.queueMs = exchange->queueMs;
    result.response = connection->parser->release();
    result.room = std::move(connection->room);
    connection->deadline = 0;
    connection->isGone = nullptr;
    const auto instance = connection->instance;
    // Bytes behind the answer belong to no request: the next one must not be given them.
    if (result.response.keep_alive() && connection->buffer.size() == 0 && !instance->isLeaving &&
        instance->isUp) {
        connection->isFresh = false;
        connection->idleSince = monotonicNow();
        instance->idle.push_back(connection);
    } else {
        connection->close();
    }
    release(instance);
    exchange->done(std::move(result));
}

void Upstreams::markDown(const InstancePtr& instance) {
    instance->isUp = false;
    instance->idle.clear();
}

void Upstreams::failed(const std::shared_ptr<Connection>& connection, ExchangePtr exchange,
                       How how) {
    const auto instance = connection->instance;
    connection->close();
    connection->room.reset();
    connection->deadline = 0;
    connection->isGone = nullptr;
    if (connection->isLeft) {
        release(instance);
        exchange->done({Failure::clientGone, {}, exchange->queueMs, {}});
        return;
    }
    // Who cannot be connected to, or closes a new connection without a word, is down until a health
    // check says otherwise. A kept connection that closes is a race of the protocol.
    const bool isDead =
        how == How::neverConnected ||
        (how == How::beforeAnswer && connection->isFresh && !connection->hasTimedOut);
    if (isDead) markDown(instance);
    // What the instance never saw may go to another as often as there are others; what it may have
    // carried out goes once more, and only if carrying it out twice is the same.
    const bool mayRetry =
        !connection->hasTimedOut &&
        (how == How::neverConnected || (how == How::beforeAnswer && !exchange->isRetry &&
                                        isIdempotent(exchange->request->method())));
    if (mayRetry) {
        exchange->isRetry = exchange->isRetry || how != How::neverConnected;
        exchange->failedAt = instance;
        release(instance);
        retryElsewhere(std::move(exchange));
        return;
    }
    Result result;
    result.queueMs = exchange->queueMs;
    result.failure = connection->hasTimedOut ? Failure::timedOut : Failure::broken;
    release(instance);
    exchange->done(std::move(result));
}

void Upstreams::retryElsewhere(ExchangePtr exchange) {
    if (up() == 0) {
        exchange->done({Failure::noInstance, {}, 0, {}});
    } else if (const auto other = choose(exchange->failedAt)) {
        start(other, std::move(exchange));
    } else {
        // It has been let in already: the bound of the line is for those who come.
        m_line.push_front(std::move(exchange));
    }
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
            exchange->done({Failure::noInstance, {}, 0, {}});
            continue;
        }
        const auto instance = choose(m_line.front()->failedAt);
        if (!instance) return;
        auto exchange = std::move(m_line.front());
        m_line.pop_front();
        if (exchange->isGone && exchange->isGone()) {
            exchange->done({Failure::clientGone, {}, 0, {}});
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
        connection->isLeft = connection->isGone && connection->isGone();
        if (connection->deadline > now && !connection->isLeft) return false;
        connection->hasTimedOut = true;
        connection->close();  // its read ends with an error
        return true;
    });
    for (const auto& instance : m_instances)
        std::erase_if(instance->idle, [&](const std::shared_ptr<Connection>& connection) {
            return now - connection->idleSince > kMaxSpareIdleNs;
        });
}

void Upstreams::checkOne(const InstancePtr& instance) {
    struct Probe {
        explicit Probe(asio::io_context& io) : socket(io), limit(io) {}
        tcp::socket socket;
        asio::steady_timer limit;
        boost::beast::flat_buffer buffer;
        HttpRequest request;
        HttpResponse response;
    };
    const auto probe = std::make_shared<Probe>(m_io);
    probe->request = {http::verb::get, instance->peer.healthPath, 11};
    const auto judge = [this, instance, probe](bool isGood) {
        probe->limit.cancel();
        instance->failedChecks = isGood ? 0 : instance->failedChecks + 1;
        if (isGood) instance->isUp = true;
        if (instance->failedChecks >= kChecksUntilDown) markDown(instance);
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
        http::async_write(probe->socket, probe->request,
                          [probe, judge](boost::system::error_code w, std::size_t) {
                              if (w) return judge(false);
                              http::async_read(
                                  probe->socket, probe->buffer, probe->response,
                                  [probe, judge](boost::system::error_code r, std::size_t) {
                                      judge(!r && probe->response.result_int() == 200);
                                  });
                          });
    });
}

}  // namespace tenfold::nodes
