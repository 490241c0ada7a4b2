// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/api/emulated_cpu.h"

#include <time.h>

#include "simulator/measure/clock.h"

namespace tenfold::api {

using measure::monotonicNow;

namespace {
void sleepUntil(std::int64_t atNs) {
    const timespec t{atNs / 1'000'000'000, atNs % 1'000'000'000};
    while (::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, nullptr) != 0) {
    }
}
}  // namespace

EmulatedCpu::EmulatedCpu(int cores, double sliceMs)
    : m_cores(cores, static_cast<std::int64_t>(sliceMs * 1e6)) {
    m_busyBeforeNs = 0;
}

void EmulatedCpu::spend(double costMs, std::int64_t arrivalNs, std::int64_t afterNs) {
    std::unique_lock lock(m_mutex);
    const auto job = m_cores.submit(arrivalNs, static_cast<std::int64_t>(costMs * 1e6));
    while (true) {
        m_grants.clear();
        m_finishes.clear();
        m_cores.advance(monotonicNow(), m_grants, m_finishes);
        for (const auto& f : m_finishes) m_finished[f.id] = f.at;
        if (const auto it = m_finished.find(job); it != m_finished.end()) {
            const auto due = it->second + afterNs;
            m_finished.erase(it);
            if (due > monotonicNow()) {
                lock.unlock();
                sleepUntil(due);
                lock.lock();
            }
            m_overrun.recordNs(monotonicNow() - due);
            return;
        }
        // Others can only delay it: sleeping until the prediction never oversleeps by more than the
        // kernel does.
        const auto due = m_cores.predictFinish(job) + afterNs;
        lock.unlock();
        sleepUntil(due);
        lock.lock();
    }
}

void EmulatedCpu::setCores(int cores) {
    std::lock_guard lock(m_mutex);
    if (cores == m_cores.cores()) return;
    m_grants.clear();
    m_finishes.clear();
    m_cores.advance(monotonicNow(), m_grants, m_finishes);
    for (const auto& f : m_finishes) m_finished[f.id] = f.at;
    m_cores.setCores(cores);
}

EmulatedCpu::Counters EmulatedCpu::takeCounters() {
    std::lock_guard lock(m_mutex);
    m_grants.clear();
    m_finishes.clear();
    const auto now = monotonicNow();
    m_cores.advance(now, m_grants, m_finishes);
    for (const auto& f : m_finishes) m_finished[f.id] = f.at;
    Counters c;
    const auto busy = m_cores.busyNs(now);
    c.busyCoreMs = static_cast<double>(busy - m_busyBeforeNs) / 1e6;
    m_busyBeforeNs = busy;
    c.running = m_cores.running();
    c.waiting = m_cores.waiting();
    std::swap(c.overrun, m_overrun);
    return c;
}

}  // namespace tenfold::api
