// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

namespace tenfold::theory {

// Closed forms of queueing theory. λ: arrivals a second; s: mean service, s; ρ = λs / c; results in
// seconds or customers. Sources: Kleinrock, Queueing Systems I (1975); Harchol-Balter, Performance
// Modeling and Design of Computer Systems (2013).

/// Probability of waiting in M/M/c (Erlang's C formula).
double erlangC(int servers, double offered);

/// Mean response of M/M/c.
double mmcResponse(double lambda, double s, int servers);

/// M/M/c/K, K places including those in service.
struct Finite {
    double loss;  // probability that an arrival finds no place
    double number;
    double busy;      // servers
    double response;  // of those served
};
Finite mmck(double lambda, double s, int servers, int places);

/// Mean wait of M/G/1, first come first served (Pollaczek and Khinchine).
double mg1Wait(double lambda, double s, double scv);

/// Mean waits of M/G/1 with non-preemptive priorities (Cobham 1954), most urgent first.
struct Level {
    double lambda;
    double s;
    double scv;
};
std::vector<double> cobhamWaits(const std::vector<Level>& levels);

/// Mean value analysis of a closed network of one class (Reiser & Lavenberg 1980).
struct Mva {
    double throughput;             // rounds a second
    std::vector<double> response;  // of one visit, by station
    std::vector<double> number;    // by station
};
struct MvaStation {
    double visits;
    double s;
    bool isDelay;
};
Mva mva(const std::vector<MvaStation>& stations, int population);

}  // namespace tenfold::theory
