// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/hardware/core_scheduler.h"

#include <gtest/gtest.h>

#include <cmath>
#include <deque>
#include <map>
#include <vector>

#include "simulator/random/stream.h"

using tenfold::hardware::CoreScheduler;
using tenfold::hardware::Nanos;
using tenfold::random::Stream;

namespace {

constexpr Nanos kMs = 1'000'000;

struct Log {
    std::vector<CoreScheduler::Grant> grants;
    std::vector<CoreScheduler::Finish> finishes;
    std::map<CoreScheduler::JobId, Nanos> finishedAt;
    void advance(CoreScheduler& s, Nanos now) {
        finishes.clear();
        s.advance(now, grants, finishes);
        for (const auto& f : finishes) finishedAt[f.id] = f.at;
    }
};

struct Estimate {
    double mean;
    double halfWidth99;
};

/// Mean response of an open queue from batch means (20 batches, Student t 99 %: 2.861).
template <typename Service>
Estimate meanResponse(int cores, Nanos slice, double arrivalsPerMs, Service serviceMs, int jobs) {
    CoreScheduler s(cores, slice);
    Stream arrivals(5, "arrivals"), services(5, "services");
    std::map<CoreScheduler::JobId, Nanos> started;
    std::vector<double> responses;
    std::vector<CoreScheduler::Grant> grants;
    std::vector<CoreScheduler::Finish> finishes;
    double at = 0;
    const auto drain = [&] {
        for (const auto& f : finishes) {
            responses.push_back(static_cast<double>(f.at - started[f.id]) / kMs);
            started.erase(f.id);
        }
        finishes.clear();
        grants.clear();
    };
    for (int i = 0; i < jobs; ++i) {
        at += arrivals.exponential(1 / arrivalsPerMs);
        const auto t = static_cast<Nanos>(at * kMs);
        s.advance(t, grants, finishes);
        drain();
        started[s.submit(t, static_cast<Nanos>(serviceMs(services) * kMs))] = t;
    }
    s.advance(static_cast<Nanos>(at * kMs) + 1'000'000 * kMs, grants, finishes);
    drain();
    const std::size_t warmUp = responses.size() / 10;
    constexpr int kBatches = 20;
    const std::size_t size = (responses.size() - warmUp) / kBatches;
    double mean = 0, squares = 0;
    for (int b = 0; b < kBatches; ++b) {
        double sum = 0;
        for (std::size_t i = 0; i < size; ++i)
            sum += responses[warmUp + static_cast<std::size_t>(b) * size + i];
        const double m = sum / static_cast<double>(size);
        mean += m / kBatches;
        squares += m * m / kBatches;
    }
    return {mean, 2.861 * std::sqrt((squares - mean * mean) / (kBatches - 1))};
}

}  // namespace

TEST(CoreScheduler, TwoJobsOnOneCoreTakeTurns) {
    CoreScheduler s(1, 2 * kMs);
    Log log;
    const auto scan = s.submit(0, 5 * kMs);
    const auto key = s.submit(1 * kMs, 1 * kMs);
    log.advance(s, 100 * kMs);
    EXPECT_EQ(log.finishedAt[key], 3 * kMs) << "after the scan's first slice";
    EXPECT_EQ(log.finishedAt[scan], 6 * kMs);
    EXPECT_EQ(s.busyNs(100 * kMs), 6 * kMs);
    ASSERT_EQ(log.grants.size(), 2u);
    EXPECT_EQ(log.grants[1].at, 2 * kMs);
}

TEST(CoreScheduler, AnIdleCoreIsBookedFromTheArrivalNotFromWhenWeLook) {
    CoreScheduler s(1);
    Log log;
    log.advance(s, 10 * kMs);
    const auto job = s.submit(9 * kMs, 3 * kMs);
    EXPECT_EQ(s.nextEventAt(), 9 * kMs);
    log.advance(s, 13 * kMs);
    EXPECT_EQ(log.finishedAt[job], 12 * kMs);
}

TEST(CoreScheduler, CostMayComeWhileTheJobRuns) {
    CoreScheduler s(1, 2 * kMs);
    Log log;
    const auto a = s.submit(0);
    const auto b = s.submit(0);
    log.advance(s, 1 * kMs);
    ASSERT_EQ(log.grants.size(), 1u);
    s.setCost(a, 3 * kMs);  // needs another slice after b's
    log.advance(s, 3 * kMs);
    ASSERT_EQ(log.grants.size(), 2u);
    s.setCost(b, 1 * kMs);
    log.advance(s, 20 * kMs);
    EXPECT_EQ(log.finishedAt[b], 3 * kMs);
    EXPECT_EQ(log.finishedAt[a], 4 * kMs);
}

TEST(CoreScheduler, ACostThatIsAlreadyPaidFinishesAtOnce) {
    CoreScheduler s(1, 2 * kMs);
    Log log;
    const auto slow = s.submit(0);
    const auto other = s.submit(0, 10 * kMs);
    log.advance(s, 3 * kMs);  // slow has had its slice and waits
    s.setCost(slow, 1 * kMs);
    EXPECT_EQ(s.nextEventAt(), 3 * kMs);
    log.advance(s, 3 * kMs);
    EXPECT_EQ(log.finishedAt[slow], 3 * kMs);
    log.advance(s, 30 * kMs);
    EXPECT_EQ(log.finishedAt[other], 12 * kMs);
}

TEST(CoreScheduler, MoreAndFewerCoresWhileRunning) {
    CoreScheduler s(1, 2 * kMs);
    Log log;
    const auto a = s.submit(0, 10 * kMs);
    const auto b = s.submit(0, 10 * kMs);
    log.advance(s, 4 * kMs);
    s.setCores(2);
    log.advance(s, 40 * kMs);
    EXPECT_EQ(log.finishedAt[a], 12 * kMs);
    EXPECT_EQ(log.finishedAt[b], 12 * kMs);
    const auto c = s.submit(40 * kMs, 6 * kMs);
    const auto d = s.submit(40 * kMs, 6 * kMs);
    log.advance(s, 41 * kMs);
    s.setCores(1);
    log.advance(s, 80 * kMs);
    EXPECT_EQ(std::max(log.finishedAt[c], log.finishedAt[d]), 51 * kMs);
    EXPECT_EQ(s.busyNs(80 * kMs), 32 * kMs);
}

TEST(CoreScheduler, CancelledJobsGiveTheirCoreBack) {
    CoreScheduler s(1, 2 * kMs);
    Log log;
    const auto a = s.submit(0, 50 * kMs);
    const auto b = s.submit(0, 1 * kMs);
    log.advance(s, 1 * kMs);
    s.cancel(a);
    log.advance(s, 10 * kMs);
    EXPECT_EQ(log.finishedAt.count(a), 0u);
    EXPECT_EQ(log.finishedAt[b], 2 * kMs);
    EXPECT_EQ(s.running() + s.waiting(), 0);
}

TEST(CoreScheduler, ACoreThatCancelFreedWakesWhoeverWaits) {
    CoreScheduler s(1, 2 * kMs);
    Log log;
    const auto a = s.submit(0, 50 * kMs);
    const auto b = s.submit(0, 1 * kMs);
    log.advance(s, 1 * kMs);
    s.cancel(a);
    // A live node sleeps until then; without it b would wait for somebody else's arrival.
    EXPECT_EQ(s.nextEventAt(), 1 * kMs);
    EXPECT_EQ(s.predictFinish(b), 2 * kMs);
}

TEST(CoreScheduler, CoresThatWereAddedWakeWhoeverWaits) {
    CoreScheduler s(1, CoreScheduler::kInfinite);
    Log log;
    s.submit(0, 50 * kMs);
    const auto b = s.submit(0, 1 * kMs);
    log.advance(s, 3 * kMs);
    s.setCores(2);
    EXPECT_EQ(s.nextEventAt(), 3 * kMs);
    log.advance(s, 5 * kMs);
    EXPECT_EQ(log.finishedAt[b], 4 * kMs);
}

TEST(CoreScheduler, BusyTimeNeverFallsWhenACostComesLate) {
    CoreScheduler s(1, 2 * kMs);
    Log log;
    const auto a = s.submit(0);
    log.advance(s, 1'500'000);
    const auto before = s.busyNs(1'500'000);
    s.setCost(a, 1 * kMs);
    EXPECT_GE(s.busyNs(1'600'000), before);
    log.advance(s, 2 * kMs);
    EXPECT_GE(s.busyNs(2 * kMs), before);
}

TEST(CoreScheduler, ThePredictionIsWhatHappensWhenNobodyElseComes) {
    Stream r(9, "jobs");
    CoreScheduler s(3, 2 * kMs);
    Log log;
    std::vector<CoreScheduler::JobId> jobs;
    for (int i = 0; i < 20; ++i)
        jobs.push_back(s.submit(i * kMs / 2, static_cast<Nanos>(r.exponential(5) * kMs)));
    log.advance(s, 8 * kMs);
    std::map<CoreScheduler::JobId, Nanos> predicted;
    for (const auto j : jobs)
        if (!log.finishedAt.count(j)) predicted[j] = s.predictFinish(j);
    EXPECT_FALSE(predicted.empty());
    log.advance(s, 1000 * kMs);
    for (const auto& [j, at] : predicted) EXPECT_EQ(log.finishedAt[j], at);
}

/// Round robin as it is written down: every slice of every core is an event.
std::vector<Nanos> sliceBySlice(const std::vector<std::pair<Nanos, Nanos>>& jobs, int cores,
                                Nanos slice) {
    struct Core {
        int job = -1;
        Nanos ends = 0;
        Nanos freeSince = 0;
    };
    std::vector<Core> all(static_cast<std::size_t>(cores));
    std::vector<Nanos> left;
    std::vector<Nanos> finished(jobs.size(), -1);
    for (const auto& job : jobs) left.push_back(job.second);
    std::deque<int> line;
    std::size_t next = 0;
    const auto give = [&](Core& core, int job, Nanos at) {
        core.job = job;
        core.ends = at + std::min(slice, left[static_cast<std::size_t>(job)]);
    };
    while (true) {
        Core* first = nullptr;
        for (auto& core : all)
            if (core.job >= 0 && (!first || core.ends < first->ends)) first = &core;
        if (next < jobs.size() && (!first || jobs[next].first <= first->ends)) {
            Core* idle = nullptr;
            for (auto& core : all)
                if (core.job < 0 && (!idle || core.freeSince < idle->freeSince)) idle = &core;
            const int job = static_cast<int>(next++);
            if (idle)
                give(*idle, job, jobs[static_cast<std::size_t>(job)].first);
            else
                line.push_back(job);
            continue;
        }
        if (!first) return finished;
        const Nanos at = first->ends;
        const int job = first->job;
        auto& rest = left[static_cast<std::size_t>(job)];
        rest -= std::min(slice, rest);
        first->job = -1;
        first->freeSince = at;
        if (rest == 0)
            finished[static_cast<std::size_t>(job)] = at;
        else
            line.push_back(job);
        if (!line.empty()) {
            const int waiting = line.front();
            line.pop_front();
            give(*first, waiting, at);
        }
    }
}

TEST(CoreScheduler, SlicesThatNobodyWaitsForAreLeftOutAndNothingElseChanges) {
    Stream stream(5, "jobs");
    std::vector<std::pair<Nanos, Nanos>> jobs;
    Nanos at = 0;
    for (int i = 0; i < 3000; ++i) {
        at += static_cast<Nanos>(stream.exponential(2.6e6));
        jobs.push_back({at, static_cast<Nanos>(stream.exponential(4e6)) + 1});
    }
    for (const int cores : {1, 2, 3}) {
        CoreScheduler scheduler(cores, 2'000'000);
        std::map<CoreScheduler::JobId, std::size_t> numbers;
        std::vector<Nanos> finished(jobs.size(), -1);
        std::vector<CoreScheduler::Grant> grants;
        std::vector<CoreScheduler::Finish> finishes;
        const auto advance = [&](Nanos to) {
            finishes.clear();
            scheduler.advance(to, grants, finishes);
            for (const auto& f : finishes) {
                finished[numbers.at(f.id)] = f.at;
                numbers.erase(f.id);
            }
        };
        for (std::size_t i = 0; i < jobs.size(); ++i) {
            advance(jobs[i].first - 1);
            numbers[scheduler.submit(jobs[i].first, jobs[i].second)] = i;
            advance(jobs[i].first);
        }
        while (const auto next = scheduler.nextEventAt()) advance(*next);
        EXPECT_EQ(finished, sliceBySlice(jobs, cores, 2'000'000)) << cores;
    }
}

TEST(CoreScheduler, WithInfiniteSlicesItIsMM2) {
    // Erlang C, c = 2: E[T] = s / (1 − rho²) for mean service s. Load 0.7, s = 1 ms.
    const auto e = meanResponse(
        2, CoreScheduler::kInfinite, 1.4, [](Stream& s) { return s.exponential(1.0); }, 400'000);
    EXPECT_NEAR(e.mean, 1 / (1 - 0.49), e.halfWidth99 + 0.01);
    EXPECT_LT(e.halfWidth99, 0.06);
}

TEST(CoreScheduler, WithVanishingSlicesItIsProcessorSharing) {
    // M/G/1-PS is insensitive: E[T] = s / (1 − rho) whatever the distribution. Load 0.6, s = 1 ms.
    constexpr Nanos kTiny = 20'000;
    const auto fixed = meanResponse(
        1, kTiny, 0.6, [](Stream&) { return 1.0; }, 100'000);
    EXPECT_NEAR(fixed.mean, 2.5, fixed.halfWidth99 + 0.03);
    const auto mixed = meanResponse(
        1, kTiny, 0.6,
        [](Stream& s) { return s.uniform() < 0.9 ? s.exponential(0.5) : s.exponential(5.5); },
        200'000);
    EXPECT_NEAR(mixed.mean, 2.5, mixed.halfWidth99 + 0.05);
}
