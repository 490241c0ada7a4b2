// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <gtest/gtest.h>
#include <hiredis/hiredis.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace tenfold::test {

/// Looks into a cache beside the API, ours or Redis itself.
class Redis {
public:
    explicit Redis(int port) : m_context(::redisConnect("127.0.0.1", port), &redisFree) {
        EXPECT_TRUE(m_context && !m_context->err);
    }
    /// A text, a status or a number as text; nil is empty.
    std::string text(const std::vector<std::string>& words) {
        std::vector<const char*> argv;
        std::vector<std::size_t> lengths;
        for (const auto& w : words) {
            argv.push_back(w.data());
            lengths.push_back(w.size());
        }
        const std::unique_ptr<redisReply, void (*)(redisReply*)> reply(
            static_cast<redisReply*>(::redisCommandArgv(
                m_context.get(), static_cast<int>(argv.size()), argv.data(), lengths.data())),
            [](redisReply* r) { freeReplyObject(r); });
        if (!reply || reply->type == REDIS_REPLY_NIL) return "";
        if (reply->type == REDIS_REPLY_INTEGER) return std::to_string(reply->integer);
        return std::string(reply->str, reply->len);
    }
    /// Asks until that is the answer; false when it is not after ten seconds.
    bool waitFor(const std::vector<std::string>& words, const std::string& wanted) {
        for (int i = 0; i < 500; ++i) {
            if (text(words) == wanted) return true;
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
        return false;
    }

private:
    std::unique_ptr<redisContext, decltype(&redisFree)> m_context;
};

}  // namespace tenfold::test
