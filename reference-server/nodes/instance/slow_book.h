// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <mutex>
#include <string>
#include <string_view>

#include "reference-server/api/trace.h"
#include "simulator/measure/slow_request.h"

namespace tenfold::nodes {

/// The slowest requests of an instance since it last told of them. For each of the others it is a
/// comparison under a lock; only what is kept is written out.
class SlowBook {
public:
    /// What is not in the trace of a request that has ended.
    struct Ended {
        measure::Way way;
        std::string_view endpoint{};
        std::string_view method{};
        std::string_view target{};
        int status = 200;
        double atMs = 0;  // since t0
    };
    void ended(const Ended& what, const api::Trace& trace);
    measure::SlowRequests take();

private:
    std::mutex m_mutex;
    measure::SlowestRequests m_slowest;
};

}  // namespace tenfold::nodes
