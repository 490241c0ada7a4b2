// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <vector>

#include "simulator/hardware/bounded_cache.h"
#include "simulator/system/hooks.h"

namespace tenfold::mechanisms {

/// The answers each simulated instance keeps by itself: bounded, for a time to live, the one used
/// longest ago goes first. As mechanisms::LocalCache of the live instances.
class InProcessCaches final : public system::LocalCaches {
public:
    void configure(const scenario::Design& design) override;
    std::optional<std::uint64_t> find(std::uint32_t instance, std::uint64_t key,
                                      system::Nanos now) override;
    void store(std::uint32_t instance, std::uint64_t key, std::uint64_t version,
               system::Nanos until) override;
    void forget(std::uint32_t instance) override;

private:
    std::size_t m_capacity = 0;
    std::vector<hardware::BoundedCache<std::uint64_t, std::uint64_t>> m_caches;  // by instance
};

}  // namespace tenfold::mechanisms
