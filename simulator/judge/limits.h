// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "simulator/measure/sample.h"

namespace tenfold::judge {

/// How close a resource of a node is to its end, in one sample.
struct Limit {
    std::string name;      // primary.cpu, api-1.threads, gateway.queue, …
    double level = 0;      // 0..1: in use of what there is
    bool rejects = false;  // it turned work away
};

/// Every limit of every node that is alive.
std::vector<Limit> limitsOf(const measure::Sample& sample);

}  // namespace tenfold::judge
