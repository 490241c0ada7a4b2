// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/judge/diagnosis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "simulator/mechanisms/catalogue.h"

using namespace tenfold;  // NOLINT: a test

namespace {

struct FakeRun {
    measure::Timeline timeline;
    scenario::Scenario scenario;
    std::int64_t slot = 0;

    FakeRun() { scenario.design = scenario::Design::naive(mechanisms::catalogue()); }
    void slots(int n, const std::function<void(measure::Sample&)>& fill) {
        for (int i = 0; i < n; ++i) {
            measure::Sample s;
            s.slot = slot++;
            auto& primary = s.nodes["primary"];
            primary.role = "database";
            primary.cores = 2;
            primary.spanMs = 250;
            primary.capacity = 97;
            auto& e = s.endpoints["orders.list"];
            e.users.offered = 2;
            e.server.requests = 2;
            fill(s);
            timeline.add(std::move(s));
        }
    }
    judge::Diagnosis diagnosis() const {
        return judge::diagnose(timeline, scenario, mechanisms::catalogue());
    }
};

void fullPrimary(measure::Sample& s) {
    s.nodes["primary"].busyCoreMs = 495;
    s.endpoints["orders.list"].server.statements = 82;
    s.endpoints["orders.list"].server.fullScanSteps = 20'000'000;
}

}  // namespace

TEST(FirstToBreak, NeedsTwoSecondsAtItsLimit) {
    FakeRun run;
    run.slots(7, fullPrimary);
    EXPECT_FALSE(judge::firstToBreak(run.timeline));
    run.slots(1, fullPrimary);
    EXPECT_EQ(judge::firstToBreak(run.timeline), "primary.cpu");
}

TEST(FirstToBreak, ARejectionCountsAtOnceAndTheEarlierOneWins) {
    FakeRun run;
    run.slots(3, [](measure::Sample& s) {
        auto& api = s.nodes["api-1"];
        api.role = "instance";
        api.rejected["connection_wait"] = 1;
    });
    run.slots(20, fullPrimary);
    EXPECT_EQ(judge::firstToBreak(run.timeline), "api-1.connections");
}

TEST(FirstToBreak, StartsAfreshAfterAChange) {
    FakeRun run;
    run.slots(10, fullPrimary);
    run.timeline.add(
        measure::Event{measure::EventKind::switched, 2500, 2, 1, "indexes off → on", ""});
    run.slots(10, [](measure::Sample&) {});
    EXPECT_FALSE(judge::firstToBreak(run.timeline));
    EXPECT_EQ(judge::firstToBreak(run.timeline, 0), "primary.cpu")
        << "unless the change belongs to the question";
}

TEST(Diagnosis, AFullInstanceIsToldWithItsOwnRequestsNotWithEverybodys) {
    FakeRun run;
    run.slots(40, [](measure::Sample& s) {
        s.endpoints["orders.list"].users.offered = 100;
        auto& api = s.nodes["api-1"];
        api.role = "instance";
        api.cores = 1;
        api.spanMs = 250;
        api.busyCoreMs = 250;
        api.arrived = 50;
    });
    EXPECT_EQ(run.diagnosis().text, "Its 1 cores are all in use by 200 requests a second.");
}

TEST(Diagnosis, ABusyPrimaryWithScansSuggestsIndexesAndBatching) {
    FakeRun run;
    run.slots(40, fullPrimary);
    const auto d = run.diagnosis();
    EXPECT_EQ(d.title, "The primary ran out of CPU");
    ASSERT_GE(d.tryNext.size(), 2u);
    EXPECT_EQ(d.tryNext[0].mechanism, "indexes");
    EXPECT_EQ(d.tryNext[1].mechanism, "query_shape");
    EXPECT_LE(d.tryNext.size(), 3u);
    EXPECT_FALSE(d.figures.empty());
}

TEST(Diagnosis, NeverSuggestsWhatIsAlreadyOnOrWhatTheNumbersDoNotShow) {
    FakeRun run;
    run.scenario.design = scenario::Design::sound(mechanisms::catalogue());
    run.slots(40, fullPrimary);
    for (const auto& s : run.diagnosis().tryNext) EXPECT_TRUE(s.mechanism.empty()) << s.mechanism;
    FakeRun calm;
    calm.slots(40, [](measure::Sample& s) { s.endpoints["orders.list"].server.statements = 2; });
    for (const auto& s : calm.diagnosis().tryNext) EXPECT_NE(s.mechanism, "indexes");
}

TEST(Diagnosis, WhenTheAuthServiceIsMissedTokensMayBeVerifiedElsewhere) {
    const auto suggests = [](const char* value, std::uint64_t refused) {
        FakeRun run;
        run.scenario.design.put("token_validation", {value, {}});
        run.slots(8, [&](measure::Sample& s) {
            s.nodes["gateway"].role = "gateway";
            if (refused) s.nodes["gateway"].rejected["auth_timeout"] = refused;
        });
        const auto all = run.diagnosis().tryNext;
        return std::any_of(all.begin(), all.end(), [](const auto& suggestion) {
            return suggestion.mechanism == "token_validation" && suggestion.value == "jwt";
        });
    };
    EXPECT_TRUE(suggests("central", 3));
    EXPECT_FALSE(suggests("central", 0)) << "it answers";
    EXPECT_FALSE(suggests("jwt", 3));
}

TEST(Diagnosis, SaysWhenConnectionsRanOut) {
    FakeRun run;
    run.slots(12, [](measure::Sample& s) {
        s.nodes["primary"].rejected["too_many_connections"] = 20;
        s.nodes["primary"].inUse = 97;
    });
    const auto d = run.diagnosis();
    EXPECT_EQ(d.title, "The connections ran out");
    EXPECT_EQ(d.tryNext.back().mechanism, "connection_pooler");
}

TEST(Diagnosis, BeforeTheFirstRequestItSaysSo) {
    EXPECT_EQ(FakeRun{}.diagnosis().title, "Nothing has been asked yet");
}
