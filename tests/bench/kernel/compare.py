#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds the kernel against ns-3 and SimPy: the same three stations, alternating in one sitting.

Prints Markdown: events a second of each (one arrival or one departure is one event), the median of the
rounds, their range, ours over theirs, and the mean response. A second is one of the process's CPU time,
its start included, so that what else the host does counts as little as it can. The mean response by
Jackson's theorem is 7.502 ms (SimPy: ten times that, at a tenth of the rate). Exit code 1 below
5 x ns-3 or 50 x SimPy, or with a mean that is off.

apt-get install libns3-dev python3-simpy; script/build release tenfold-cli"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[3]
HERE = pathlib.Path(__file__).resolve().parent
TO_HOLD = {"ns-3": 5, "SimPy": 50}
# SimPy's network is the same in slow motion.
MEAN_MS = {"tenfold": 7.502, "ns-3": 7.502, "SimPy": 75.02}
# SimPy simulates few customers in its time, so its own mean is a rough one.
TOLERANCE = {"tenfold": 0.005, "ns-3": 0.01, "SimPy": 0.1}


def output_of(command):
    done = subprocess.run([str(c) for c in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, command))}: {done.stderr.strip()}")
    return done.stdout


def run_of(command):
    """What the program printed, with events_per_s by its CPU time."""
    process = subprocess.Popen([str(c) for c in command], stdout=subprocess.PIPE, text=True)
    text = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{command[0]} failed")
    found = json.loads(text.strip().splitlines()[-1])
    found["events_per_s"] = found["events"] / (used.ru_utime + used.ru_stime)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build/release/bin")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        ns3 = pathlib.Path(folder) / "stations_ns3"
        output_of(["g++", "-O3", "-std=c++17", HERE / "stations_ns3.cpp", "-o", ns3, "-lns3-core"])
        commands = {"tenfold": [arguments.bin / "tenfold-cli", "bench", "kernel"],
                    "ns-3": [ns3, 4_000_000],
                    # The system's Python: that is the one whose SimPy apt installs.
                    "SimPy": ["/usr/bin/python3", HERE / "stations_simpy.py", 60_000]}
        runs = {name: [] for name in commands}
        for _ in range(arguments.rounds):
            for name, command in commands.items():
                runs[name].append(run_of(command))
    rate = {name: statistics.median(r["events_per_s"] for r in all) for name, all in runs.items()}
    is_held = True
    print("| simulator | events/s of CPU, median | range | tenfold is faster by | mean response |")
    print("|---|---|---|---|---|")
    for name, all in runs.items():
        rates = [r["events_per_s"] for r in all]
        mean = statistics.mean(r["mean_response_ms"] for r in all)
        ratio = rate["tenfold"] / rate[name]
        is_held = is_held and ratio >= TO_HOLD.get(name, 0) and abs(mean / MEAN_MS[name] - 1) < TOLERANCE[name]
        print(f"| {name} | {rate[name]:,.0f} | {min(rates):,.0f} to {max(rates):,.0f} | "
              f"{'' if name == 'tenfold' else f'{ratio:.1f} ×'} | {mean:.3f} ms |")
    return 0 if is_held else 1


if __name__ == "__main__":
    sys.exit(main())
