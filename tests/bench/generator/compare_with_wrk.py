#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds tenfold-load against wrk: the same server, connections and thread, alternating in one sitting.

Prints Markdown. First table: the highest rate (closed loop, back to back) of each, A-B-A-B, the median
of the rounds, their range and the ratio; CPU is what the client itself took for an answer, because on a
small host client and server share the cores and the faster client slows its server down. Second table:
how late the open loop fired its requests at a fixed rate. Without --url it starts the live system with
native hardware and asks its first API instance."""

import argparse
import json
import os
import pathlib
import re
import resource
import signal
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
RATIO_TO_HOLD = 0.9
LAG_TO_HOLD_MS = 1.0


class LiveSystem:
    """`tenfold-cli up`, ended with the measurement."""

    def __init__(self, bin_dir):
        self.process = subprocess.Popen(
            [bin_dir / "tenfold-cli", "up", "naive", "--hardware", "native", "--json"],
            stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit("the live system did not start: see its message above")
        nodes = json.loads(line)["nodes"]
        port = next(n["port"] for n in nodes if n["role"] == "instance")
        return f"http://127.0.0.1:{port}"

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=20)


def timed(command):
    """Output and own CPU seconds of a command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, command))}: {done.stderr or done.stdout}")
    return done.stdout, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def wrk(url, seconds, connections):
    out, cpu = timed(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", url])
    if "Non-2xx" in out or "Socket errors" in out:
        raise SystemExit(f"wrk met errors:\n{out}")
    requests = int(re.search(r"(\d+) requests in", out)[1])
    return float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1]), cpu / requests * 1e6


def tenfold(bin_dir, url, seconds, connections):
    out, cpu = timed([bin_dir / "tenfold-load", "--closed", "--json", "--connections", str(connections),
                      "--duration", f"{seconds}s", "--target", url])
    result = json.loads(out)
    if result["failed"]:
        raise SystemExit(f"tenfold-load met errors: {out}")
    return result["ok_per_s"], cpu / result["ended"] * 1e6


def print_rates(args, base, paths):
    print(f"Highest rate, {args.connections} connections, 1 thread each, {args.rounds} rounds of "
          f"{args.seconds} s, alternating:\n")
    print("| path | wrk /s (range) | tenfold-load /s (range) | ratio | CPU an answer, wrk | tenfold-load |")
    print("|---|---|---|---|---|---|")
    worst = None
    for path in paths:
        ours, theirs = [], []
        for _ in range(args.rounds):
            theirs.append(wrk(base + path, args.seconds, args.connections))
            ours.append(tenfold(args.bin, base + path, args.seconds, args.connections))
        rate = [[r for r, _ in runs] for runs in (theirs, ours)]
        cpu = [statistics.median(c for _, c in runs) for runs in (theirs, ours)]
        median = [statistics.median(r) for r in rate]
        ratio = median[1] / median[0]
        worst = ratio if worst is None else min(worst, ratio)
        cells = [f"{m:,.0f} ({min(r):,.0f}–{max(r):,.0f})" for m, r in zip(median, rate)]
        print(f"| `{path}` | {cells[0]} | {cells[1]} | {ratio:.2f} | {cpu[0]:.1f} µs | {cpu[1]:.1f} µs |")
    print(f"\nWorst ratio {worst:.2f}; to hold: ≥ {RATIO_TO_HOLD}.\n")
    return worst >= RATIO_TO_HOLD


def print_lag(args, base, path):
    print(f"Open loop, Poisson, {args.connections} connections, {args.lag_seconds} s each, `{path}`:\n")
    print("| rate asked | answered /s | failed | lag p50 | lag p99 | response p50 | p99 |")
    print("|---|---|---|---|---|---|---|")
    held = True
    for rate in args.rates:
        out, _ = timed([args.bin / "tenfold-load", "--json", "--rate", str(rate), "--connections",
                        str(args.connections), "--duration", f"{args.lag_seconds}s", "--target", base + path])
        r = json.loads(out)
        print(f"| {rate:,} | {r['ok_per_s']:,.0f} | {r['failed']} | {r['lag_p50_ms']:.3f} ms | "
              f"{r['lag_p99_ms']:.3f} ms | {r['p50_ms']:.3f} ms | {r['p99_ms']:.3f} ms |")
        held = held and r["lag_p99_ms"] < LAG_TO_HOLD_MS
    print(f"\nTo hold on an idle host: lag p99 < {LAG_TO_HOLD_MS:g} ms.")
    return held


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--url", help="http://127.0.0.1:PORT, then also --path")
    parser.add_argument("--path", action="append", help="default: /healthz and /images/1")
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build/release/bin")
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--rates", type=int, nargs="+", default=[1000, 5000])
    parser.add_argument("--lag-seconds", type=int, default=10)
    args = parser.parse_args()
    paths = args.path or ["/healthz", "/images/1"]
    print(f"{os.cpu_count()} cores, load average before: {os.getloadavg()[0]:.2f}\n")

    def measure(base):
        is_fast = print_rates(args, base, paths)
        is_punctual = print_lag(args, base, paths[0])
        return is_fast and is_punctual

    if args.url:
        return 0 if measure(args.url.rstrip("/")) else 1
    with LiveSystem(args.bin) as base:
        return 0 if measure(base) else 1


if __name__ == "__main__":
    sys.exit(main())
