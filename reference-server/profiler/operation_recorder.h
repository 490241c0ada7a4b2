// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "reference-server/data/dataset.h"
#include "reference-server/profiler/combinations.h"
#include "reference-server/profiler/request_recorder.h"

namespace tenfold::profiler {

/// What one key's requests take, and how many of the draws had that key.
struct DrawnTrace {
    std::uint64_t key = 0;  // of load::keyOf()
    std::uint64_t draws = 1;
    Recorded recorded;
    std::size_t repeatLast = 0;     // the last so many statements …
    std::uint64_t repeatTimes = 1;  // … come so often in all
};

struct Operation {
    Combination combination;
    bool isWrite = false;
    std::string extrapolated;  // from what, where it could not be carried out in full
    std::vector<DrawnTrace> traces;
};

/// Records combinations, each with the same requests: as the generator draws them.
///
/// A read whose key has been asked for before is not asked again, since the counts of one request
/// to data that does not change are one number. Once so many requests were really made (`most`),
/// draws of further keys are left out: popular keys then have all their draws, and of the many that
/// are drawn once there are enough. Two lists would take forever and are recorded in
/// part (see `isCut` and `extrapolated`); what they return is what the batched list returns.
class OperationRecorder {
public:
    OperationRecorder(RequestRecorder& recorder, const data::ShopRows& rows, std::uint64_t seed,
                      int draws, int most);

    /// The database must have the indexes of the combination.
    Operation record(const Combination& combination);
    /// True when one request would read more rows than anybody waits for: such a combination is
    /// recorded by extrapolate().
    bool takesForever(const Combination& combination) const;
    /// Asks once for what the list returns in full; before anything is written or deleted.
    void noteWholeList(const Combination& combination);
    /// From the same request to two shops of a few orders, after which there are only a few orders.
    Operation extrapolate(const Combination& combination);

private:
    DrawnTrace traceOf(const load::RequestPlan& plan, const Combination& combination,
                       const scenario::Design& design);
    /// The list of orders in full, under the batched query shape.
    const Recorded& wholeList(const Combination& combination);

    RequestRecorder& m_recorder;
    data::ShopRows m_rows;
    int m_most;
    std::vector<load::RequestPlan> m_plans;
    std::map<std::string, Recorded> m_wholeLists;  // by `indexes` and `serialisation`
};

}  // namespace tenfold::profiler
