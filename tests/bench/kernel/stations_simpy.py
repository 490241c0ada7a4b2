# SPDX-License-Identifier: GPL-3.0-or-later
"""The "three stations" network on SimPy: the event-rate anchor most engineers know.

The same network as stations_ns3.cpp, at a tenth of the rate and ten times the service time.
One arrival or one departure is one event.

apt-get install python3-simpy && /usr/bin/python3 stations_simpy.py
"""
import json
import random
import sys
import time

from SimPy.Simulation import Process, Resource, activate, hold, initialize, now, release, request, simulate

STATIONS = ((64, 0.040), (32, 0.025), (32, 0.010))
ARRIVALS_PER_S = 800.0
response_s = []


class Customer(Process):
    def visit(self, resources):
        arrived = now()
        for resource, (_, mean_s) in zip(resources, STATIONS):
            yield request, self, resource
            yield hold, self, random.expovariate(1 / mean_s)
            yield release, self, resource
        response_s.append(now() - arrived)


class Source(Process):
    def generate(self, customers, resources):
        for _ in range(customers):
            customer = Customer()
            activate(customer, customer.visit(resources))
            yield hold, self, random.expovariate(ARRIVALS_PER_S)


customers = int(sys.argv[1]) if len(sys.argv) > 1 else 30_000
initialize()
resources = [Resource(servers) for servers, _ in STATIONS]
source = Source()
activate(source, source.generate(customers, resources))
begin = time.perf_counter()
simulate(until=1e12)
wall = time.perf_counter() - begin
events = customers * (1 + len(STATIONS))
print(json.dumps({"engine": "SimPy 2.3.1", "events": events, "events_per_s": round(events / wall),
                  "mean_response_ms": round(sum(response_s) / len(response_s) * 1e3, 4)}))
