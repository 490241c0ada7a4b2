// SPDX-License-Identifier: GPL-3.0-or-later
// The gateway in front of instances: who gets a request, who waits, who is turned away, and what
// happens when an instance dies.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "reference-server/nodes/gateway/gateway_fixture.h"

using namespace tenfold;  // NOLINT: a test
using test::eventually;
using test::RunningGateway;
using test::TestUpstream;
using testing::HasSubstr;
using What = TestUpstream::What;

namespace {

TestUpstream::Plan hold(const nodes::HttpRequest&) {
    return {What::hold, {}, {}, false};
}

/// Requests that are under way at the same time; their statuses when all have been answered.
class Crowd {
public:
    Crowd(const RunningGateway& gateway, int count, const std::string& method = "GET",
          const std::function<void(int)>& afterEach = {}) {
        for (int i = 0; i < count; ++i) {
            m_answers.push_back(std::async(std::launch::async, [&gateway, i, method] {
                auto c = gateway.client();
                const std::string path = "/v1/products/" + std::to_string(i + 1);
                const auto r = method == "GET" ? c.Get(path) : c.Post(path, "{}", "text/plain");
                return r ? *r : httplib::Response{};
            }));
            if (afterEach) afterEach(i);
        }
    }
    std::vector<httplib::Response> answers() {
        std::vector<httplib::Response> all;
        for (auto& a : m_answers) all.push_back(a.get());
        return all;
    }

private:
    std::vector<std::future<httplib::Response>> m_answers;
};

int countOf(const std::vector<httplib::Response>& answers, int status) {
    return static_cast<int>(std::count_if(answers.begin(), answers.end(),
                                          [&](const auto& r) { return r.status == status; }));
}

}  // namespace

TEST(GatewayBalance, TheLeastBusyInstanceIsTakenSoAllCarryTheSame) {
    TestUpstream a("a", hold), b("b", hold), c("c", hold);
    RunningGateway gateway({.threads = 4});
    gateway.use({&a, &b, &c});
    Crowd crowd(gateway, 12);
    ASSERT_TRUE(eventually([&] { return a.held() + b.held() + c.held() == 12; }));
    EXPECT_EQ(a.held(), 4u);
    EXPECT_EQ(b.held(), 4u);
    EXPECT_EQ(c.held(), 4u);
    for (auto* u : {&a, &b, &c}) u->release();
    EXPECT_EQ(countOf(crowd.answers(), 200), 12);
}

TEST(GatewayBalance, WhenAllAreFullRequestsWaitInOrderAndBeyondTheBoundAreTurnedAway) {
    TestUpstream a("a", hold);
    RunningGateway gateway({.threads = 2, .queue = 3});
    gateway.use({&a});
    std::uint64_t arrived = 0;
    Crowd crowd(gateway, 10, "GET",
                [&](int i) {  // one after the other, so that their order is known
                    ASSERT_TRUE(eventually([&] {
                        arrived += gateway.collect().nodes.at("gateway").arrived;
                        return arrived == static_cast<std::uint64_t>(i + 1);
                    }));
                    if (i == 9) {
                        EXPECT_EQ(gateway.waiting(), 3u);
                    }
                });
    ASSERT_TRUE(eventually([&] { return a.held() == 2; }));
    a.release();
    const auto answers = crowd.answers();
    EXPECT_EQ(countOf(answers, 200), 5);
    EXPECT_EQ(countOf(answers, 503), 5);
    for (std::size_t i = 5; i < 10; ++i) {
        EXPECT_EQ(answers[i].get_header_value("Content-Type"), "application/problem+json");
        EXPECT_EQ(answers[i].get_header_value("Retry-After"), "1");
        EXPECT_THAT(answers[i].body, HasSubstr("temporary-reduced-capacity"));
    }
    std::vector<std::string> order;
    for (const auto& r : a.seen()) order.emplace_back(r.target());
    ASSERT_EQ(order.size(), 5u);
    for (int i = 2; i < 5; ++i)  // the first two were sent at once, on two connections
        EXPECT_EQ(order[static_cast<std::size_t>(i)], "/v1/products/" + std::to_string(i + 1));
}

TEST(GatewayBalance, ConnectionsThatABurstLeftOverAreClosed) {
    TestUpstream a("a", hold);
    RunningGateway gateway({.threads = 8});
    gateway.use({&a});
    Crowd crowd(gateway, 8);
    ASSERT_TRUE(eventually([&] { return a.held() == 8; }));
    a.release();
    EXPECT_EQ(countOf(crowd.answers(), 200), 8);
    EXPECT_GE(a.connected(), 8u) << "kept for the next ones";
    EXPECT_TRUE(eventually([&] { return a.connected() == 0; }));
}

TEST(GatewayBalance, RejectionsAreCountedByReason) {
    TestUpstream a("a", hold);
    RunningGateway gateway({.threads = 1, .queue = 1});
    gateway.use({&a});
    Crowd crowd(gateway, 5);
    measure::NodeSample all;
    ASSERT_TRUE(eventually([&] {
        all.mergeLater(gateway.collect().nodes.at("gateway"));
        return all.rejected["queue_full"] == 3;
    }));
    a.release();
    EXPECT_EQ(countOf(crowd.answers(), 200), 2);
    gateway.use({});
    EXPECT_EQ(gateway.client().Get("/v1/me")->status, 503);
    EXPECT_EQ(gateway.collect().nodes.at("gateway").rejected.at("no_instance"), 1u);
}

TEST(GatewayBalance, AnInstanceThatIsGoneCostsNobodyARequestNotEvenAWrite) {
    TestUpstream a("a"), b("b");
    RunningGateway gateway({});
    gateway.use({&a, &b});
    Crowd before(gateway, 8);  // connections are kept to both
    EXPECT_EQ(countOf(before.answers(), 200), 8);
    a.kill();
    Crowd reads(gateway, 8);
    EXPECT_EQ(countOf(reads.answers(), 200), 8);
    Crowd writes(gateway, 8, "POST");
    EXPECT_EQ(countOf(writes.answers(), 200), 8) << "none of them had been sent to a";
}

TEST(GatewayBalance, ReadsThatDieWithTheirInstanceAreAskedElsewhereWritesAreNot) {
    TestUpstream a("a", hold), b("b");
    RunningGateway gateway({.threads = 8});
    gateway.use({&a});
    Crowd reads(gateway, 3);
    Crowd writes(gateway, 3, "POST");
    ASSERT_TRUE(eventually([&] { return a.held() == 6; }));
    gateway.use({&a, &b});
    a.kill();
    EXPECT_EQ(countOf(reads.answers(), 200), 3);
    EXPECT_EQ(countOf(writes.answers(), 502), 3) << "nobody knows whether they were carried out";
    EXPECT_EQ(b.seen().size(), 3u);
}

TEST(GatewayBalance, AnInstanceThatBreaksOffInTheMiddleIsABadGateway) {
    TestUpstream a("a", [](const auto&) {
        return TestUpstream::Plan{
            What::closeInAnswer, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", {}, false};
    });
    RunningGateway gateway({});
    gateway.use({&a});
    const auto r = gateway.client().Get("/v1/products/1");
    ASSERT_TRUE(r);
    EXPECT_EQ(r->status, 502);
    EXPECT_EQ(a.seen().size(), 1u);
}

TEST(GatewayBalance, HealthChecksTakeAnInstanceOutAndBringItBack) {
    TestUpstream a("a"), b("b");
    RunningGateway gateway({});
    gateway.use({&a, &b});
    EXPECT_EQ(gateway.up(), 2);
    a.setHealthy(false);  // it accepts and never answers
    ASSERT_TRUE(eventually([&] { return gateway.up() == 1; }));
    const auto before = a.seen().size();
    for (int i = 0; i < 6; ++i) EXPECT_EQ(gateway.client().Get("/v1/products/1")->body, "b");
    EXPECT_EQ(a.seen().size(), before);
    a.setHealthy(true);
    EXPECT_TRUE(eventually([&] { return gateway.up() == 2; }));
}

TEST(GatewayBalance, ChangingTheInstancesUnderLoadLosesNoRequest) {
    TestUpstream a("a"), b("b"), c("c");
    RunningGateway gateway({.threads = 2});
    gateway.use({&a});
    std::atomic<bool> isOver{false};
    std::atomic<int> good{0};
    std::atomic<int> bad{0};
    std::vector<std::thread> clients;
    for (int t = 0; t < 6; ++t)
        clients.emplace_back([&, t] {
            auto client = gateway.client();
            client.set_keep_alive(true);
            while (!isOver) {
                const auto r = t % 2 ? client.Get("/v1/products/1")
                                     : client.Post("/v1/reviews", "{}", "application/json");
                ++(r && r->status == 200 ? good : bad);
            }
        });
    const std::vector<std::vector<const TestUpstream*>> sets{
        {&a, &b}, {&b}, {&b, &c}, {&c, &a}, {&a}};
    for (int round = 0; round < 40; ++round) {
        gateway.use(sets[static_cast<std::size_t>(round) % sets.size()]);
        const int until = good + 20;
        ASSERT_TRUE(eventually([&] { return good >= until || bad > 0; }));
    }
    isOver = true;
    for (auto& t : clients) t.join();
    EXPECT_EQ(bad, 0);
    EXPECT_TRUE(eventually([&] { return gateway.isDrained(); }));
    EXPECT_GT(b.seen().size() + c.seen().size(), 100u);
}

TEST(GatewayBalance, WhoHasGoneWhileWaitingIsNotSentToAnInstance) {
    TestUpstream a("a", hold);
    RunningGateway gateway({.threads = 1});
    gateway.use({&a});
    Crowd first(gateway, 1);
    ASSERT_TRUE(eventually([&] { return a.held() == 1; }));
    test::shell("timeout 0.3 curl -s " + gateway.url("/v1/products/99"));
    ASSERT_EQ(gateway.waiting(), 1u);
    a.release();
    EXPECT_EQ(countOf(first.answers(), 200), 1);
    ASSERT_TRUE(eventually([&] { return gateway.waiting() == 0; }));
    for (const auto& r : a.seen()) EXPECT_NE(r.target(), "/v1/products/99");
}

TEST(ResponseBudget, AnswersBeyondTheBudgetWaitTheirTurnAndAHugeOneIsNeverStuck) {
    const auto budget = std::make_shared<nodes::ResponseBudget>(100);
    std::vector<nodes::ResponseBudget::Room> rooms;
    const auto take = [&](nodes::ResponseBudget::Room room) { rooms.push_back(std::move(room)); };
    budget->reserve(60, take);
    budget->reserve(60, take);
    budget->reserve(10, take);  // would fit, but others asked before
    EXPECT_EQ(rooms.size(), 1u);
    EXPECT_EQ(budget->waiting(), 2u);
    rooms.erase(rooms.begin());
    EXPECT_EQ(rooms.size(), 2u);
    EXPECT_EQ(budget->heldBytes(), 70u);
    rooms.clear();
    budget->reserve(1000, take);
    EXPECT_EQ(budget->heldBytes(), 1000u);
    rooms.clear();
    EXPECT_EQ(budget->heldBytes(), 0u);
}
