// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "reference-server/protocol/access_token.h"

namespace tenfold::mechanisms {

/// Verifies access tokens with public keys, and remembers those that were good until they end: a
/// signature takes tens of µs, and a user's token comes with each of the user's requests. A
/// bounded memory, the oldest goes first. One thread at a time.
class LocalVerifier {
public:
    explicit LocalVerifier(std::size_t remembered = 50'000) : m_most(remembered) {}

    /// Other keys: what was verified with the old ones is forgotten.
    void setKeys(protocol::KeySet keys);
    bool hasKeys() const { return !m_keys.isEmpty(); }
    /// Throws nothing; the fault is in the answer.
    protocol::Verified verify(std::string_view token, double nowS);

    /// Signatures looked at since the last call, and the real time it took.
    struct Work {
        std::uint64_t signatures = 0;
        double ms = 0;
    };
    Work takeWork();

private:
    std::size_t m_most;
    protocol::KeySet m_keys;
    std::unordered_map<std::string, protocol::Claims> m_good;  // by SHA-256 of the token
    std::deque<std::string> m_order;
    Work m_work;
};

}  // namespace tenfold::mechanisms
