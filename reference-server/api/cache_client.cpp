// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/api/cache_client.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace tenfold::api {

namespace {
void freeReply(redisReply* reply) {
    freeReplyObject(reply);
}
}  // namespace

CacheClient::Context CacheClient::take() {
    {
        std::lock_guard lock(m_mutex);
        if (!m_idle.empty()) {
            Context context = std::move(m_idle.back());
            m_idle.pop_back();
            return context;
        }
    }
    const timeval limit{0, 500'000};
    Context context(::redisConnectWithTimeout("127.0.0.1", m_port, limit), &redisFree);
    if (context && !context->err) {
        ::redisSetTimeout(context.get(), limit);
        const int yes = 1;
        ::setsockopt(context->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    }
    return context;
}

void CacheClient::giveBack(Context context) {
    if (!context || context->err) return;
    std::lock_guard lock(m_mutex);
    m_idle.push_back(std::move(context));
}

CacheClient::Reply CacheClient::command(const std::vector<std::string>& words) {
    Reply none(nullptr, &freeReply);
    Context context = take();
    if (!context || context->err) return none;
    std::vector<const char*> argv;
    std::vector<std::size_t> lengths;
    for (const auto& w : words) {
        argv.push_back(w.data());
        lengths.push_back(w.size());
    }
    Reply reply(static_cast<redisReply*>(::redisCommandArgv(
                    context.get(), static_cast<int>(argv.size()), argv.data(), lengths.data())),
                &freeReply);
    giveBack(std::move(context));
    return reply;
}

std::optional<std::string> CacheClient::get(const std::string& key) {
    const auto reply = command({"GET", key});
    if (!reply || reply->type != REDIS_REPLY_STRING) return std::nullopt;
    return std::string(reply->str, reply->len);
}

void CacheClient::set(const std::string& key, const std::string& value, int ttlMs) {
    command({"SET", key, value, "PX", std::to_string(ttlMs)});
}

bool CacheClient::lock(const std::string& key, int ttlMs) {
    const auto reply = command({"SET", key, "1", "PX", std::to_string(ttlMs), "NX"});
    return reply && reply->type == REDIS_REPLY_STATUS;
}

void CacheClient::remove(const std::string& key) {
    command({"DEL", key});
}

}  // namespace tenfold::api
