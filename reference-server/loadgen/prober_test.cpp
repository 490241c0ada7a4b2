// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/loadgen/prober.h"

#include <gtest/gtest.h>

#include "reference-server/loadgen/test_server.h"

namespace tenfold::loadgen {
namespace {

using Server = test::Server;

ProbeSettings towards(std::vector<unsigned short> ports) {
    ProbeSettings s;
    s.rateHz = 200;
    s.seconds = 0.5;
    s.warmUpS = 0.1;
    s.paths.push_back({std::move(ports), "/v1/products/", 7, 9});
    return s;
}

TEST(Prober, AsksEveryPortAndKeepsEachAnswersTimeApart) {
    Server first([](int) { return Server::What::answer; });
    Server second([](int) { return Server::What::answer; });
    Prober prober(towards({first.endpoint().port(), second.endpoint().port()}));
    prober.run();
    EXPECT_EQ(prober.failed(), 0u);
    ASSERT_GT(prober.samples().size(), 20u);
    for (const auto& s : prober.samples()) {
        EXPECT_EQ(s.path, 0u);
        EXPECT_GT(s.us, 0);
    }
    EXPECT_GT(first.lines().size(), 5u);
    EXPECT_GT(second.lines().size(), 5u);
    for (const auto& line : first.lines()) {
        EXPECT_TRUE(line.rfind("GET /v1/products/", 0) == 0) << line;
        EXPECT_TRUE(line.back() >= '7' && line.back() <= '9') << line;
    }
}

TEST(Prober, CountsWhatFailsAndMeasuresTheRest) {
    Server server([](int n) { return n % 2 ? Server::What::serverError : Server::What::answer; });
    Prober prober(towards({server.endpoint().port()}));
    prober.run();
    EXPECT_GT(prober.failed(), 10u);
    EXPECT_GT(prober.samples().size(), 10u);
}

TEST(Prober, APortWhereNobodyIsFailsEveryRequest) {
    unsigned short port = 0;
    {
        Server gone([](int) { return Server::What::answer; });
        port = gone.endpoint().port();
    }
    Prober prober(towards({port}));
    prober.run();
    EXPECT_TRUE(prober.samples().empty());
    EXPECT_GT(prober.failed(), 20u);
}

TEST(HeaderOf, FindsAHeaderHoweverItIsWritten) {
    const std::string head =
        "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nServer-Timing:  link;dur=0.5\r\n\r\n";
    EXPECT_EQ(headerOf(head, "content-length"), "12");
    EXPECT_EQ(headerOf(head, "server-timing"), "link;dur=0.5");
    EXPECT_EQ(headerOf(head, "server"), "");
    EXPECT_EQ(headerOf("", "server"), "");
}

}  // namespace
}  // namespace tenfold::loadgen
