// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/mechanisms/idempotency/idempotency.h"

namespace tenfold::mechanisms {

using system::Nanos;
using State = system::IdempotencyKeys::State;

void Idempotency::configure(const scenario::Design& design) {
    m_keptNs = static_cast<Nanos>(design.parameter("idempotency", "ttl_s", 86'400) * 1e9);
}

void Idempotency::forgetOld(Nanos now) {
    while (!m_byAge.empty() && m_byAge.front().since + m_keptNs < now) {
        m_keys.erase(m_byAge.front().intention);
        m_byAge.pop_front();
    }
}

State Idempotency::of(std::uint64_t intention, Nanos now) {
    forgetOld(now);
    const auto it = m_keys.find(intention);
    if (it == m_keys.end()) return State::unknown;
    if (it->second.isDone) return State::done;
    return it->second.lockedUntil > now ? State::inProgress : State::leftBehind;
}

void Idempotency::store(std::uint64_t intention, Nanos now, Nanos lockedUntil) {
    m_keys[intention] = {lockedUntil == 0, lockedUntil};
    m_byAge.push_back({intention, now});
}

void Idempotency::take(std::uint64_t intention, Nanos lockedUntil) {
    if (const auto it = m_keys.find(intention); it != m_keys.end())
        it->second.lockedUntil = lockedUntil;
}

void Idempotency::finish(std::uint64_t intention, bool isDone) {
    if (const auto it = m_keys.find(intention); it != m_keys.end()) it->second = {isDone, 0};
}

}  // namespace tenfold::mechanisms
