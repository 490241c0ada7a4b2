// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include "simulator/measure/clock.h"
#include "simulator/measure/sample.h"

namespace tenfold::loadgen {

enum class Audience { users, abuser };

/// How an answered request ended, by its status.
measure::Outcome outcomeOf(int status);

/// Where the generator writes down what happened: offered by the slot of the scheduled time,
/// outcomes by the slot of completion. The reporter's thread takes slots out.
class ResultBook {
public:
    explicit ResultBook(measure::SlotClock clock);

    void offered(std::size_t endpoint, Audience who, measure::Nanos scheduledAt);
    void sent(std::size_t endpoint, Audience who, measure::Nanos now);
    void retried(std::size_t endpoint, Audience who, measure::Nanos now);
    void lag(measure::Nanos lagNs, measure::Nanos now);
    struct End {
        std::size_t endpoint = 0;
        Audience who = Audience::users;
        measure::Outcome outcome = measure::Outcome::ok;
        double responseMs = 0;  // from the scheduled time
        double serviceMs = 0;   // from the actual send; negative: it never was
        std::uint64_t bytes = 0;
        std::optional<double> staleMs;  // it showed an older version than had so long been known
    };
    void ended(const End& end, measure::Nanos now);

    /// Everything booked into slots up to and including this one.
    measure::Sample take(std::int64_t slot);
    /// Sums over the whole run, for the identity.
    std::uint64_t totalOffered() const;
    std::uint64_t totalEnded() const;

private:
    struct Slot {
        std::vector<std::array<measure::ClientCounts, 2>> endpoints;
        measure::Histogram lag;
    };
    Slot& at(measure::Nanos when);

    measure::SlotClock m_clock;
    mutable std::mutex m_mutex;
    std::map<std::int64_t, Slot> m_slots;
    std::int64_t m_taken = -1;
    std::uint64_t m_offered = 0;
    std::uint64_t m_ended = 0;
};

}  // namespace tenfold::loadgen
