// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/loadgen/generator.h"

#include <algorithm>
#include <charconv>
#include <chrono>

#include "simulator/load/endpoints.h"
#include "simulator/load/idempotency_key.h"

namespace tenfold::loadgen {

namespace asio = boost::asio;
using measure::monotonicNow;
using measure::Nanos;
using measure::Outcome;

namespace {
// A burst of connects runs into the server's backlog; the rest waits a moment.
constexpr int kMaxConnecting = 200;
constexpr double kLineSeconds = 10;
constexpr std::size_t kMaxLine = 50'000;
constexpr std::uint64_t kAbusingUser = 1;

/// RFC 9110, 9.2.2: these may be sent again by whoever did not see the answer.
bool isIdempotent(std::size_t endpoint) {
    const auto method = load::endpoints()[endpoint].method;
    return method == "GET" || method == "PUT";
}

/// Of an entity tag "7-3": 3; 0 when it is not of that kind.
std::uint64_t versionIn(std::string_view entityTag) {
    const auto dash = entityTag.rfind('-');
    if (dash == std::string_view::npos) return 0;
    std::uint64_t version = 0;
    std::from_chars(entityTag.data() + dash + 1, entityTag.data() + entityTag.size(), version);
    return version;
}
}  // namespace

Generator::Generator(asio::io_context& io, Settings settings, ResultBook& book)
    : m_io(io),
      m_settings(std::move(settings)),
      m_book(book),
      m_addresses(m_settings.addresses, m_settings.sharedAddressPart),
      m_writer(m_settings.host),
      m_mix(m_settings.seed, m_settings.mix, m_settings.zipfExponent),
      m_users(random::Stream(m_settings.seed, "arrivals.users")),
      m_abuser(random::Stream(m_settings.seed, "arrivals.abuser")),
      m_abuserStream(m_settings.seed, "abuser.requests"),
      m_timer(io),
      m_backoff(m_settings.seed, "client.retries") {
    if (m_settings.tokens) m_tokens.emplace(m_io, *m_settings.tokens);
    const bool isFixed = !m_settings.fixedRequest.empty();
    for (int i = 0; i < m_addresses.count(); ++i)
        m_pools.push_back(
            {isFixed ? asio::ip::address() : asio::ip::address(m_addresses.addressAt(i)), {}});
    m_pools.push_back({AddressBook::abuserAddress(), {}});
}

Generator::~Generator() {
    // A request in flight and its connection hold each other.
    for (const auto& request : m_byDeadline) request->connection = nullptr;
}

std::size_t Generator::lineBound() const {
    const double tenSeconds = kLineSeconds * (m_users.rateHz() + m_abuser.rateHz());
    return std::min(kMaxLine, static_cast<std::size_t>(std::max(100.0, tenSeconds)));
}

void Generator::setRate(double usersHz, double abuserHz) {
    const Nanos now = monotonicNow();
    // A rate that stays keeps its arrivals: two runs that differ elsewhere see the same ones.
    if (usersHz != m_users.rateHz()) m_users.setRate(usersHz, now);
    if (abuserHz != m_abuser.rateHz()) m_abuser.setRate(abuserHz, now);
    arm();
}

void Generator::arm() {
    Nanos next = std::min(m_users.nextAt(), m_abuser.nextAt());
    while (!m_byDeadline.empty() && m_byDeadline.front()->isEnded) m_byDeadline.pop_front();
    if (!m_byDeadline.empty()) next = std::min(next, m_byDeadline.front()->deadline);
    if (!m_later.empty()) next = std::min(next, m_later.begin()->first);
    if (next == m_armedFor) return;
    m_armedFor = next;
    if (next == load::PoissonArrivals::kNever) {
        m_timer.cancel();
        return;
    }
    m_timer.expires_at(asio::steady_timer::time_point(std::chrono::nanoseconds(next)));
    m_timer.async_wait([this](boost::system::error_code e) {
        if (e) return;
        m_armedFor = 0;
        fireDue();
    });
}

void Generator::fireDue() {
    const Nanos now = monotonicNow();
    expire(now);
    while (!m_later.empty() && m_later.begin()->first <= now) {
        const auto request = m_later.begin()->second;
        m_later.erase(m_later.begin());
        request->deadline = now + static_cast<Nanos>(m_settings.clientTimeoutMs * 1e6);
        if (m_isDraining) request->deadline = std::min(request->deadline, m_drainEnds);
        m_byDeadline.push_back(request);
        m_book.retried(request->endpoint, request->who, now);
        attempt(request);
    }
    // Everything that is due, in order, however late we are: a stall of ours or of the server must
    // not thin out the load.
    while (true) {
        const bool isUser = m_users.nextAt() <= m_abuser.nextAt();
        auto& stream = isUser ? m_users : m_abuser;
        if (stream.nextAt() > now) break;
        const Nanos dueAt = stream.nextAt();
        stream.advance();
        fire(dueAt, isUser ? Audience::users : Audience::abuser);
    }
    arm();
}

void Generator::fire(Nanos dueAt, Audience who) {
    const auto request = std::make_shared<Request>();
    load::RequestPlan plan;
    if (who == Audience::users) {
        plan = m_mix.next();
        request->pool = m_addresses.indexOf(plan.user);
    } else {
        // It wants the lists, again and again.
        const char* wanted = m_abuserStream.uniform() < 0.7 ? "products.list" : "orders.list";
        plan.endpoint = *load::endpointIndex(wanted);
        plan.user = kAbusingUser;
        request->pool = m_addresses.count();
    }
    request->plan = plan;
    request->endpoint = plan.endpoint;
    request->who = who;
    if (load::endpoints()[plan.endpoint].method == "POST")
        request->key = load::idempotencyKey(m_settings.seed, m_meant++);
    request->user = plan.user;
    if (const auto& id = load::endpoints()[plan.endpoint].id;
        id == "products.get" || id == "products.update") {
        request->product = plan.product;
        request->knownVersion = m_known.newest(plan.product);
    }
    request->dueAt = dueAt;
    request->deadline = dueAt + static_cast<Nanos>(m_settings.clientTimeoutMs * 1e6);
    const bool isFixed = !m_settings.fixedRequest.empty();
    if (isFixed) request->pool = 0;
    const Nanos now = monotonicNow();
    m_book.offered(plan.endpoint, who, dueAt);
    m_book.lag(now - dueAt, now);
    ++m_inFlight;
    m_byDeadline.push_back(request);
    attempt(request);
}

void Generator::attempt(const RequestPtr& request) {
    const bool isFixed = !m_settings.fixedRequest.empty();
    if (isFixed || !m_tokens) {
        request->text =
            isFixed ? m_settings.fixedRequest : m_writer.write(request->plan, "", request->key);
        return enter(request);
    }
    m_tokens->withToken(request->user, [this, request](const std::string& token) {
        if (request->isEnded) return;  // its client's patience ran out before
        request->text = m_writer.write(request->plan, token, request->key);
        enter(request);
    });
}

void Generator::enter(const RequestPtr& request) {
    if (m_line.empty() && trySend(request)) return;
    if (m_line.size() >= lineBound()) {
        end(request, Outcome::notSent, -1, 0);
        return;
    }
    m_line.push_back(request);
}

bool Generator::trySend(const RequestPtr& request) {
    auto& idle = m_pools[static_cast<std::size_t>(request->pool)].idle;
    while (!idle.empty()) {
        auto connection = std::move(idle.back());
        idle.pop_back();
        if (connection->isReusable()) {
            send(request, connection);
            return true;
        }
        --m_connections;
    }
    if (m_connecting >= kMaxConnecting) return false;
    if (m_connections >= m_settings.maxConnections) {
        // Room is made where nobody is using it.
        const auto rich = std::find_if(m_pools.begin(), m_pools.end(),
                                       [](const Pool& p) { return !p.idle.empty(); });
        if (rich == m_pools.end()) return false;
        rich->idle.pop_back();
        --m_connections;
    }
    open(request);
    return true;
}

void Generator::open(const RequestPtr& request) {
    ++m_connections;
    ++m_connecting;
    const auto connection = std::make_shared<Connection>(m_io, m_route);
    request->connection = connection;
    ++m_openOn[m_route];
    const auto& from = m_pools[static_cast<std::size_t>(request->pool)].address;
    const auto& targets = m_settings.targets;
    const auto& to = targets[static_cast<std::size_t>(request->pool) % targets.size()];
    connection->connect(from, to, [this, request, connection](bool isOpen) {
        --m_connecting;
        left(connection->route());
        if (request->isEnded) {
            --m_connections;
            serveLine();
            return;
        }
        if (isOpen) {
            send(request, connection);
        } else {
            --m_connections;
            end(request, Outcome::refused, -1, 0);
        }
        serveLine();
    });
}

void Generator::send(const RequestPtr& request, const std::shared_ptr<Connection>& connection) {
    request->connection = connection;
    ++m_openOn[connection->route()];
    if (!request->isSentAgain && request->attempts == 1)
        m_book.sent(request->endpoint, request->who, monotonicNow());
    connection->exchange(request->text, [this, request](const auto& used, Connection::End end) {
        exchangeEnded(request, used, end);
    });
    request->sentAt = connection->sentAt();
}

void Generator::exchangeEnded(const RequestPtr& request,
                              const std::shared_ptr<Connection>& connection, Connection::End how) {
    const auto& response = connection->response();
    left(connection->route());
    if (connection->isReusable() && connection->route() == m_route) {
        m_pools[static_cast<std::size_t>(request->pool)].idle.push_back(connection);
    } else {
        --m_connections;
    }
    if (!request->isEnded) {
        const double serviceMs = static_cast<double>(monotonicNow() - request->sentAt) / 1e6;
        if (how == Connection::End::answered) {
            if (!response.lsnCookie().empty())
                m_writer.rememberLsn(request->user, response.lsnCookie());
            request->status = response.status();
            end(request, outcomeOf(response.status()), serviceMs, response.bytes(),
                staleMs(*request, response));
        } else if (how == Connection::End::closedBeforeAnswer && !request->isSentAgain &&
                   isIdempotent(request->endpoint)) {
            // The server closed a connection it had kept just as we used it: a race of the
            // protocol, counted, tried once more, still measured from the same due time.
            ++m_reuseRaces;
            request->isSentAgain = true;
            request->connection = nullptr;
            if (!trySend(request)) m_line.push_front(request);
        } else {
            end(request, Outcome::refused, -1, response.bytes());
        }
    }
    serveLine();
}

void Generator::setTargets(std::vector<asio::ip::tcp::endpoint> targets) {
    if (targets == m_settings.targets) return;
    m_settings.targets = std::move(targets);
    ++m_route;
    for (auto& pool : m_pools) {
        m_connections -= static_cast<int>(pool.idle.size());
        pool.idle.clear();
    }
}

void Generator::whenMoved(std::function<void()> moved) {
    m_moved.push_back(std::move(moved));
    tellMoved();
}

void Generator::left(int route) {
    if (--m_openOn[route] == 0) m_openOn.erase(route);
    if (route != m_route) tellMoved();
}

void Generator::tellMoved() {
    const bool isMoved = m_openOn.empty() || m_openOn.begin()->first == m_route;
    if (!isMoved) return;
    for (const auto& moved : std::exchange(m_moved, {})) moved();
}

std::optional<double> Generator::staleMs(const Request& request, const ResponseParser& response) {
    if (request.product == 0 || outcomeOf(response.status()) != Outcome::ok) return {};
    const std::uint64_t shown = versionIn(response.entityTag());
    m_known.saw(request.product, shown, monotonicNow());
    if (shown == 0 || shown >= request.knownVersion) return {};
    return static_cast<double>(m_known.ageOf(request.product, shown, request.dueAt)) / 1e6;
}

void Generator::end(const RequestPtr& request, Outcome outcome, double serviceMs,
                    std::uint64_t bytes, std::optional<double> staleMs) {
    if (request->isEnded) return;
    request->isEnded = true;
    request->connection = nullptr;
    if (triesAgain(*request, outcome)) return;
    --m_inFlight;
    const Nanos now = monotonicNow();
    const bool isCensored = outcome == Outcome::timeout || outcome == Outcome::notSent;
    double responseMs = static_cast<double>(now - request->dueAt) / 1e6;
    if (isCensored)
        responseMs = request->attempts > 1 ? std::max(responseMs, m_settings.clientTimeoutMs)
                                           : m_settings.clientTimeoutMs;
    m_book.ended({request->endpoint, request->who, outcome, responseMs, serviceMs, bytes, staleMs},
                 now);
    if (m_isDraining && m_inFlight == 0 && m_drained) std::exchange(m_drained, nullptr)();
}

bool Generator::triesAgain(const Request& request, Outcome outcome) {
    if (!m_settings.retries.allows(request.attempts, outcome, request.status)) return false;
    const Nanos at = monotonicNow() + m_settings.retries.waitNs(request.attempts, m_backoff);
    if (m_isDraining && at >= m_drainEnds) return false;
    // The attempt that ended may still have a connection that speaks of it.
    const auto again = std::make_shared<Request>(request);
    again->isEnded = false;
    again->isSentAgain = false;
    again->status = 0;
    ++again->attempts;
    if (again->product != 0) again->knownVersion = m_known.newest(again->product);
    m_later.emplace(at, again);
    arm();
    return true;
}

void Generator::serveLine() {
    while (!m_line.empty()) {
        if (m_line.front()->isEnded) {
            m_line.pop_front();
            continue;
        }
        // Out of the line first: sending may come back here.
        const auto request = m_line.front();
        m_line.pop_front();
        if (!trySend(request)) {
            m_line.push_front(request);
            return;
        }
    }
}

void Generator::expire(Nanos now) {
    while (!m_byDeadline.empty()) {
        const auto request = m_byDeadline.front();
        if (!request->isEnded && request->deadline > now) return;
        m_byDeadline.pop_front();
        if (request->isEnded) continue;
        const auto connection = request->connection;
        end(request, Outcome::timeout, -1, 0);
        if (connection) connection->abandon();
    }
}

void Generator::drain(std::function<void()> done) {
    m_users.setRate(0, 0);
    m_abuser.setRate(0, 0);
    m_isDraining = true;
    m_drainEnds = monotonicNow() + static_cast<Nanos>(m_settings.clientTimeoutMs * 1e6);
    m_drained = std::move(done);
    arm();
    if (m_inFlight == 0 && m_drained) std::exchange(m_drained, nullptr)();
}

}  // namespace tenfold::loadgen
