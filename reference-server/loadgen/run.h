// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace tenfold::loadgen {

/// Under a supervisor: commands on stdin, samples on stdout. Beyond what every node knows:
/// {"cmd":"load","rate_hz","abuser_rate_hz","version"} → {"ack":"load"}; {"cmd":"drain"} →
/// {"drained":true,"offered":n,"ended":n}.
int runControlled(int parentPid);

/// Measures single requests, for who wants to know what a hop takes. Lines on stdin:
/// {"cmd":"probe","rate_hz","seconds","warm_up_s","seed","paths":[{"ports":[…],"target":"/v1/x/",
/// "least","most"}]} → {"probe":{"failed":n,"samples":[[path,µs,body bytes,"Server-Timing"],…]}}.
/// What is wrong with a line is answered as {"error":what,"cmd"}.
int runProbe(int parentPid);

struct StandaloneFlags {
    std::string target;
    double rateHz = 100;
    double durationS = 10;
    int connections = 64;
    int threads = 1;
    std::uint64_t seed = 42;
    bool isClosed = false;  // back to back on every connection, as wrk does
    bool isJson = false;
};
/// From a terminal, against one loopback address. Returns an exit code.
int runStandalone(const StandaloneFlags& flags);

}  // namespace tenfold::loadgen
