// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "simulator/hardware/profile.h"
#include "simulator/random/stream.h"
#include "simulator/scenario/design.h"
#include "simulator/system/event.h"
#include "simulator/system/inputs.h"

namespace tenfold::system {

/// One version of the design, looked up once: every request keeps the version it entered with.
struct DesignState {
    /// Throws std::runtime_error when a combination has no operation profile.
    DesignState(std::uint64_t version, scenario::Design design, const Inputs& inputs);

    /// The recorded operation for what is asked: of the same key where one was recorded, else any
    /// of its kind.
    const OperationTrace& traceFor(std::size_t endpoint, std::uint64_t key, bool isHit,
                                   random::Stream& stream) const;

    std::uint64_t version;
    scenario::Design design;
    bool hasCache = false;
    bool isSingleFlight = true;
    Nanos cacheTtlNs = 0;
    bool hasPooler = false;
    int poolerSize = 0;
    Nanos poolerWaitNs = 0;
    int replicas = 0;
    bool readsOwnWrites = true;
    Nanos lagNs = 0;

private:
    struct Traces {
        const std::vector<OperationTrace>* all = nullptr;
        std::unordered_map<std::uint64_t, std::vector<std::uint32_t>> byKey;
    };
    std::vector<Traces> m_misses;  // by endpoint
    std::vector<Traces> m_hits;
};

}  // namespace tenfold::system
