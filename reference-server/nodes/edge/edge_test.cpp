// SPDX-License-Identifier: GPL-3.0-or-later
// An edge over sockets, in front of an origin that a test controls.
#include <gtest/gtest.h>
#include <httplib.h>

#include <atomic>
#include <boost/asio/post.hpp>
#include <future>
#include <thread>

#include "reference-server/nodes/edge/edge_node.h"
#include "reference-server/nodes/gateway/test_upstream.h"
#include "reference-server/protocol/identity.h"
#include "simulator/load/endpoints.h"

using namespace tenfold;  // NOLINT: a test
using test::TestUpstream;

namespace {

std::string raw(const std::string& fields, const std::string& body,
                const std::string& status = "200 OK") {
    return "HTTP/1.1 " + status + "\r\n" + fields +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

class RunningEdge {
public:
    /// Emulated when there is a way to the origin, else native.
    explicit RunningEdge(const TestUpstream& origin, double originRttMs = 0) {
        m_design.put("cdn", {"on", {{"capacity_mb", 1}, {"origin_rtt_ms", originRttMs}}});
        m_versions.prepare(1, m_design);
        m_versions.publish(1);
        hardware::HardwareProfile hardware;
        hardware.native = originRttMs == 0;
        nodes::NodeIdentity identity;
        identity.id = "edge-1";
        identity.role = "edge";
        identity.secret = "secret";
        m_node = std::make_unique<nodes::EdgeNode>(identity, hardware, m_versions);
        m_node->configure(m_design, hardware, origin.port());
        m_thread = std::thread([this] { m_node->run(); });
    }
    ~RunningEdge() {
        m_node->stop();
        m_thread.join();
    }
    httplib::Client client() const {
        httplib::Client c("127.0.0.1", m_node->port());
        c.set_tcp_nodelay(true);
        c.set_read_timeout(30, 0);
        return c;
    }
    measure::Sample collect() {
        std::promise<measure::Sample> sample;
        boost::asio::post(m_node->io(), [&] { sample.set_value(m_node->collect()); });
        return sample.get_future().get();
    }

private:
    scenario::Design m_design;
    nodes::Versions m_versions;
    std::unique_ptr<nodes::EdgeNode> m_node;
    std::thread m_thread;
};

httplib::Headers as(const std::string& user) {
    return {{"Authorization", "Bearer " + user}};
}
std::string cacheStatus(const httplib::Result& r) {
    return r->get_header_value("Cache-Status");
}

bool eventually(const std::function<bool()>& holds) {
    for (int i = 0; i < 4000 && !holds(); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return holds();
}

}  // namespace

TEST(EdgeNode, ManyAnswersOfOneRequestToTheOrigin) {
    TestUpstream origin("origin", [](const auto&) {
        return TestUpstream::Plan{
            TestUpstream::What::answer,
            raw("Cache-Control: public, max-age=60\r\nETag: \"7-3\"\r\n", "one"), "", false};
    });
    RunningEdge edge(origin);
    auto client = edge.client();
    const auto first = client.Get("/v1/products/7", as("alice"));
    ASSERT_TRUE(first);
    EXPECT_EQ(cacheStatus(first), "edge-1; fwd=uri-miss; fwd-status=200; stored");
    const auto second = client.Get("/v1/products/7", as("bob"));
    EXPECT_EQ(second->body, "one");
    EXPECT_EQ(cacheStatus(second).rfind("edge-1; hit; ttl=", 0), 0u) << cacheStatus(second);
    EXPECT_TRUE(second->has_header("Age"));
    const auto known = client.Get("/v1/products/7", {{"If-None-Match", "\"7-3\""}});
    EXPECT_EQ(known->status, 304);
    EXPECT_EQ(known->body, "");
    const auto head = client.Head("/v1/products/7");
    EXPECT_EQ(head->get_header_value("Content-Length"), "3");
    EXPECT_EQ(origin.seen().size(), 1u);
    const auto s = edge.collect();
    const auto& e = s.endpoints.at("products.get");
    EXPECT_EQ(e.server.edgeMisses, 1u);
    EXPECT_EQ(e.server.edgeHits, 3u);
    EXPECT_EQ(e.where.requests, 3u) << "the gateway has counted the first";
}

TEST(EdgeNode, TheWayToTheOriginIsTimeOnTheLinkForWhoGoesIt) {
    TestUpstream origin("origin", [](const auto&) {
        return TestUpstream::Plan{TestUpstream::What::answer,
                                  raw("Cache-Control: public, max-age=60\r\n", "one"), "", false};
    });
    constexpr double kRttMs = 40;
    RunningEdge edge(origin, kRttMs);
    auto client = edge.client();
    const auto linkMs = [&] {
        client.Get("/v1/products/7");
        return edge.collect().endpoints.at("products.get").where.of(measure::Stage::link);
    };
    // Emulated links: what they take is known, whatever this host took.
    const double ofMiss = linkMs(), ofHit = linkMs();
    EXPECT_LT(ofHit, kRttMs / 2);
    EXPECT_NEAR(ofMiss - ofHit, kRttMs, 1);
}

// The one that must never happen: every way an origin can say that an answer is somebody's.
TEST(EdgeNode, NobodyIsEverGivenSomebodyElsesAnswer) {
    const std::vector<std::string> kinds{"",
                                         "Cache-Control: private, max-age=60\r\n",
                                         "Cache-Control: no-store\r\n",
                                         "Cache-Control: max-age=60\r\n",
                                         "Cache-Control: public, max-age=60\r\nSet-Cookie: a=b\r\n",
                                         "Cache-Control: public, max-age=60\r\nVary: *\r\n",
                                         "Cache-Control: public, max-age=60\r\n"
                                         "Vary: Authorization\r\n"};
    TestUpstream origin("origin", [&](const nodes::HttpRequest& r) {
        // Whether it is well is asked too.
        if (!r.target().starts_with("/v1/thing/")) return TestUpstream::Plan{};
        const auto kind = static_cast<std::size_t>(r.target().back() - '0');
        return TestUpstream::Plan{TestUpstream::What::answer,
                                  raw(kinds[kind], "of " + std::string(r["Authorization"])), "",
                                  false};
    });
    RunningEdge edge(origin);
    for (std::size_t kind = 0; kind < kinds.size(); ++kind) {
        const std::string path = "/v1/thing/" + std::to_string(kind);
        // One after the other, and many at once: waiting for each other must not mix them up.
        std::atomic<int> wrong{0};
        std::vector<std::thread> threads;
        for (int i = 0; i < 8; ++i)
            threads.emplace_back([&, i] {
                auto client = edge.client();
                for (int n = 0; n < 20; ++n) {
                    const std::string user = "user" + std::to_string((i + n) % 5);
                    const auto r = client.Get(path, as(user));
                    if (!r || r->body != "of Bearer " + user) ++wrong;
                }
            });
        for (auto& t : threads) t.join();
        EXPECT_EQ(wrong, 0) << kinds[kind];
        auto guest = edge.client();
        EXPECT_EQ(guest.Get(path)->body, "of ") << kinds[kind];
    }
}

TEST(EdgeNode, WhoComesWhileTheOriginIsAskedWaitsForThatAnswer) {
    TestUpstream origin("origin", [](const auto&) {
        TestUpstream::Plan plan{TestUpstream::What::hold, "", "", false};
        return plan;
    });
    RunningEdge edge(origin);
    std::vector<std::future<std::string>> answers;
    for (int i = 0; i < 5; ++i)
        answers.push_back(std::async(std::launch::async, [&edge] {
            auto client = edge.client();
            return client.Get("/v1/products/7")->body;
        }));
    ASSERT_TRUE(eventually([&] { return origin.held() == 1; }));
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    EXPECT_EQ(origin.seen().size(), 1u) << "one asks";
    origin.release();
    // What is held says nothing about caches: each of the others asks for itself.
    for (auto& a : answers) EXPECT_EQ(a.get(), "origin");
    EXPECT_EQ(origin.seen().size(), 5u);
}

TEST(EdgeNode, AWriteTakesWhatIsKeptOfItsAddress) {
    std::atomic<int> version{1};
    TestUpstream origin("origin", [&](const nodes::HttpRequest& r) {
        if (r.method() == boost::beast::http::verb::put) ++version;
        return TestUpstream::Plan{
            TestUpstream::What::answer,
            raw("Cache-Control: public, max-age=60\r\n", std::to_string(version.load())), "",
            false};
    });
    RunningEdge edge(origin);
    auto client = edge.client();
    EXPECT_EQ(client.Get("/v1/products/7")->body, "1");
    client.Put("/v1/products/7", "{}", "application/json");
    EXPECT_EQ(client.Get("/v1/products/7")->body, "2");
}

TEST(EdgeNode, BeyondItsTimeTheOldAnswerIsServedOnceMoreWhileItIsAskedAnew) {
    std::atomic<int> asked{0};
    TestUpstream origin("origin", [&](const nodes::HttpRequest& r) {
        const bool isKnown = r["If-None-Match"] == "\"1\"";
        ++asked;
        const std::string control =
            "Cache-Control: public, max-age=0, stale-while-revalidate=60\r\nETag: \"1\"\r\n";
        return TestUpstream::Plan{
            TestUpstream::What::answer,
            isKnown ? "HTTP/1.1 304 Not Modified\r\n" + control + "\r\n" : raw(control, "one"), "",
            false};
    });
    RunningEdge edge(origin);
    auto client = edge.client();
    client.Get("/v1/products/7");
    const auto stale = client.Get("/v1/products/7");
    EXPECT_EQ(stale->body, "one");
    EXPECT_EQ(cacheStatus(stale), "edge-1; hit; ttl=0");
    ASSERT_TRUE(eventually([&] { return asked == 2; })) << "behind the answer";
    measure::ServerCounts counts;
    ASSERT_TRUE(eventually([&] {
        const auto s = edge.collect();
        if (const auto it = s.endpoints.find("products.get"); it != s.endpoints.end())
            counts.merge(it->second.server);
        return counts.edgeRevalidations == 1;
    }));
    EXPECT_EQ(counts.edgeStale, 1u);
    EXPECT_EQ(counts.edgeMisses, 1u);
}

TEST(EdgeNode, TheOriginIsToldByWhomAndForWhomItIsAsked) {
    TestUpstream origin("origin");
    RunningEdge edge(origin);
    auto client = edge.client();
    client.Get("/v1/me", {{"X-Tenfold-Hop", "forged"},
                          {"X-Tenfold-Client", "10.0.0.1"},
                          {"X-Tenfold-User", "7"},
                          {"If-None-Match", "\"x\""}});
    const auto seen = origin.seen();
    ASSERT_EQ(seen.size(), 1u);
    EXPECT_EQ(std::string(seen[0]["X-Tenfold-Hop"]), protocol::hopSignature("secret"));
    EXPECT_EQ(std::string(seen[0]["X-Tenfold-Client"]), "127.0.0.1");
    EXPECT_EQ(seen[0].count("X-Tenfold-User"), 0u);
}

TEST(EdgeNode, WithoutAnOriginWhatIsKeptIsStillThere) {
    TestUpstream origin("origin", [](const auto&) {
        return TestUpstream::Plan{TestUpstream::What::answer,
                                  raw("Cache-Control: public, max-age=60\r\n", "one"), "", false};
    });
    RunningEdge edge(origin);
    auto client = edge.client();
    client.Get("/images/1");
    origin.kill();
    EXPECT_EQ(client.Get("/images/1")->body, "one");
    const auto missing = client.Get("/images/2");
    EXPECT_EQ(missing->status, 502);
    EXPECT_EQ(missing->get_header_value("Content-Type"), "application/problem+json");
    EXPECT_EQ(edge.collect().nodes.at("edge-1").rejected.size(), 1u);
}
