// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "reference-server/api/cache_client.h"
#include "reference-server/api/database_access.h"
#include "reference-server/api/trace.h"
#include "simulator/scenario/design.h"

namespace tenfold::mechanisms {
class LocalCache;
class RecomputeBook;
class SinkClient;
}  // namespace tenfold::mechanisms

namespace tenfold::api {

/// What came in, free of HTTP library types.
struct Request {
    std::string method;
    std::string path;
    std::string lastSegment;  // of the path, decoded: the id of /v1/orders/{id}
    std::multimap<std::string, std::string> query;
    std::string body;
    std::optional<std::uint64_t> user;          // from the gateway, verified there
    std::optional<std::uint64_t> writtenLsn;    // from the client's signed cookie
    std::optional<std::string> idempotencyKey;  // the header as it came
};

struct Reply {
    int status = 200;
    std::string body;
    std::string contentType = "application/json";
    std::optional<std::uint64_t> writtenLsn;  // to be signed and sent as a cookie
    std::map<std::string, std::string> headers;
    std::uint64_t rows = 0;  // materialised: part of the emulated CPU
};

/// Ids that no other instance makes: milliseconds, instance, counter.
class IdMaker {
public:
    /// `nowMs`: of a clock that never goes back; without one, the time since this machine started.
    explicit IdMaker(std::uint32_t instance, std::function<std::int64_t()> nowMs = {})
        : m_instance(instance), m_nowMs(std::move(nowMs)) {}
    std::int64_t next();

private:
    std::uint32_t m_instance;
    std::function<std::int64_t()> m_nowMs;
    std::atomic<std::uint32_t> m_counter{0};
};

/// Everything an endpoint works with while it answers one request.
struct Context {
    const scenario::Design& design;
    DatabaseAccess& databases;
    mechanisms::LocalCache* localCache;  // nullptr without one
    CacheClient* cache;                  // nullptr without one
    mechanisms::RecomputeBook& recomputes;
    mechanisms::SinkClient* sink;  // who sends e-mails; nullptr: nobody, and none is sent
    IdMaker& ids;
    Trace& trace;
    measure::Nanos deadlineNs;
    std::int64_t nowMs;         // wall clock, for created_at
    const std::string& secret;  // of the run: signs cursors
    /// Told of each POST with a key as soon as it is committed. Nobody need listen.
    std::function<void(const std::string& key)> onCarriedOut{};
};

}  // namespace tenfold::api
