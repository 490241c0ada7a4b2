// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <hiredis/hiredis.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tenfold::api {

/// The shared cache over RESP. Connections are kept and lent to one thread at a time. A cache that
/// cannot be reached is a cache that misses: the API goes on without it, and asks it again after a
/// second only, because a cache that hangs would cost every request its time limit.
class CacheClient {
public:
    explicit CacheClient(int port) : m_port(port) {}

    std::optional<std::string> get(const std::string& key);
    /// MGET: both in one command.
    std::pair<std::optional<std::string>, std::optional<std::string>> get(const std::string& key,
                                                                          const std::string& other);
    /// Whether it is there now.
    bool set(const std::string& key, const std::string& value, int ttlMs);
    /// SET NX PX.
    enum class Lock { held, taken, unreachable };
    Lock lock(const std::string& key, int ttlMs);
    void remove(const std::string& key);
    int port() const { return m_port; }

private:
    using Context = std::unique_ptr<redisContext, decltype(&redisFree)>;
    using Reply = std::unique_ptr<redisReply, void (*)(redisReply*)>;
    Context takeIdle();
    Context connect();
    void giveBack(Context context);
    Reply command(const std::vector<std::string>& words);

    int m_port;
    std::atomic<std::int64_t> m_silentUntilNs{0};  // not asked before
    std::mutex m_mutex;
    std::vector<Context> m_idle;
};

}  // namespace tenfold::api
