// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "simulator/scenario/design.h"
#include "simulator/system/event.h"

namespace tenfold::system {

struct Request;

/// The places where a mechanism decides. Each is implemented beside its mechanism
/// (simulator/mechanisms/<id>); the nodes know only these.

/// Whether the gateway lets a request in: asked before anybody knows whose it is, and after.
class Admission {
public:
    virtual ~Admission() = default;
    virtual void configure(const scenario::Design& design) = 0;
    /// nullptr when it is let in, else the reason ("rate_limited_ip").
    virtual const char* refuseAddress(const Request& request, Nanos now) = 0;
    virtual const char* refuseUser(const Request& request, Nanos now) = 0;
    /// One that refuseUser() has let in is no longer in progress.
    virtual void left(const Request& request) = 0;
};

/// The access tokens that the users hold.
class Tokens {
public:
    virtual ~Tokens() = default;
    virtual void configure(const scenario::Design& design) = 0;
    /// When a user's token ends.
    virtual Nanos endsAt(std::uint32_t user) = 0;
    /// The user has got the next one.
    virtual void issued(std::uint32_t user, Nanos now) = 0;
};

/// The answers that each instance keeps by itself.
class LocalCaches {
public:
    virtual ~LocalCaches() = default;
    virtual void configure(const scenario::Design& design) = 0;
    /// The version of the answer it would give; nothing: it has none.
    virtual std::optional<std::uint64_t> find(std::uint32_t instance, std::uint64_t key,
                                              Nanos now) = 0;
    virtual void store(std::uint32_t instance, std::uint64_t key, std::uint64_t version,
                       Nanos until) = 0;
    /// The instance has died.
    virtual void forget(std::uint32_t instance) = 0;
};

/// The keys of the shared cache, and who may recompute which.
class AnswerCache {
public:
    virtual ~AnswerCache() = default;
    /// `product`: whose changes are told, and whose version it must show then; 0: none.
    virtual bool has(std::uint64_t key, std::uint64_t product, Nanos now) = 0;
    /// Of an answer that is there: the version it shows.
    virtual std::uint64_t versionOf(std::uint64_t key) const = 0;
    /// Whether one that is there shall be computed again before its time is up (a draw).
    virtual bool isDueEarly(std::uint64_t key, double beta, Nanos now) = 0;
    /// A time to live, a little longer or shorter (a draw).
    virtual Nanos jittered(Nanos ttl) = 0;
    /// The right to compute this answer, until an instant; false when somebody else has it.
    virtual bool lock(std::uint64_t key, Nanos now, Nanos until) = 0;
    virtual void unlock(std::uint64_t key) = 0;
    /// `took`: computing it.
    virtual void store(std::uint64_t key, std::uint64_t version, Nanos took, Nanos until) = 0;
    /// The news that a product has this version: what is older is as good as gone.
    virtual void changed(std::uint64_t product, std::uint64_t version, Nanos until) = 0;
    virtual void clear() = 0;
    /// Answers that are still good; forgets the others.
    virtual std::size_t keys(Nanos now) = 0;
};

/// What the edges of a CDN keep, and who of those who ask there asks the origin.
class Edges {
public:
    struct Answer {
        std::uint64_t version = 0;  // of the product it shows
        std::uint64_t bytes = 0;
    };
    enum class Way { hit, ask, wait };
    struct Found {
        Way way = Way::ask;
        std::optional<Answer> answer;  // with `ask`: what the origin may say is still good
        bool isStale = false;
        /// Of whoever asks the origin, or of who is waited for; with a hit: it is asked anew
        /// behind the answer. 0: nobody asks.
        std::uint64_t flight = 0;
    };
    virtual ~Edges() = default;
    virtual void configure(const scenario::Design& design) = 0;
    virtual Found look(std::uint32_t edge, std::uint64_t key, Nanos now) = 0;
    virtual void join(std::uint32_t edge, std::uint64_t flight, std::uint32_t request,
                      std::uint32_t generation) = 0;
    struct Waiter {
        std::uint32_t request;
        std::uint32_t generation;
    };
    /// The origin has answered; nothing: with a failure. Those who waited for it.
    virtual std::vector<Waiter> landed(std::uint32_t edge, std::uint64_t key, std::uint64_t flight,
                                       std::optional<Answer> answer, bool isImmutable,
                                       Nanos now) = 0;
    virtual void invalidate(std::uint32_t edge, std::uint64_t key) = 0;
    /// There already when the run begins, good for that long.
    virtual void put(std::uint32_t edge, std::uint64_t key, Answer answer, Nanos freshUntil) = 0;
    struct Held {
        std::size_t entries = 0;
        std::size_t bytes = 0;
        std::uint64_t evictions = 0;  // so far
    };
    virtual Held held(std::uint32_t edge) const = 0;
};

/// The keys under which writes were carried out.
class IdempotencyKeys {
public:
    enum class State {
        unknown,     // not carried out, or forgotten
        inProgress,  // it stands, and somebody carries out its side effect
        leftBehind,  // it stands, and its side effect is still to be carried out
        done,
    };
    virtual ~IdempotencyKeys() = default;
    virtual void configure(const scenario::Design& design) = 0;
    virtual State of(std::uint64_t intention, Nanos now) = 0;
    /// Committed with its write; `lockedUntil` 0: nothing is left to do.
    virtual void store(std::uint64_t intention, Nanos now, Nanos lockedUntil) = 0;
    /// Somebody goes on with what was left behind.
    virtual void take(std::uint64_t intention, Nanos lockedUntil) = 0;
    virtual void finish(std::uint64_t intention, bool isDone) = 0;
    virtual std::size_t keys() const = 0;
};

/// Which database answers a read.
class ReadRouter {
public:
    virtual ~ReadRouter() = default;
    /// 0 is the primary, 1… the replicas. `applied`: per replica, the furthest position the asking
    /// instance knows of. `turn`: of that instance, for going round.
    virtual std::uint32_t choose(const Request& request, const std::vector<std::uint64_t>& applied,
                                 std::uint32_t& turn) const = 0;
};

/// What a write has somebody do after its commit.
struct NewJob {
    enum class Kind : std::uint8_t { email, webhook, news };
    Kind kind = Kind::email;
    std::uint64_t product = 0;  // of the news: it has this version now
    std::uint64_t version = 0;
};

/// The jobs that writes leave behind: whose time has come, and what becomes of those that fail.
class JobQueue {
public:
    struct Seen {
        int due = 0;
        int read = 0;  // rows that had to be read to find them
    };
    struct Failure {
        bool isLast = false;  // it is given up
        Nanos runAt = 0;
    };
    virtual ~JobQueue() = default;
    virtual void configure(const scenario::Design& design) = 0;
    /// Committed with its write.
    virtual void add(const NewJob& job, Nanos now) = 0;
    /// How many could be taken, at most `limit`.
    virtual Seen look(int limit, Nanos now) const = 0;
    /// Puts them under a lease, oldest first; their numbers.
    virtual std::vector<std::uint64_t> take(int limit, Nanos now) = 0;
    virtual NewJob what(std::uint64_t job) const = 0;
    /// Notes that the provider has done it; whether it had before.
    virtual bool wasCarriedOut(std::uint64_t job) = 0;
    /// What is to become of a job whose delivery has failed.
    virtual Failure failed(std::uint64_t job, Nanos now) = 0;
    virtual void later(std::uint64_t job, Nanos runAt) = 0;
    virtual void done(std::uint64_t job) = 0;
    virtual void bury(std::uint64_t job) = 0;
    virtual std::size_t jobs() const = 0;
    /// When the oldest was added; 0 without one.
    virtual Nanos oldestAt() const = 0;
    virtual std::uint64_t dead() const = 0;
};

/// The stateful parts of one simulation's mechanisms.
struct Mechanisms {
    std::unique_ptr<Admission> admission;
    std::unique_ptr<Tokens> tokens;
    std::unique_ptr<LocalCaches> localCaches;
    std::unique_ptr<AnswerCache> cache;
    std::unique_ptr<Edges> edges;
    std::unique_ptr<ReadRouter> router;
    std::unique_ptr<JobQueue> jobs;
    std::unique_ptr<IdempotencyKeys> keys;
};

}  // namespace tenfold::system
