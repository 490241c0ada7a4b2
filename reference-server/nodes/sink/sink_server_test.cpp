// SPDX-License-Identifier: GPL-3.0-or-later
// Messages over real sockets: each job is done once, repeats are counted, trouble is of e-mails.
#include "reference-server/nodes/sink/sink_server.h"

#include <gtest/gtest.h>
#include <httplib.h>

#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

#include "reference-server/mechanisms/side_effects/sink_client.h"

using namespace tenfold;  // NOLINT: a test
using mechanisms::Delivery;
using mechanisms::SideEffect;
using mechanisms::SinkClient;
using nlohmann::json;
using nodes::SinkServer;

namespace {

SinkServer::Settings quick() {
    SinkServer::Settings s;
    s.medianMs = 2;
    s.seed = 7;
    s.connections = 16;
    return s;
}

SideEffect effect(const std::string& id, const std::string& kind = "email") {
    return {kind, id, json{{"kind", kind}}.dump()};
}

measure::Nanos inSeconds(double s) {
    return measure::monotonicNow() + static_cast<measure::Nanos>(s * 1e9);
}

json counts(const SinkServer& sink) {
    httplib::Client client("127.0.0.1", sink.port());
    const auto answer = client.Get("/deliveries");
    return answer ? json::parse(answer->body) : json();
}

}  // namespace

TEST(SinkServer, DoesEachJobOnceAndCountsWhoAsksAgain) {
    SinkServer sink(quick());
    SinkClient client(sink.port());
    EXPECT_EQ(client.deliver(effect("1"), inSeconds(5)), Delivery::done);
    EXPECT_EQ(client.deliver(effect("1"), inSeconds(5)), Delivery::done) << "it has been done";
    EXPECT_EQ(client.deliver(effect("2", "webhook"), inSeconds(5)), Delivery::done);
    const json c = counts(sink);
    EXPECT_EQ(c["email"]["delivered"], 1);
    EXPECT_EQ(c["email"]["repeated"], 1);
    EXPECT_EQ(c["webhook"]["delivered"], 1);
    const auto node = sink.collect();
    EXPECT_EQ(node.arrived, 3u);
    EXPECT_EQ(node.completed, 3u);
    EXPECT_EQ(node.gauges.at("delivered"), 2);
    EXPECT_EQ(node.gauges.at("repeated"), 1);
}

TEST(SinkServer, ManyAtOnceAreEachDoneOnce) {
    SinkServer sink(quick());
    SinkClient client(sink.port());
    std::vector<std::thread> threads;
    std::atomic<int> done{0};
    for (int t = 0; t < 12; ++t)
        threads.emplace_back([&, t] {
            for (int i = 0; i < 20; ++i)
                done += client.deliver(effect(std::to_string(t * 20 + i)), inSeconds(20)) ==
                        Delivery::done;
        });
    for (auto& t : threads) t.join();
    EXPECT_EQ(done, 240);
    EXPECT_EQ(counts(sink)["email"]["delivered"], 240);
    EXPECT_EQ(counts(sink)["email"]["repeated"], 0);
}

TEST(SinkServer, TroubleFailsEmailsAndNoWebhook) {
    SinkServer sink(quick());
    SinkClient client(sink.port());
    sink.setTrouble({1, 1});
    EXPECT_EQ(client.deliver(effect("1"), inSeconds(5)), Delivery::failed);
    EXPECT_EQ(client.deliver(effect("2", "webhook"), inSeconds(5)), Delivery::done);
    sink.setTrouble({1, 0});
    EXPECT_EQ(client.deliver(effect("1"), inSeconds(5)), Delivery::done);
    const json c = counts(sink);
    EXPECT_EQ(c["email"]["failed"], 1);
    EXPECT_EQ(c["email"]["delivered"], 1);
    EXPECT_EQ(c["webhook"]["failed"], 0);
}

TEST(SinkServer, WhoDoesNotWaitIsTimedOutAndTheMessageIsSentAllTheSame) {
    SinkServer sink(quick());
    SinkClient client(sink.port());
    sink.setTrouble({100, 0});  // 200 ms
    EXPECT_EQ(client.deliver(effect("1"), inSeconds(0.01)), Delivery::timedOut);
    sink.setTrouble({1, 0});
    for (int i = 0; i < 200 && counts(sink)["email"]["delivered"] != 1; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    EXPECT_EQ(client.deliver(effect("1"), inSeconds(5)), Delivery::done);
    EXPECT_EQ(counts(sink)["email"]["delivered"], 1);
    EXPECT_EQ(counts(sink)["email"]["repeated"], 1) << "asked again, not done again";
}

TEST(SinkServer, NobodyThereIsAFailure) {
    int port = 0;
    {
        SinkServer sink(quick());
        port = sink.port();
    }
    SinkClient client(port);
    EXPECT_EQ(client.deliver(effect("1"), inSeconds(5)), Delivery::failed);
}

TEST(SinkServer, AMessageWithoutKindOrKeyIsRefused) {
    SinkServer sink(quick());
    httplib::Client client("127.0.0.1", sink.port());
    const auto noKey = client.Post("/messages", R"({"kind":"email"})", "application/json");
    ASSERT_TRUE(noKey);
    EXPECT_EQ(noKey->status, 422);
    const auto noKind =
        client.Post("/messages", {{"Idempotency-Key", "1"}}, "nonsense", "application/json");
    ASSERT_TRUE(noKind);
    EXPECT_EQ(noKind->status, 422);
    EXPECT_EQ(sink.collect().arrived, 0u);
}

TEST(SinkServer, EndsWhileSomebodyWaits) {
    auto settings = quick();
    settings.medianMs = 30'000;
    auto sink = std::make_unique<SinkServer>(settings);
    SinkClient client(sink->port());
    std::thread waiting(
        [&] { EXPECT_EQ(client.deliver(effect("1"), inSeconds(60)), Delivery::failed); });
    for (int i = 0; i < 500 && sink->collect().inUse < 1; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    sink.reset();
    waiting.join();
}
