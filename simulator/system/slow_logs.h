// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>
#include <string>

#include "simulator/measure/slow_request.h"
#include "simulator/system/request.h"

namespace tenfold::system {

/// The logs of the requests at the API, and the slowest that have ended. Made for somebody who
/// watches: a study looks at no single request and pays for none.
class SlowLogs {
public:
    /// From here on the request logs what it spends its time on, what it has waited for first.
    void begin(Request& request, std::uint32_t index);
    /// The API is done with it.
    void ended(const Request& request, const std::string& instance, Nanos now);
    /// Since the last call.
    measure::SlowRequests take() { return m_slowest.take(); }

private:
    std::deque<measure::RequestLog> m_logs;  // by place of the request: they stay where they are
    measure::SlowestRequests m_slowest;
};

}  // namespace tenfold::system
