// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "simulator/hardware/edge_store.h"
#include "simulator/system/hooks.h"

namespace tenfold::mechanisms {

/// The stores of the simulated edges: the decisions are those of the live ones
/// (hardware::EdgeStore), an answer is a version and a number of bytes.
class Cdn final : public system::Edges {
public:
    void configure(const scenario::Design& design) override;
    Found look(std::uint32_t edge, std::uint64_t key, system::Nanos now) override;
    void join(std::uint32_t edge, std::uint64_t flight, std::uint32_t request,
              std::uint32_t generation) override;
    std::vector<Waiter> landed(std::uint32_t edge, std::uint64_t key, std::uint64_t flight,
                               std::optional<Answer> answer, bool isImmutable,
                               system::Nanos now) override;
    void invalidate(std::uint32_t edge, std::uint64_t key) override;
    void put(std::uint32_t edge, std::uint64_t key, Answer answer,
             system::Nanos freshUntil) override;
    Held held(std::uint32_t edge) const override;

private:
    using Store = hardware::EdgeStore<std::uint64_t, Answer, Waiter>;
    std::vector<Store> m_stores;  // by edge
    system::Nanos m_ttlNs = 0;
    system::Nanos m_staleNs = 0;
};

}  // namespace tenfold::mechanisms
