// SPDX-License-Identifier: GPL-3.0-or-later
// The "three stations" network on ns-3's scheduler: the event-rate anchor for simulator/.
//
// Poisson arrivals at 8000/s pass three first-come-first-served stations:
//   64 servers, exponential service, mean 4.0 ms
//   32 servers, exponential service, mean 2.5 ms
//   32 servers, exponential service, mean 1.0 ms
// Jackson's theorem gives the mean response time: 7.502 ms.
// One arrival or one departure is one event.
//
// apt-get install libns3-dev
// g++ -O3 -std=c++17 stations_ns3.cpp -o stations_ns3 -lns3-core && ./stations_ns3
#include <ns3/core-module.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>

namespace {

struct Station {
    int servers;
    double mean_service_s;
    int busy = 0;
    std::deque<double> waiting;  // arrival time at the network of each waiting customer
};

Station stations[] = {{64, 0.004}, {32, 0.0025}, {32, 0.001}};
constexpr int kStations = 3;
ns3::Ptr<ns3::ExponentialRandomVariable> exponential;
std::uint64_t events = 0, completed = 0, limit = 3'000'000;
double total_response_s = 0;

double now_s() {
    return ns3::Simulator::Now().GetSeconds();
}

void depart(int at, double arrived_s);

void start_service(int at, double arrived_s) {
    ns3::Simulator::Schedule(ns3::Seconds(exponential->GetValue(stations[at].mean_service_s, 0)),
                             &depart, at, arrived_s);
}

void enter(int at, double arrived_s) {
    Station& s = stations[at];
    if (s.busy < s.servers) {
        ++s.busy;
        start_service(at, arrived_s);
    } else {
        s.waiting.push_back(arrived_s);
    }
}

void depart(int at, double arrived_s) {
    ++events;
    Station& s = stations[at];
    if (s.waiting.empty()) {
        --s.busy;
    } else {
        const double next = s.waiting.front();
        s.waiting.pop_front();
        start_service(at, next);
    }
    if (at + 1 < kStations) {
        enter(at + 1, arrived_s);
    } else {
        total_response_s += now_s() - arrived_s;
        ++completed;
    }
}

void arrive() {
    ++events;
    enter(0, now_s());
    if (events < limit)
        ns3::Simulator::Schedule(ns3::Seconds(exponential->GetValue(1 / 8000.0, 0)), &arrive);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc > 1) limit = std::strtoull(argv[1], nullptr, 10);
    exponential = ns3::CreateObject<ns3::ExponentialRandomVariable>();
    ns3::Simulator::Schedule(ns3::Seconds(0), &arrive);
    const auto begin = std::chrono::steady_clock::now();
    ns3::Simulator::Run();
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin;
    std::printf(
        "{\"engine\":\"ns-3\",\"events\":%llu,\"events_per_s\":%.0f,\"mean_response_ms\":%.4f}\n",
        static_cast<unsigned long long>(events), events / wall.count(),
        total_response_s / completed * 1e3);
    ns3::Simulator::Destroy();
}
