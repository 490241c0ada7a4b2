// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <memory>
#include <string>

#include "simulator/measure/slow_request.h"

namespace tenfold::app {

/// The slowest request of late through each node: a new one takes its place when it is slower, or
/// when the old one is no news any more.
class SlowRequestStore {
public:
    static constexpr double kNewsMs = 10'000;
    static constexpr std::size_t kMostNodes = 256;

    void add(measure::SlowRequests requests);
    void clear() { m_byNode.clear(); }
    /// Null while none has passed there. What is given out stays as it is.
    std::shared_ptr<const measure::SlowRequest> of(const std::string& node) const;

private:
    std::map<std::string, std::shared_ptr<const measure::SlowRequest>> m_byNode;
};

}  // namespace tenfold::app
