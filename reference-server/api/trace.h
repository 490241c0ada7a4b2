// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include "simulator/measure/clock.h"
#include "simulator/measure/sample.h"
#include "simulator/measure/slow_request.h"

namespace tenfold::api {

/// What answering one request took: filled while it is answered, booked when it is done.
struct Trace {
    measure::ServerCounts counts;
    measure::StageTimes where;
    measure::RequestLog log;  // the same times, one after the other
    /// Called after each round trip to a database that went well, with its counts booked. What it
    /// throws ends the request; the connection stays good. Set by who records requests.
    std::function<void()> afterRoundTrip;

    void add(measure::Stage stage, double ms) {
        where.of(stage) += ms;
        log.add(stage, ms);
    }
};

/// Adds the time until the end of its scope to a stage.
class StageTimer {
public:
    StageTimer(Trace& trace, measure::Stage stage)
        : m_trace(trace), m_stage(stage), m_startNs(measure::monotonicNow()) {}
    ~StageTimer() {
        m_trace.add(m_stage, static_cast<double>(measure::monotonicNow() - m_startNs) / 1e6);
    }
    StageTimer(const StageTimer&) = delete;
    StageTimer& operator=(const StageTimer&) = delete;

private:
    Trace& m_trace;
    measure::Stage m_stage;
    measure::Nanos m_startNs;
};

}  // namespace tenfold::api
