// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/cache/cache_node.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/asio/write.hpp>
#include <charconv>
#include <limits>
#include <utility>

#include "reference-server/protocol/resp.h"
#include "simulator/measure/clock.h"

namespace tenfold::nodes {

namespace asio = boost::asio;
using asio::ip::tcp;
using protocol::RespCut;

namespace {
constexpr std::size_t kMaxBytes = 256 << 20;
// A client that does not read its answers is not read from either.
constexpr std::size_t kMaxUnsentBytes = 16 << 20;
// One command; Redis allows 1 GB, with values of 512 MB.
constexpr std::size_t kMaxCommandBytes = 64 << 20;
constexpr std::size_t kMaxQuotedBytes = 128;

std::int64_t nowMs() {
    return measure::monotonicNow() / 1'000'000;
}

std::string upper(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return text;
}

bool number(const std::string& text, std::int64_t& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size();
}

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}
}  // namespace

struct CacheNode::Peer {
    Peer(tcp::socket s, int& count) : socket(std::move(s)), connections(count) { ++connections; }
    ~Peer() { --connections; }
    tcp::socket socket;
    int& connections;
    std::array<char, 65536> chunk{};
    std::string input;
    std::string output;
    bool isClosing = false;
};

CacheNode::CacheNode(std::string id)
    : m_id(std::move(id)),
      m_acceptor(m_io, tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
      m_sweep(m_io),
      m_keys(kMaxBytes) {
    m_acceptor.listen(4096);
}

void CacheNode::run() {
    accept();
    sweepLater();
    m_io.run();
}

void CacheNode::sweepLater() {
    m_sweep.expires_after(std::chrono::milliseconds(100));
    m_sweep.async_wait([this](boost::system::error_code e) {
        if (e) return;
        m_keys.sweep(nowMs());
        sweepLater();
    });
}

void CacheNode::accept() {
    m_acceptor.async_accept([this](boost::system::error_code e, tcp::socket s) {
        if (!e) {
            boost::system::error_code ignored;
            s.set_option(tcp::no_delay(true), ignored);
            read(std::make_shared<Peer>(std::move(s), m_connections));
        }
        accept();
    });
}

void CacheNode::read(const std::shared_ptr<Peer>& peer) {
    peer->socket.async_read_some(asio::buffer(peer->chunk),
                                 [this, peer](boost::system::error_code e, std::size_t n) {
                                     if (e) return;
                                     peer->input.append(peer->chunk.data(), n);
                                     work(peer);
                                 });
}

void CacheNode::work(const std::shared_ptr<Peer>& peer) {
    std::size_t begin = 0;
    std::vector<std::string> words;
    bool needsMore = false;
    while (!needsMore && !peer->isClosing && peer->output.size() < kMaxUnsentBytes) {
        std::size_t used = 0;
        const auto rest = std::string_view(peer->input).substr(begin);
        const auto cut = protocol::cutRespCommand(rest, words, used);
        if (cut == RespCut::command) {
            begin += used;
            if (!words.empty()) carryOut(*peer, words);
        } else if (cut == RespCut::malformed) {
            protocol::respError(peer->output, words[0]);
            peer->isClosing = true;
        } else if (rest.size() > kMaxCommandBytes) {
            protocol::respError(peer->output, "ERR Protocol error: too big request");
            peer->isClosing = true;
        } else {
            needsMore = true;
        }
    }
    peer->input.erase(0, begin);
    if (peer->output.empty()) return read(peer);
    asio::async_write(peer->socket, asio::buffer(peer->output),
                      [this, peer, needsMore](boost::system::error_code e, std::size_t) {
                          if (e || peer->isClosing) return;
                          peer->output.clear();
                          // Commands may be left that had to wait for the client to read.
                          if (needsMore) return read(peer);
                          work(peer);
                      });
}

void CacheNode::set(Peer& peer, std::vector<std::string>& words) {
    std::int64_t endsAt = KeySpace::kForever;
    bool isOnlyNew = false;
    bool isOnlyOld = false;
    std::string lifetime;
    std::int64_t unitMs = 1;
    const std::int64_t now = nowMs();
    for (std::size_t i = 3; i < words.size(); ++i) {
        const std::string option = upper(words[i]);
        if (option == "NX" && !isOnlyOld) {
            isOnlyNew = true;
        } else if (option == "XX" && !isOnlyNew) {
            isOnlyOld = true;
        } else if ((option == "EX" || option == "PX") && i + 1 < words.size() && lifetime.empty()) {
            unitMs = option == "EX" ? 1000 : 1;
            lifetime = words[++i];
        } else {
            return protocol::respError(peer.output, "ERR syntax error");
        }
    }
    if (!lifetime.empty()) {
        std::int64_t value = 0;
        if (!number(lifetime, value))
            return protocol::respError(peer.output, "ERR value is not an integer or out of range");
        if (value <= 0 || value > (std::numeric_limits<std::int64_t>::max() - now) / unitMs)
            return protocol::respError(peer.output, "ERR invalid expire time in 'set' command");
        endsAt = now + value * unitMs;
    }
    const bool exists = m_keys.get(words[1], now) != nullptr;
    if ((isOnlyNew && exists) || (isOnlyOld && !exists)) return protocol::respNull(peer.output);
    m_keys.set(words[1], std::move(words[2]), endsAt);
    protocol::respSimple(peer.output, "OK");
}

void CacheNode::carryOut(Peer& peer, std::vector<std::string>& words) {
    ++m_commands;
    auto& out = peer.output;
    const std::string name = upper(words[0]);
    const std::size_t arguments = words.size() - 1;
    const auto wants = [&](bool isRight) {
        if (!isRight)
            protocol::respError(out, fmt::format("ERR wrong number of arguments for '{}' command",
                                                 lower(words[0])));
        return isRight;
    };
    if (name == "GET") {
        if (!wants(arguments == 1)) return;
        answerWith(out, words[1]);
    } else if (name == "MGET") {
        if (!wants(arguments >= 1)) return;
        protocol::respArray(out, arguments);
        for (std::size_t i = 1; i < words.size(); ++i) answerWith(out, words[i]);
    } else if (name == "SET") {
        if (wants(arguments >= 2)) set(peer, words);
    } else if (name == "DEL" || name == "EXISTS") {
        if (!wants(arguments >= 1)) return;
        long long n = 0;
        for (std::size_t i = 1; i < words.size(); ++i)
            n += name == "DEL" ? m_keys.remove(words[i], nowMs())
                               : m_keys.get(words[i], nowMs()) != nullptr;
        protocol::respInteger(out, n);
    } else if (name == "TTL" || name == "PTTL") {
        if (!wants(arguments == 1)) return;
        const auto left = m_keys.timeLeftMs(words[1], nowMs());
        protocol::respInteger(out, left < 0 || name == "PTTL" ? left : (left + 500) / 1000);
    } else if (name == "INCR" || name == "DECR") {
        if (!wants(arguments == 1)) return;
        const auto value = m_keys.add(words[1], name == "INCR" ? 1 : -1, nowMs());
        if (value) {
            protocol::respInteger(out, *value);
        } else {
            protocol::respError(out, "ERR value is not an integer or out of range");
        }
    } else if (name == "PING") {
        if (!wants(arguments <= 1)) return;
        if (arguments == 1) {
            protocol::respBulk(out, words[1]);
        } else {
            protocol::respSimple(out, "PONG");
        }
    } else if (name == "ECHO") {
        if (wants(arguments == 1)) protocol::respBulk(out, words[1]);
    } else if (name == "FLUSHALL" || name == "FLUSHDB") {
        m_keys.clear();
        protocol::respSimple(out, "OK");
    } else if (name == "DBSIZE") {
        if (!wants(arguments == 0)) return;
        protocol::respInteger(out, static_cast<long long>(m_keys.size()));
    } else if (name == "INFO") {
        protocol::respBulk(out, info());
    } else if (name == "COMMAND" || name == "CONFIG") {
        protocol::respArray(out, 0);
    } else if (name == "SELECT" || name == "CLIENT") {
        if (name == "SELECT" && (arguments != 1 || words[1] != "0")) {
            protocol::respError(out, "ERR DB index is out of range");
        } else {
            protocol::respSimple(out, "OK");
        }
    } else if (name == "QUIT") {
        protocol::respSimple(out, "OK");
        peer.isClosing = true;
    } else {
        std::string quoted;
        for (std::size_t i = 1; i < words.size() && quoted.size() < kMaxQuotedBytes; ++i)
            quoted += fmt::format("'{:.{}}' ", words[i], kMaxQuotedBytes - quoted.size());
        protocol::respError(
            out, fmt::format("ERR unknown command '{:.128}', with args beginning with: {}",
                             words[0], quoted));
    }
}

void CacheNode::answerWith(std::string& out, const std::string& key) {
    const auto* value = m_keys.get(key, nowMs());
    ++(value ? m_hits : m_misses);
    if (value) {
        protocol::respBulk(out, *value);
    } else {
        protocol::respNull(out);
    }
}

std::string CacheNode::info() const {
    return fmt::format(
        "# Server\r\nredis_version:7.0.0-tenfold\r\n# Clients\r\nconnected_clients:{}\r\n"
        "# Memory\r\nused_memory:{}\r\nmaxmemory:{}\r\nmaxmemory_policy:allkeys-lru\r\n"
        "# Stats\r\nkeyspace_hits:{}\r\nkeyspace_misses:{}\r\nevicted_keys:{}\r\n"
        "# Keyspace\r\ndb0:keys={}\r\n",
        m_connections, m_keys.bytes(), kMaxBytes, m_hits, m_misses, m_keys.evicted(),
        m_keys.size());
}

measure::Sample CacheNode::collect() {
    measure::Sample s;
    auto& n = s.nodes[m_id];
    n.arrived = n.completed = std::exchange(m_commands, 0);
    n.inUse = m_connections;
    n.gauges["keys"] = static_cast<double>(m_keys.size());
    n.gauges["bytes"] = static_cast<double>(m_keys.bytes());
    n.gauges["hits"] = static_cast<double>(std::exchange(m_hits, 0));
    n.gauges["misses"] = static_cast<double>(std::exchange(m_misses, 0));
    return s;
}

}  // namespace tenfold::nodes
