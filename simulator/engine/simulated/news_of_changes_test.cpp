// SPDX-License-Identifier: GPL-3.0-or-later
// A changed product, its old answer in the shared cache, and the worker that brings the news: in a
// system so small that every step follows by hand.
#include <gtest/gtest.h>

#include "simulator/mechanisms/shared_cache/shared_cache.h"
#include "simulator/mechanisms/side_effects/side_effects.h"
#include "simulator/system/small_system.h"

namespace tenfold::mechanisms {
namespace {

using namespace system::small;  // NOLINT: its numbers are this test's
using measure::Outcome;

class SharedCacheWithEvents : public SmallSystem {
protected:
    system::System& startAs(const char* value) {
        set("side_effects", "inline");
        set("shared_cache", value, {{"ttl_s", 60}, {"stampede", 3}});
        system::Mechanisms m;
        m.cache = std::make_unique<SharedCache>();
        m.jobs = std::make_unique<Outbox>(m_scenario.seed);
        return start(std::move(m));
    }
    void askProduct(std::string_view endpoint) {
        load::RequestPlan plan;
        plan.endpoint = load::endpointIndex(endpoint).value();
        plan.user = 1;
        plan.product = 5;
        m_system->ask(plan);
    }
};

TEST_F(SharedCacheWithEvents, AChangeMakesTheKeptAnswerOldUntilItsTimeIsUp) {
    startAs("ttl");
    askProduct("products.get");
    run(0.5);
    askProduct("products.update");
    run(1);
    askProduct("products.get");
    const auto s = run(1);
    EXPECT_EQ(of(s, "products.get").server.cacheHits, 1u);
    EXPECT_EQ(of(s, "products.get").users.staleAnswers, 1u);
    // Told at some ms of the slot before last, asked a second later.
    EXPECT_NEAR(static_cast<double>(of(s, "products.get").users.staleAgeMs), 1000, 30);
    EXPECT_FALSE(s.nodes.count("worker"));
}

TEST_F(SharedCacheWithEvents, TheNewsOfAChangeEndsItAndThereIsAJobForIt) {
    auto& system = startAs("ttl_and_events");
    askProduct("products.get");
    run(0.5);
    askProduct("products.update");
    const auto changed = run(1);
    EXPECT_EQ(changed.nodes.at("worker").completed, 1u);
    EXPECT_EQ(changed.nodes.at("sink").arrived, 0u) << "nobody is sent an e-mail";
    EXPECT_EQ(system.mechanisms().jobs->jobs(), 0u);
    askProduct("products.get");
    const auto s = run(1);
    EXPECT_EQ(of(s, "products.get").server.recomputes, 1u);
    EXPECT_EQ(of(s, "products.get").users.staleAnswers, 0u);
    askProduct("products.get");
    EXPECT_EQ(of(run(1), "products.get").server.cacheHits, 1u);
}

TEST_F(SharedCacheWithEvents, UntilTheNewsIsThereTheOldAnswerIsGiven) {
    startAs("ttl_and_events");
    askProduct("products.get");
    run(0.5);
    askProduct("products.update");
    // The worker looks five times a second, and the change is known once it has been answered.
    std::uint64_t stale = 0, shown = 0;
    for (int i = 0; i < 4; ++i) {
        askProduct("products.get");
        const auto s = run(0.25);
        stale += of(s, "products.get").users.staleAnswers;
        shown += of(s, "products.get").users.of(Outcome::ok);
    }
    EXPECT_EQ(shown, 4u);
    EXPECT_LE(stale, 1u);
}

}  // namespace
}  // namespace tenfold::mechanisms
