// SPDX-License-Identifier: GPL-3.0-or-later
// What the generator offers follows from its seed alone, and each request is booked once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "reference-server/loadgen/generator.h"
#include "reference-server/loadgen/request_text.h"
#include "reference-server/loadgen/test_server.h"
#include "simulator/load/endpoints.h"

using namespace tenfold;  // NOLINT: a test
using loadgen::Generator;
using loadgen::ResultBook;
using measure::Nanos;
using measure::Outcome;
using test::Server;
using testing::HasSubstr;
namespace asio = boost::asio;

namespace {

constexpr double kRateHz = 500;

/// How many arrivals of this seed lie within a time after the start.
std::uint64_t scheduledWithin(std::uint64_t seed, Nanos time) {
    load::PoissonArrivals arrivals(random::Stream(seed, "arrivals.users"));
    arrivals.setRate(kRateHz, 0);
    std::uint64_t n = 0;
    for (; arrivals.nextAt() <= time; arrivals.advance()) ++n;
    return n;
}

Generator::Settings settingsFor(const Server& server, std::uint64_t seed) {
    Generator::Settings s;
    s.targets = {server.endpoint()};
    s.host = "test";
    s.seed = seed;
    return s;
}

struct Shell {
    std::string out;
    int code = -1;
};
Shell tenfoldLoad(const std::string& arguments) {
    Shell s;
    FILE* pipe = ::popen((TENFOLD_BIN_DIR "/tenfold-load " + arguments + " 2>&1").c_str(), "r");
    char chunk[4096];
    while (const auto n = std::fread(chunk, 1, sizeof chunk, pipe)) s.out.append(chunk, n);
    s.code = WEXITSTATUS(::pclose(pipe));
    return s;
}

}  // namespace

TEST(Schedule, WhatIsOfferedIsTheScheduleOfTheSeedNoMoreAndNoLess) {
    Server server([](int) { return Server::What::answer; });
    for (const std::uint64_t seed : {1u, 42u}) {
        asio::io_context io{1};
        ResultBook book(measure::SlotClock{measure::monotonicNow()});
        Generator g(io, settingsFor(server, seed), book);
        const Nanos beforeStart = measure::monotonicNow();
        g.setRate(kRateHz, 0);
        const Nanos afterStart = measure::monotonicNow();
        io.run_for(std::chrono::milliseconds(400));
        const Nanos beforeLast = measure::monotonicNow();
        io.poll();  // what has become due since is fired now
        const Nanos afterLast = measure::monotonicNow();
        EXPECT_GE(book.totalOffered(), scheduledWithin(seed, beforeLast - afterStart));
        EXPECT_LE(book.totalOffered(), scheduledWithin(seed, afterLast - beforeStart));
        bool isDrained = false;
        g.drain([&] { isDrained = true; });
        while (!isDrained && io.run_one_for(std::chrono::seconds(10)) > 0) {
        }
        EXPECT_EQ(book.totalEnded(), book.totalOffered());
    }
}

TEST(Schedule, OneSeedAsksForTheSameThingsInTheSameOrder) {
    Server server([](int) { return Server::What::answer; });
    asio::io_context io{1};
    ResultBook book(measure::SlotClock{measure::monotonicNow()});
    auto settings = settingsFor(server, 7);
    settings.mix = {{"orders.create", 0},
                    {"payments.create", 0},
                    {"reviews.create", 0},
                    {"products.update", 0},
                    {"me.update", 0}};  // the test's server reads no bodies
    settings.maxConnections = 1;        // one connection keeps the order
    settings.addresses = 1;
    Generator g(io, settings, book);
    g.setRate(kRateHz, 0);
    while (book.totalEnded() < 100 && io.run_one_for(std::chrono::seconds(10)) > 0) {
    }
    load::RequestMix mix(7, settings.mix, settings.zipfExponent);
    const loadgen::RequestWriter writer("test");
    const auto lines = server.lines();
    ASSERT_GE(lines.size(), 100u);
    for (std::size_t i = 0; i < 100; ++i) {
        const auto text = writer.write(mix.next(), "");
        EXPECT_EQ(lines[i], text.substr(0, text.find(" HTTP"))) << i;
    }
}

TEST(Schedule, AKeptConnectionThatIsClosedUnderARequestIsTriedOnceMoreAndBookedOnce) {
    // Every connection answers once and dies under the second request it is given.
    Server server(
        [](int n) { return n % 2 == 0 ? Server::What::answer : Server::What::closeAtOnce; });
    asio::io_context io{1};
    ResultBook book(measure::SlotClock{measure::monotonicNow()});
    auto settings = settingsFor(server, 7);
    settings.fixedRequest = "GET / HTTP/1.1\r\nHost: test\r\n\r\n";
    for (const auto& e : load::endpoints()) settings.mix[std::string(e.id)] = e.method == "GET";
    settings.addresses = 1;
    settings.maxConnections = 1;
    Generator g(io, settings, book);
    g.setRate(100, 0);
    while (book.totalEnded() < 50 && io.run_one_for(std::chrono::seconds(10)) > 0) {
    }
    bool isDrained = false;
    g.drain([&] { isDrained = true; });
    while (!isDrained && io.run_one_for(std::chrono::seconds(10)) > 0) {
    }
    const auto users = book.take(INT64_MAX / 2).total().users;
    EXPECT_EQ(users.of(Outcome::ok), users.offered) << "a race of the protocol fails nobody";
    EXPECT_EQ(users.sent, users.offered) << "a second try is not a second request";
    EXPECT_GE(g.reuseRaces(), 49u);
}

TEST(Standalone, BothLoopsCountWhatTheyOfferedAndHowItEnded) {
    Server server([](int n) { return n % 10 == 9 ? Server::What::tooMany : Server::What::answer; });
    for (const char* loop : {"--rate 300", "--closed"}) {
        const auto run = tenfoldLoad(std::string(loop) +
                                     " --duration 1s --connections 5 --threads 2 --json --target " +
                                     server.url("/x"));
        EXPECT_EQ(run.code, 0) << run.out;
        const auto j = nlohmann::json::parse(run.out);
        EXPECT_EQ(j["offered"], j["ended"]) << loop;
        EXPECT_GT(j["outcomes"]["ok"], 100) << loop;
        EXPECT_GT(j["outcomes"]["rate_limited"], 10) << loop;
        EXPECT_EQ(j["failed"], j["outcomes"]["rate_limited"]) << loop;
    }
    const auto lines = server.lines();
    EXPECT_THAT(lines, testing::Each("GET /x"));
}

TEST(Standalone, RefusesEverybodyElsesServer) {
    for (const char* url : {"http://192.168.0.1:80/", "http://example.org/", "http://128.0.0.1/",
                            "ftp://127.0.0.1/"}) {
        const auto run = tenfoldLoad(std::string("--rate 1 --duration 1s --target ") + url);
        EXPECT_EQ(run.code, 2) << url;
        EXPECT_THAT(run.out, HasSubstr("allowed:")) << url;
    }
    EXPECT_EQ(tenfoldLoad("--rate 1").code, 2);
    EXPECT_EQ(tenfoldLoad("--rate 0 --target http://127.0.0.1:1/").code, 2);
}
