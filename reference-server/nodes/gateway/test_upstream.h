// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "reference-server/nodes/gateway/http_types.h"

namespace tenfold::test {

enum class UpstreamDoes { answer, hold, closeSilently, closeInAnswer };
struct UpstreamPlan {
    UpstreamDoes what = UpstreamDoes::answer;
    std::string raw;   // these bytes instead of an answer of our own
    std::string body;  // of the answer; by default the name of the instance
    bool isChunked = false;
};

/// An API instance that does what a test says: answers, holds the answer back, breaks off.
class TestUpstream {
public:
    using What = UpstreamDoes;
    using Plan = UpstreamPlan;
    using Decide = std::function<Plan(const nodes::HttpRequest&)>;

    explicit TestUpstream(
        std::string name, Decide decide = [](const auto&) { return Plan{}; })
        : m_name(std::move(name)), m_decide(std::move(decide)) {
        m_acceptor.listen(1024);
        accept();
        m_thread = std::thread([this] { m_io.run(); });
    }
    ~TestUpstream() { kill(); }

    const std::string& name() const { return m_name; }
    int port() const { return m_port; }
    /// What came in, health checks left out.
    std::vector<nodes::HttpRequest> seen() const {
        std::lock_guard lock(m_mutex);
        return m_seen;
    }
    std::size_t held() const {
        std::lock_guard lock(m_mutex);
        return m_held.size();
    }
    /// Connections that are open, those of health checks too.
    std::size_t connected() const {
        std::lock_guard lock(m_mutex);
        return static_cast<std::size_t>(std::count_if(
            m_peers.begin(), m_peers.end(), [](const auto& weak) { return !weak.expired(); }));
    }
    void setHealthy(bool isHealthy) {
        std::lock_guard lock(m_mutex);
        m_isHealthy = isHealthy;
    }
    /// Answers what has been held, in order, and holds no more.
    void release() {
        boost::asio::post(m_io, [this] {
            std::vector<std::shared_ptr<Peer>> held;
            {
                std::lock_guard lock(m_mutex);
                held.swap(m_held);
                m_isReleased = true;
            }
            for (auto& p : held) answer(p, {});
        });
    }
    /// As SIGKILL would: everything is closed at once, the port too.
    void kill() {
        if (!m_thread.joinable()) return;
        m_io.stop();
        m_thread.join();
        boost::system::error_code ignored;
        m_acceptor.close(ignored);
        std::lock_guard lock(m_mutex);
        m_held.clear();
        for (const auto& weak : m_peers)
            if (const auto p = weak.lock()) p->socket.close(ignored);
    }

private:
    struct Peer {
        explicit Peer(boost::asio::ip::tcp::socket s) : socket(std::move(s)) {}
        boost::asio::ip::tcp::socket socket;
        boost::beast::flat_buffer buffer;
        nodes::HttpRequest request;
        nodes::HttpResponse response;
        std::string raw;
    };
    using PeerPtr = std::shared_ptr<Peer>;

    void accept() {
        m_acceptor.async_accept(
            [this](boost::system::error_code e, boost::asio::ip::tcp::socket s) {
                if (e) return;
                const auto p = std::make_shared<Peer>(std::move(s));
                {
                    std::lock_guard lock(m_mutex);
                    m_peers.push_back(p);
                }
                read(p);
                accept();
            });
    }
    void read(const PeerPtr& p) {
        p->request = {};
        boost::beast::http::async_read(p->socket, p->buffer, p->request,
                                       [this, p](boost::system::error_code e, std::size_t) {
                                           if (!e) handle(p);
                                       });
    }
    void handle(const PeerPtr& p) {
        if (p->request.target() == "/healthz") {
            std::unique_lock lock(m_mutex);
            const bool isHealthy = m_isHealthy;
            lock.unlock();
            if (isHealthy) answer(p, {});
            return;
        }
        const auto plan = m_decide(p->request);
        std::unique_lock lock(m_mutex);
        m_seen.push_back(p->request);
        if (plan.what == What::hold && !m_isReleased) {
            m_held.push_back(p);
            return;
        }
        lock.unlock();
        if (plan.what == What::closeSilently) {
            boost::system::error_code ignored;
            p->socket.close(ignored);
            return;
        }
        answer(p, plan);
    }
    void answer(const PeerPtr& p, const Plan& plan) {
        if (!plan.raw.empty()) {
            p->raw = plan.raw;
            boost::asio::async_write(p->socket, boost::asio::buffer(p->raw),
                                     [this, p, plan](boost::system::error_code e, std::size_t) {
                                         if (!e && plan.what != What::closeInAnswer) read(p);
                                     });
            return;
        }
        p->response = {boost::beast::http::status::ok, 11};
        p->response.set(boost::beast::http::field::content_type, "text/plain");
        p->response.set("Server-Timing", "database;dur=1.5");
        p->response.body() = plan.body.empty() ? m_name : plan.body;
        p->response.keep_alive(p->request.keep_alive());
        if (plan.isChunked) {
            p->response.chunked(true);
        } else {
            p->response.prepare_payload();
        }
        boost::beast::http::async_write(p->socket, p->response,
                                        [this, p](boost::system::error_code e, std::size_t) {
                                            if (!e && p->response.keep_alive()) read(p);
                                        });
    }

    std::string m_name;
    Decide m_decide;
    boost::asio::io_context m_io{1};
    boost::asio::ip::tcp::acceptor m_acceptor{m_io, {boost::asio::ip::address_v4::loopback(), 0}};
    int m_port = m_acceptor.local_endpoint().port();
    mutable std::mutex m_mutex;
    std::vector<nodes::HttpRequest> m_seen;
    std::vector<PeerPtr> m_held;
    std::vector<std::weak_ptr<Peer>> m_peers;
    bool m_isReleased = false;
    bool m_isHealthy = true;
    std::thread m_thread;
};

}  // namespace tenfold::test
