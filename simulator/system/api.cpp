// SPDX-License-Identifier: GPL-3.0-or-later
// The way of a request through an API instance: cache, connections, statements, CPU.
#include "simulator/system/api.h"

#include <algorithm>
#include <utility>

#include "simulator/system/system.h"

namespace tenfold::system {

using measure::Stage;

namespace {
// As the live API: how long one request has an answer to itself, and how often the others look.
constexpr Nanos kLockNs = 2'000'000'000;
constexpr Nanos kLookAgain = 4'000'000;
// A problem document as it is sent (RFC 9457).
constexpr std::uint64_t kProblemBytes = 190;
}  // namespace

Api::Api(System& system) : m_system(system) {}

void Api::start(std::uint32_t index, Instance& instance, Nanos now) {
    Request& r = m_system.requests()[index];
    r.instance = instance.index;
    r.apiDeadline = now + static_cast<Nanos>(m_hardware.requestTimeoutMs * 1e6);
    if (m_deadlines.empty()) m_system.at(r.apiDeadline, EventKind::apiGivesUp, 0);
    m_deadlines.push_back({index, r.generation, r.apiDeadline});
    ++instance.arrived;
    instance.requests.push_back(index);
    if (auto* slow = m_system.slowLogs()) slow->begin(r, index);
    const Nanos hop = m_system.hopNs(Hop::instance);
    const bool isCacheable = DesignState::isCacheable(r.endpoint);
    if (isCacheable) r.cacheKey = r.design->cacheKeyOf(r.endpoint, r.key);
    if (isCacheable && r.design->hasLocalCache) {
        if (const auto version =
                m_system.mechanisms().localCaches->find(r.instance, r.cacheKey, now)) {
            ++r.counts.localHits;
            r.isFromLocal = true;
            r.shownVersion = *version;
            chooseTrace(r, true);
            return compute(index, now, now + hop);
        }
        ++r.counts.localMisses;
    }
    if (isCacheable && r.design->hasCache && !m_system.isCacheAlive()) {
        // Nobody listens, which is known at once and for a second: the database answers.
        ++r.counts.cacheMisses;
        beginRecompute(r, now);
    } else if (isCacheable && r.design->hasCache) {
        r.since = now + hop;
        askCache(r, index, Phase::looking, now, hop);
        return;
    }
    if (r.design->hasKeys && r.intention != 0) lookAtKey(r, now);
    chooseTrace(r, r.isKept);
    read(index, now, now + hop);
}

/// What the database will say of its key.
void Api::lookAtKey(Request& r, Nanos now) {
    using State = IdempotencyKeys::State;
    auto& keys = *m_system.mechanisms().keys;
    const State state = keys.of(r.intention, now);
    if (state == State::unknown) return;
    r.isKept = true;
    if (state == State::inProgress) {
        r.failure = kInProgress;
        r.failureStatus = 409;
        return;
    }
    ++r.counts.replays;
    if (state != State::leftBehind) return;
    r.isLeftBehind = true;
    keys.take(r.intention, now + r.design->leaseNs);
}

void Api::chooseTrace(Request& r, bool isHit) {
    r.trace = &r.design->traceFor(r.endpoint, r.key, isHit, m_system.traceStream());
    r.bytes = r.trace->bytes;
    r.rows = r.trace->rows;
    r.status = static_cast<std::uint16_t>(r.trace->status);
}

void Api::askCache(Request& r, std::uint32_t index, Phase phase, Nanos now, Nanos after) {
    r.phase = phase;
    m_system.countCacheCommand();
    m_system.atRequest(now + after + m_system.hopNs(Hop::cache, phase != Phase::looking),
                       EventKind::cacheAnswers, index);
}

void Api::looksAgain(std::uint32_t index, Nanos now) {
    askCache(m_system.requests()[index], index, Phase::looking, now, 0);
}

void Api::cacheAnswers(std::uint32_t index, Nanos now) {
    Request& r = m_system.requests()[index];
    if (r.isServed) return;  // its instance has died
    auto& cache = *m_system.mechanisms().cache;
    const std::uint64_t told = r.design->hasEvents ? r.product : 0;
    r.spent(Stage::cache, now - r.since);
    r.since = now;
    if (!m_system.isCacheAlive()) return goesOnWithoutCache(index, now);
    switch (r.phase) {
        case Phase::looking:
            if (cache.has(r.cacheKey, told, now)) {
                if (r.design->isRecomputedEarly &&
                    cache.isDueEarly(r.cacheKey, r.design->earlyBeta, now)) {
                    // It goes to the database like a miss, and is counted as one.
                    ++r.counts.earlyRecomputes;
                    ++r.counts.cacheMisses;
                    break;
                }
                if (!r.isLocked) ++r.counts.cacheHits;
                r.shownVersion = cache.versionOf(r.cacheKey);
                chooseTrace(r, true);
                return compute(index, now, now);
            }
            if (!r.isLocked) ++r.counts.cacheMisses;
            if (r.design->isSingleFlight && now < r.apiDeadline)
                return askCache(r, index, Phase::locking, now, 0);
            break;
        case Phase::locking:
            if (!cache.lock(r.cacheKey, now, now + kLockNs)) {
                r.isLocked = true;
                m_system.atRequest(now + kLookAgain, EventKind::looksAgain, index);
                return;
            }
            r.holdsLock = true;
            r.lockEndsAt = now + kLockNs;
            return askCache(r, index, Phase::lookingTwice, now, 0);
        case Phase::lookingTwice:
            if (!cache.has(r.cacheKey, told, now)) break;
            r.shownVersion = cache.versionOf(r.cacheKey);
            chooseTrace(r, true);
            return askCache(r, index, Phase::unlocking, now, 0);
        case Phase::storing:
            cache.store(r.cacheKey, r.shownVersion, r.computedAt - r.recomputedSince,
                        now + (r.design->isJittered ? cache.jittered(r.design->cacheTtlNs)
                                                    : r.design->cacheTtlNs));
            endRecompute(r);
            if (r.holdsLock && now < r.lockEndsAt)
                return askCache(r, index, Phase::unlocking, now, 0);
            return compute(index, now, now);
        case Phase::unlocking:
            cache.unlock(r.cacheKey);
            r.holdsLock = false;
            return compute(index, now, now);
        default:
            return;
    }
    beginRecompute(r, now);
    chooseTrace(r, false);
    read(index, now, now);
}

/// The cache has died while it was asked.
void Api::goesOnWithoutCache(std::uint32_t index, Nanos now) {
    Request& r = m_system.requests()[index];
    r.holdsLock = false;
    if (r.phase == Phase::storing || r.phase == Phase::unlocking) {
        endRecompute(r);
        return compute(index, now, now);
    }
    if (r.phase == Phase::looking && !r.isLocked) ++r.counts.cacheMisses;
    beginRecompute(r, now);
    chooseTrace(r, false);
    read(index, now, now);
}

void Api::beginRecompute(Request& r, Nanos now) {
    Instance& instance = *m_instances[r.instance];
    const int underWay = ++instance.recomputes[r.cacheKey];
    instance.widestStampede = std::max(instance.widestStampede, underWay);
    r.isRecomputing = true;
    r.recomputedSince = now;
    ++r.counts.recomputes;
    if (underWay > 1) ++r.counts.overlappingRecomputes;
}

void Api::endRecompute(Request& r) {
    if (!std::exchange(r.isRecomputing, false)) return;
    auto& underWay = m_instances[r.instance]->recomputes;
    if (const auto it = underWay.find(r.cacheKey); it != underWay.end() && --it->second == 0)
        underWay.erase(it);
}

/// The next statement, or what comes after the last one.
void Api::read(std::uint32_t index, Nanos now, Nanos startAt) {
    Request& r = m_system.requests()[index];
    Instance& instance = *m_instances[r.instance];
    r.phase = Phase::reading;
    const bool hasCall =
        r.trace->isWrite && r.design->isInline && DesignState::hasSideEffect(r.endpoint);
    if (hasCall && !r.isKept && !r.isCalled && r.step == r.trace->ends.front())
        return call(index, startAt);
    if (r.step >= r.trace->statementCount()) {
        if (r.isLeftBehind && !r.isCalled) return call(index, startAt);
        if (r.failure) return fail(index, now, r.failure, r.failureStatus);
        const bool isForCache = r.design->hasCache && DesignState::isCacheable(r.endpoint);
        if (isForCache && !m_system.isCacheAlive()) endRecompute(r);
        if (!isForCache || !m_system.isCacheAlive()) return compute(index, now, startAt);
        r.since = now;
        r.computedAt = startAt;
        return askCache(r, index, Phase::storing, now, startAt - now);
    }
    if (startAt >= r.apiDeadline) return fail(index, now, "request_timeout");
    r.node = r.trace->isWrite
                 ? 0
                 : m_system.mechanisms().router->choose(r, instance.applied, instance.turn);
    r.since = startAt;
    Pool& pool = r.design->hasPooler ? m_poolers[r.node] : instance.pools[r.node];
    ++pool.arrived;
    // The pooler opens connections when they are wanted, up to its size.
    if (r.design->hasPooler && !pool.hasFree() && pool.open < pool.size) ++pool.open;
    if (pool.acquire(index, r.generation, now)) return send(index, now);
    const std::uint32_t id =
        r.design->hasPooler ? kPoolerPools + r.node : r.instance * kPoolsOfInstance + r.node;
    armPool(id, pool, now);
}

/// After its commit: the request keeps its thread until the provider has answered.
void Api::call(std::uint32_t index, Nanos startAt) {
    Request& r = m_system.requests()[index];
    r.phase = Phase::calling;
    r.since = startAt;
    ++r.counts.callsInRequests;
    m_system.provider().callFor(index, DesignState::isEmail(r.endpoint), startAt,
                                std::min(r.apiDeadline, startAt + r.design->callTimeoutNs));
}

void Api::callEnded(std::uint32_t index, CallEnd end, Nanos now) {
    Request& r = m_system.requests()[index];
    r.spent(Stage::sideEffects, now - r.since);
    r.isCalled = true;
    if (r.design->hasKeys && r.intention != 0)
        m_system.mechanisms().keys->finish(r.intention, end == CallEnd::done);
    if (end == CallEnd::failed) {
        r.failure = "side_effect_failed";
        r.failureStatus = 502;
    } else if (end == CallEnd::timedOut) {
        r.failure = "side_effect_timeout";
        r.failureStatus = 504;
    }
    // With a key it is written down how it went.
    if (r.step < r.trace->statementCount()) return read(index, now, now);
    if (r.failure) return fail(index, now, r.failure, r.failureStatus);
    compute(index, now, now);
}

void Api::lent(std::uint32_t index, Nanos now) {
    Request& r = m_system.requests()[index];
    r.spent(Stage::connection, std::max<Nanos>(0, now - r.since));
    r.since = std::max(now, r.since);
    send(index, now);
}

void Api::send(std::uint32_t index, Nanos now) {
    Request& r = m_system.requests()[index];
    auto& works = m_system.databases().works();
    r.work = works.take();
    Work& w = works[r.work];
    w.request = index;
    w.requestGeneration = r.generation;
    w.node = r.node;
    w.trace = r.trace;
    w.isWrite = r.trace->isWrite && !(r.isKept && r.step > 0);
    w.isRefused = w.isWrite && r.isKept;
    w.first = r.step;
    w.count = r.trace->isWrite ? r.trace->roundTrip(r.step) : 1;
    w.sentAt = std::max(now, r.since);
    const Nanos hop = r.design->hasPooler ? m_system.hopNs(Hop::pooler, r.step > 0) : 0;
    m_system.at(w.sentAt + hop + m_system.halfLinkNs(), EventKind::workArrives, r.work);
}

/// For who watches: what a round trip asked, and what that took.
measure::Question Api::questionOf(const Work& w) const {
    measure::Question q;
    q.node = m_system.databases().nameOf(w.node);
    q.statements = w.count;
    for (std::uint64_t i = 0; i < w.done; ++i) {
        const auto& s = m_system.statement(statementAt(*w.trace, w.first + i));
        if (i < measure::RequestLog::kMostShapes) q.shapes.push_back(s.shape);
        q.rows += s.rows;
        q.vmSteps += s.vmSteps;
        q.fullScanSteps += s.fullScanSteps;
    }
    return q;
}

void Api::statementAnswers(std::uint32_t workIndex, Nanos now) {
    auto& works = m_system.databases().works();
    const Work w = works[workIndex];
    works.giveBack(workIndex);
    if (w.isAbandoned) return;
    Request& r = m_system.requests()[w.request];
    if (r.generation != w.requestGeneration || r.isServed) return;
    r.work = kNone;
    r.counts.statements += w.count;
    for (std::uint64_t i = 0; i < w.done; ++i) {
        const auto& s = m_system.statement(statementAt(*w.trace, w.first + i));
        r.counts.vmSteps += s.vmSteps;
        r.counts.fullScanSteps += s.fullScanSteps;
        r.counts.rows += s.rows;
        r.counts.databaseBytes += s.bytes;
    }
    if (r.log) r.log->begin(questionOf(w));
    r.spent(Stage::lock, w.lockNs);
    r.spent(Stage::database, w.databaseNs);
    r.spent(Stage::link, now - w.sentAt - w.lockNs - w.databaseNs);
    if (r.log) r.log->end();
    returnConnection(r, now);
    if (w.hasFailed) return fail(w.request, now, "database_down");
    Instance& instance = *m_instances[r.instance];
    if (w.node > 0 && w.node <= instance.applied.size()) {
        auto& known = instance.applied[w.node - 1];
        known = std::max(known, w.lsn);
        if (r.writtenLsn > 0 && w.lsn < r.writtenLsn) ++r.counts.staleOwnReads;
    }
    if (w.isWrite || r.isKept) {
        r.replyLsn = w.lsn;
    } else if (r.product != 0) {
        r.shownVersion = m_system.versions().at(r.product, w.lsn);
    }
    r.step += w.count;
    // Another attempt was quicker while this one was on its way.
    if (r.isKept && w.isWrite && !w.isRefused) r.step = r.trace->statementCount();
    read(w.request, now, now);
}

void Api::returnConnection(Request& r, Nanos now) {
    if (r.design->hasPooler) {
        if (r.node >= m_poolers.size()) return;
        Pool& pool = m_poolers[r.node];
        --pool.lent;
        ++pool.completed;
        serve(pool, now, true);
        return;
    }
    auto& pools = m_instances[r.instance]->pools;
    if (r.node >= pools.size()) return;
    Pool& pool = pools[r.node];
    --pool.lent;
    ++pool.completed;
    serve(pool, now, false);
}

void Api::serve(Pool& pool, Nanos now, bool isPooler) {
    if (pool.open > pool.size) pool.open = std::max(pool.size, pool.lent);  // the surplus ends
    if (isPooler)
        while (pool.open < pool.size && pool.open < pool.lent + static_cast<int>(pool.line.size()))
            ++pool.open;
    while (const auto next = pool.serveNext()) {
        if (m_system.requests()[next->who].generation != next->generation ||
            m_system.requests()[next->who].isServed) {
            --pool.lent;
            continue;
        }
        lent(next->who, now);
    }
}

void Api::armPool(std::uint32_t id, Pool& pool, Nanos now) {
    if (pool.isArmed || pool.line.empty()) return;
    pool.isArmed = true;
    m_system.at(std::max(now, pool.line.front().since + pool.waitLimit), EventKind::poolWaitEnds,
                id);
}

Pool& Api::poolOf(std::uint32_t id) {
    if (id >= kPoolerPools) return m_poolers[id - kPoolerPools];
    return m_instances[id / kPoolsOfInstance]->pools[id % kPoolsOfInstance];
}

void Api::poolWaitEnds(std::uint32_t id, Nanos now) {
    const bool isGone = id >= kPoolerPools ? id - kPoolerPools >= m_poolers.size()
                                           : id % kPoolsOfInstance >=
                                                 m_instances[id / kPoolsOfInstance]->pools.size();
    if (isGone) return;
    poolOf(id).isArmed = false;
    while (!poolOf(id).line.empty() &&
           poolOf(id).line.front().since + poolOf(id).waitLimit <= now) {
        Pool& pool = poolOf(id);
        const auto waiter = pool.line.front();
        pool.line.pop_front();
        Request& r = m_system.requests()[waiter.who];
        if (r.generation != waiter.generation || r.isServed) continue;
        ++pool.timedOut;
        r.spent(Stage::connection, std::max<Nanos>(0, now - r.since));
        fail(waiter.who, now, "connection_wait");
    }
    armPool(id, poolOf(id), now);
}

/// The API's own limit: whoever still waits for a statement is told so; the work goes on.
void Api::givesUp(Nanos now) {
    while (!m_deadlines.empty()) {
        const Deadline d = m_deadlines.front();
        Request& r = m_system.requests()[d.request];
        const bool isOver = r.generation != d.generation || r.isServed;
        if (!isOver && d.at > now) break;
        m_deadlines.pop_front();
        if (isOver || r.work == kNone) continue;  // the next look at the clock is in read()
        const Work w = m_system.databases().works()[r.work];
        r.counts.statements += w.count;
        r.spent(Stage::database, now - w.sentAt);
        m_system.databases().abandon(r.work, now);
        r.work = kNone;
        returnConnection(r, now);  // broken, and opened anew
        fail(d.request, now, "request_timeout");
    }
    if (!m_deadlines.empty()) m_system.at(m_deadlines.front().at, EventKind::apiGivesUp, 0);
}

void Api::fail(std::uint32_t index, Nanos now, const char* reason, std::uint16_t status) {
    Request& r = m_system.requests()[index];
    ++m_instances[r.instance]->rejected[reason];
    endRecompute(r);
    r.status = status;
    r.bytes = kProblemBytes;
    r.rows = 0;
    r.replyLsn = 0;
    if (r.holdsLock && now < r.lockEndsAt && m_system.isCacheAlive()) {
        r.since = now;
        return askCache(r, index, Phase::unlocking, now, 0);
    }
    compute(index, now, now);
}

void Api::compute(std::uint32_t index, Nanos now, Nanos startAt) {
    Request& r = m_system.requests()[index];
    r.phase = Phase::computing;
    r.since = startAt;
    if (r.design->hasLocalCache && DesignState::isCacheable(r.endpoint) && r.status == 200 &&
        !r.isFromLocal)
        m_system.mechanisms().localCaches->store(r.instance, r.cacheKey, r.shownVersion,
                                                 startAt + r.design->localTtlNs);
    if (r.isConditional && r.status == 200 && r.shownVersion == r.oldVersion) {
        r.status = 304;  // the edge has it, and need not be sent it
        r.bytes = 0;
    }
    const double costMs = m_hardware.apiCpuMs +
                          m_hardware.apiPerRowUs * static_cast<double>(r.rows) / 1e3 +
                          m_hardware.apiPerByteNs * static_cast<double>(r.bytes) / 1e6;
    m_instances[r.instance]->cores->submit(now, startAt, static_cast<Nanos>(costMs * 1e6), index);
}

void Api::coresDue(std::uint32_t index, Nanos now) {
    Cores& cores = *m_instances[index]->cores;
    cores.advance(now);
    m_finished = cores.finished();
    cores.arm(now);
    for (std::size_t i = 0; i < m_finished.size(); ++i) served(m_finished[i], now);
}

void Api::served(std::uint32_t index, Nanos now) {
    Request& r = m_system.requests()[index];
    r.spent(Stage::serialisation, now - r.since);
    r.counts.requests = 1;
    r.counts.bytes = r.bytes;
    Instance& instance = *m_instances[r.instance];
    ++instance.completed;
    std::erase(instance.requests, index);
    m_system.book().served(r);
    if (auto* slow = m_system.slowLogs()) slow->ended(r, instance.name, now);
    m_system.gateway().answered(index, now);
}

/// Its instance has died: the connection breaks, and what it asked of others goes on for nobody.
void Api::lose(std::uint32_t index, Nanos now) {
    Request& r = m_system.requests()[index];
    if (r.work != kNone) {
        m_system.databases().abandon(r.work, now);
        r.work = kNone;
        returnConnection(r, now);
    }
    m_system.gateway().broken(index, now);
}

}  // namespace tenfold::system
