// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/mechanisms/token_validation/local_verifier.h"

#include <utility>

#include "simulator/measure/clock.h"

namespace tenfold::mechanisms {

using protocol::TokenFault;
using protocol::Verified;

void LocalVerifier::setKeys(protocol::KeySet keys) {
    m_keys = std::move(keys);
    m_good.clear();
    m_order.clear();
}

Verified LocalVerifier::verify(std::string_view token, double nowS) {
    // Whole tokens would be half a kilobyte each, and secrets lying about.
    const std::string name = protocol::sha256(token);
    if (const auto it = m_good.find(name); it != m_good.end())
        return {timeFault(it->second, nowS), it->second};
    const auto before = measure::monotonicNow();
    Verified v = protocol::verifyToken(token, m_keys, nowS);
    if (v.fault != TokenFault::unknownKey && v.fault != TokenFault::malformed &&
        v.fault != TokenFault::wrongAlgorithm) {
        ++m_work.signatures;
        m_work.ms += static_cast<double>(measure::monotonicNow() - before) / 1e6;
    }
    if (v.fault != TokenFault::none) return v;
    if (m_order.size() >= m_most) {
        m_good.erase(m_order.front());
        m_order.pop_front();
    }
    m_good.emplace(name, v.claims);
    m_order.push_back(name);
    return v;
}

LocalVerifier::Work LocalVerifier::takeWork() {
    return std::exchange(m_work, {});
}

}  // namespace tenfold::mechanisms
