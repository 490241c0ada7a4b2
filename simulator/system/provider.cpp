// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/system/provider.h"

#include <algorithm>
#include <utility>

#include "simulator/system/system.h"

namespace tenfold::system {

namespace {
// As the live node.
constexpr double kConnections = 512;
constexpr double kLongestMs = 60'000;
}  // namespace

Provider::Provider(System& system, std::uint64_t seed)
    : m_system(system), m_latencies(seed, "sink.latency"), m_failures(seed, "sink.failures") {}

void Provider::configure(const hardware::HardwareProfile& hardware) {
    m_medianMs = hardware.providerMs;
    m_sigma = hardware.providerSigma;
}

void Provider::setTrouble(double latencyFactor, double failureRatio) {
    m_latencyFactor = latencyFactor;
    m_failureRatio = failureRatio;
}

void Provider::callFor(std::uint32_t request, bool isEmail, Nanos startAt, Nanos limit) {
    Call call;
    call.request = request;
    call.requestGeneration = m_system.requests()[request].generation;
    begin(call, isEmail, startAt, limit);
}

void Provider::callForJob(std::uint64_t job, bool isEmail, Nanos startAt, Nanos limit) {
    Call call;
    call.job = job;
    begin(call, isEmail, startAt, limit);
}

void Provider::begin(const Call& call, bool isEmail, Nanos startAt, Nanos limit) {
    ++m_arrived;
    const auto index = m_calls.take();
    const auto generation = m_calls[index].generation;
    Call& c = m_calls[index] = call;
    c.generation = generation;
    double ms = m_latencies.lognormal(m_medianMs, m_sigma);
    const double u = m_failures.uniform();
    if (isEmail) ms = std::min(kLongestMs, ms * m_latencyFactor);
    const bool fails = isEmail && u < m_failureRatio;
    const Nanos endsAt = startAt + static_cast<Nanos>(ms * 1e6);
    c.isCarriedOut = !fails;
    c.end = endsAt > limit ? CallEnd::timedOut : fails ? CallEnd::failed : CallEnd::done;
    m_system.at(std::min(endsAt, limit), EventKind::callEnds, index);
}

void Provider::callEnds(std::uint32_t index, Nanos now) {
    const Call c = m_calls[index];
    m_calls.giveBack(index);
    if (c.isCarriedOut) {
        ++m_completed;
        const bool isRepeat =
            c.request == kNone && m_system.mechanisms().jobs->wasCarriedOut(c.job);
        ++(isRepeat ? m_repeated : m_delivered);
    } else {
        ++m_failed;
    }
    if (c.request == kNone) return m_system.worker().delivered(c.job, c.end, now);
    const Request& r = m_system.requests()[c.request];
    // Its instance may have died; the call goes on for nobody.
    if (r.generation == c.requestGeneration && !r.isServed)
        m_system.api().callEnded(c.request, c.end, now);
}

void Provider::collect(measure::Sample& sample) {
    auto& n = sample.nodes["sink"];
    n.role = "sink";
    n.spanMs = measure::SlotClock::kSlotMs;
    n.capacity = kConnections;
    n.inUse = static_cast<double>(m_calls.inUse());
    n.arrived = std::exchange(m_arrived, 0);
    n.completed = std::exchange(m_completed, 0);
    if (m_failed > 0) n.rejected["failed"] = std::exchange(m_failed, 0);
    n.gauges["delivered"] = static_cast<double>(m_delivered);
    n.gauges["repeated"] = static_cast<double>(m_repeated);
}

}  // namespace tenfold::system
