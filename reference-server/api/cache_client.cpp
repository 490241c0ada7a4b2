// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/api/cache_client.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>

#include "simulator/measure/clock.h"

namespace tenfold::api {

namespace {
constexpr std::int64_t kSilenceNs = 1'000'000'000;
constexpr timeval kLimit{0, 500'000};

void freeReply(redisReply* reply) {
    freeReplyObject(reply);
}
}  // namespace

CacheClient::Context CacheClient::takeIdle() {
    std::lock_guard lock(m_mutex);
    if (m_idle.empty()) return Context(nullptr, &redisFree);
    Context context = std::move(m_idle.back());
    m_idle.pop_back();
    return context;
}

CacheClient::Context CacheClient::connect() {
    Context context(::redisConnectWithTimeout("127.0.0.1", m_port, kLimit), &redisFree);
    if (context && !context->err) {
        ::redisSetTimeout(context.get(), kLimit);
        const int yes = 1;
        ::setsockopt(context->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    }
    return context;
}

void CacheClient::giveBack(Context context) {
    std::lock_guard lock(m_mutex);
    m_idle.push_back(std::move(context));
}

CacheClient::Reply CacheClient::command(const std::vector<std::string>& words) {
    std::vector<const char*> argv;
    std::vector<std::size_t> lengths;
    for (const auto& w : words) {
        argv.push_back(w.data());
        lengths.push_back(w.size());
    }
    if (measure::monotonicNow() < m_silentUntilNs) return Reply(nullptr, &freeReply);
    // A kept connection that the cache has closed says nothing about the cache: the next kept one,
    // and in the end a new one, is asked. No answer in time does say something.
    for (bool isFresh = false; !isFresh;) {
        Context context = takeIdle();
        isFresh = !context;
        if (isFresh) context = connect();
        if (!context || context->err) break;
        Reply reply(static_cast<redisReply*>(::redisCommandArgv(
                        context.get(), static_cast<int>(argv.size()), argv.data(), lengths.data())),
                    &freeReply);
        if (reply) {
            giveBack(std::move(context));
            return reply;
        }
        const bool isClosed =
            context->err == REDIS_ERR_EOF || (context->err == REDIS_ERR_IO && errno != EAGAIN);
        if (!isClosed) break;
    }
    m_silentUntilNs = measure::monotonicNow() + kSilenceNs;
    return Reply(nullptr, &freeReply);
}

std::optional<std::string> CacheClient::get(const std::string& key) {
    const auto reply = command({"GET", key});
    if (!reply || reply->type != REDIS_REPLY_STRING) return std::nullopt;
    return std::string(reply->str, reply->len);
}

std::pair<std::optional<std::string>, std::optional<std::string>> CacheClient::get(
    const std::string& key, const std::string& other) {
    const auto reply = command({"MGET", key, other});
    if (!reply || reply->type != REDIS_REPLY_ARRAY || reply->elements != 2) return {};
    const auto text = [](const redisReply& r) {
        return r.type == REDIS_REPLY_STRING ? std::optional(std::string(r.str, r.len))
                                            : std::nullopt;
    };
    return {text(*reply->element[0]), text(*reply->element[1])};
}

bool CacheClient::set(const std::string& key, const std::string& value, int ttlMs) {
    const auto reply = command({"SET", key, value, "PX", std::to_string(ttlMs)});
    return reply && reply->type == REDIS_REPLY_STATUS;
}

CacheClient::Lock CacheClient::lock(const std::string& key, int ttlMs) {
    const auto reply = command({"SET", key, "1", "PX", std::to_string(ttlMs), "NX"});
    if (!reply || reply->type == REDIS_REPLY_ERROR) return Lock::unreachable;
    return reply->type == REDIS_REPLY_STATUS ? Lock::held : Lock::taken;
}

void CacheClient::remove(const std::string& key) {
    command({"DEL", key});
}

}  // namespace tenfold::api
