// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>
#include <unordered_map>

#include "simulator/system/hooks.h"

namespace tenfold::mechanisms {

/// The keys of the simulated writes, as the live ones are in their table. Each is forgotten once it
/// is older than it is kept.
class Idempotency : public system::IdempotencyKeys {
public:
    void configure(const scenario::Design& design) override;
    State of(std::uint64_t intention, system::Nanos now) override;
    void store(std::uint64_t intention, system::Nanos now, system::Nanos lockedUntil) override;
    void take(std::uint64_t intention, system::Nanos lockedUntil) override;
    void finish(std::uint64_t intention, bool isDone) override;
    std::size_t keys() const override { return m_keys.size(); }

private:
    struct Key {
        bool isDone = false;
        system::Nanos lockedUntil = 0;
    };
    struct Age {
        std::uint64_t intention;
        system::Nanos since;
    };
    void forgetOld(system::Nanos now);

    system::Nanos m_keptNs = 0;
    std::unordered_map<std::uint64_t, Key> m_keys;
    std::deque<Age> m_byAge;
};

}  // namespace tenfold::mechanisms
