// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "simulator/hardware/profile.h"
#include "simulator/measure/sample.h"
#include "simulator/random/stream.h"
#include "simulator/system/request.h"

namespace tenfold::system {

class System;

/// How a call of the provider ends for the one who called.
enum class CallEnd : std::uint8_t { done, failed, timedOut };

/// Somebody else's server, which sends e-mails and takes webhooks: as many at once as are asked,
/// each after a time drawn from a lognormal. Who called is told at the end, or at its limit; what
/// was given up is carried out all the same.
class Provider {
public:
    Provider(System& system, std::uint64_t seed);

    void configure(const hardware::HardwareProfile& hardware);
    /// Of e-mails from now on, as the faults have it.
    void setTrouble(double latencyFactor, double failureRatio);

    void callFor(std::uint32_t request, bool isEmail, Nanos startAt, Nanos limit);
    void callForJob(std::uint64_t job, bool isEmail, Nanos startAt, Nanos limit);
    void callEnds(std::uint32_t call, Nanos now);
    void collect(measure::Sample& sample);

private:
    struct Call {
        std::uint32_t generation = 0;
        std::uint32_t request = kNone;  // kNone: for a job
        std::uint32_t requestGeneration = 0;
        std::uint64_t job = 0;
        CallEnd end = CallEnd::done;
        bool isCarriedOut = true;
    };
    void begin(const Call& call, bool isEmail, Nanos startAt, Nanos limit);

    System& m_system;
    random::Stream m_latencies;
    random::Stream m_failures;
    double m_medianMs = 0;
    double m_sigma = 0;
    double m_latencyFactor = 1;
    double m_failureRatio = 0;
    Slab<Call> m_calls;
    std::uint64_t m_arrived = 0;
    std::uint64_t m_completed = 0;
    std::uint64_t m_failed = 0;
    std::uint64_t m_delivered = 0;  // since the beginning
    std::uint64_t m_repeated = 0;
};

}  // namespace tenfold::system
