// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <vector>

namespace tenfold::hardware {

using Nanos = std::int64_t;

/// Emulated cores, time-sliced round robin: a job runs for one slice, then goes to the tail of the
/// line if it needs more and somebody waits. The same code runs in live nodes, driven by the wall
/// clock, and in the simulation, driven by events. One thread at a time; times are nanoseconds on
/// whatever clock the caller uses.
///
/// A job's cost may become known while it runs: live nodes learn it from the real work, which they
/// begin when the job is first granted a core. Until then it uses slice after slice.
///
/// Limits that are known: slice → 0 is processor sharing, slice = infinity first come first served.
class CoreScheduler {
public:
    using JobId = std::uint64_t;
    static constexpr Nanos kDefaultSlice = 2'000'000;
    static constexpr Nanos kInfinite = std::numeric_limits<Nanos>::max() / 4;

    struct Grant {
        JobId id;
        Nanos at;  // the job first got a core
    };
    struct Finish {
        JobId id;
        Nanos at;
    };

    explicit CoreScheduler(int cores, Nanos slice = kDefaultSlice);

    /// Queues a job of unknown cost. It may have arrived a little in the past: a core that was idle
    /// then is booked from then on.
    JobId submit(Nanos arrivalAt);
    JobId submit(Nanos arrivalAt, Nanos cost);
    /// What the job costs in all. If it has had more than that already it finishes at once.
    void setCost(JobId id, Nanos cost);
    void cancel(JobId id);
    /// Bigger (or smaller) machines, from the time last advanced to.
    void setCores(int cores);

    /// Processes everything up to `now` in order of time. Appends first grants and finishes.
    void advance(Nanos now, std::vector<Grant>& grants, std::vector<Finish>& finishes);
    /// When something happens next if nobody submits; nothing when all is idle.
    std::optional<Nanos> nextEventAt() const;
    /// When a job of known cost ends if nobody else comes. Jobs of unknown cost are taken to need
    /// one more slice.
    Nanos predictFinish(JobId id) const;

    /// Core time used up to an instant, cumulative, never falling for rising `upTo`.
    Nanos busyNs(Nanos upTo) const;
    int cores() const { return static_cast<int>(m_cores.size()); }
    int running() const;
    int waiting() const;

private:
    static constexpr std::uint32_t kNone = 0xffffffff;
    static constexpr Nanos kUnknown = -1;

    struct Job {
        Nanos arrivalAt = 0;
        Nanos cost = kUnknown;
        Nanos attained = 0;
        std::uint32_t generation = 0;
        std::uint32_t core = kNone;
        bool isGranted = false;
        bool isLive = false;
    };
    struct Core {
        std::uint32_t job = kNone;
        Nanos sliceStart = 0;
        Nanos freeSince = std::numeric_limits<Nanos>::min() / 4;
    };

    JobId idOf(std::uint32_t index) const;
    std::uint32_t indexOf(JobId id) const;  // kNone when it is gone
    Nanos eventAt(const Core& core) const;
    /// Somebody begins to wait: slices that ended before `at` are booked, so that whoever runs is
    /// again within one slice.
    void alignSlices(Nanos at);
    void admitArrivals(Nanos upTo, std::vector<Grant>& grants);
    void giveCore(std::uint32_t core, std::uint32_t job, Nanos at, std::vector<Grant>& grants);
    void fillCore(std::uint32_t core, Nanos at, std::vector<Grant>& grants);
    void endSlice(std::uint32_t core, Nanos at, std::vector<Grant>& grants,
                  std::vector<Finish>& finishes);
    void release(std::uint32_t index);

    Nanos m_slice;
    Nanos m_now = std::numeric_limits<Nanos>::min() / 4;
    Nanos m_busyDone = 0;
    mutable Nanos m_busyReported = 0;
    std::vector<Core> m_cores;
    std::vector<Job> m_jobs;
    std::vector<std::uint32_t> m_free;
    std::deque<std::uint32_t> m_arrivals;  // submitted, not yet looked at, by arrival
    std::deque<std::uint32_t> m_line;      // waiting for a core
    std::vector<std::uint32_t> m_overdue;  // waiting, but their cost turned out to be paid already
};

}  // namespace tenfold::hardware
