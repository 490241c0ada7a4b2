#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each hop costs: time of a request and CPU of each process it passes, in µs.

One connection, back to back, native hardware: nothing waits for anything but the hop itself. The paths
are asked in turns, so that a noisy minute hits them all; time is the median of the rounds' medians, CPU
the sum over the rounds from /proc. Beside them a bare cpp-httplib, and one with SQLite in the same
process. Prints a Markdown table."""

import argparse
import collections
import json
import os
import pathlib
import signal
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests/bench/hardware"))
import throwaway_postgres as tp  # noqa: E402

TICK_US = 1e6 / os.sysconf("SC_CLK_TCK")
ROLES = ["gateway", "instance", "pooler", "database", "cache"]


class LiveSystem:
    """`tenfold-cli up` with these switches, ended with the measurement."""

    def __init__(self, bin_dir, *switches):
        words = [bin_dir / "tenfold-cli", "up", "sound", "--hardware", "native", "--json",
                 "--set", "read_replicas=0", "--set", "rate_limiting=off"]
        for s in switches:
            words += ["--set", s]
        self._process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit("the live system did not start: see its message above")
        self._nodes = json.loads(line)["nodes"]

    def url(self, role):
        return f"http://127.0.0.1:{next(n['port'] for n in self._nodes if n['role'] == role)}"

    def cpu_us(self):
        used = collections.Counter()
        for n in self._nodes:
            used[n["role"]] += cpu_of(n["pid"])
        return used

    def end(self):
        self._process.send_signal(signal.SIGINT)
        self._process.wait(timeout=20)


class Bare:
    """The server that everything is held against; its only process counts as the instance."""

    def __init__(self, bin_dir, dataset):
        self._process = subprocess.Popen([bin_dir / "bare_server", dataset], stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, text=True)
        self._port = json.loads(self._process.stdout.readline())["port"]

    def url(self, _):
        return f"http://127.0.0.1:{self._port}"

    def cpu_us(self):
        return collections.Counter({"instance": cpu_of(self._process.pid)})

    def end(self):
        self._process.stdin.close()
        self._process.wait(timeout=10)


def cpu_of(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) * TICK_US


class Path:
    def __init__(self, title, system, role, path):
        self.title, self.system, self.url = title, system, system.url(role) + path
        self.p50_us, self.cpu, self.requests = [], collections.Counter(), 0

    def ask(self, bin_dir, seconds):
        before = self.system.cpu_us()
        done = subprocess.run([bin_dir / "tenfold-load", "--closed", "--json", "--connections", "1",
                               "--duration", f"{seconds}s", "--target", self.url],
                              stdout=subprocess.PIPE, check=True)
        result = json.loads(done.stdout)
        if result["failed"]:
            raise SystemExit(f"{self.title}: {result}")
        self.cpu += self.system.cpu_us() - before
        self.requests += result["ended"]
        self.p50_us.append(result["p50_ms"] * 1000)

    def row(self):
        cpu = {role: self.cpu[role] / self.requests for role in ROLES}
        cells = [f"{cpu[role]:.0f}" if self.cpu[role] else "–" for role in ROLES]
        return (f"| {self.title} | {statistics.median(self.p50_us):.0f} | {sum(cpu.values()):.0f} | "
                + " | ".join(cells) + " |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--build", default=ROOT / "build/release", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--dataset", type=pathlib.Path,
                        default=pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")))
    args = parser.parse_args()
    bin_dir = tp.build(args.build, "bare_server", "tenfold-cli", "tenfold-server", "tenfold-load")
    print(f"{tp.machine()}; one connection, {args.rounds} × {args.seconds} s a path, in turns; µs a request\n")
    systems = []
    try:
        direct = LiveSystem(bin_dir, "connection_pooler=off", "shared_cache=off")
        systems.append(direct)
        pooled = LiveSystem(bin_dir, "connection_pooler=transaction", "shared_cache=off")
        systems.append(pooled)
        cached = LiveSystem(bin_dir, "connection_pooler=off", "shared_cache=ttl", "shared_cache.ttl_s=3600")
        systems.append(cached)
        dataset = max((args.dataset / "tenfold").glob("*.db"), key=lambda f: f.stat().st_mtime)
        bare = Bare(bin_dir, dataset)
        systems.append(bare)
        paths = [
            Path("bare cpp-httplib, empty", bare, "", "/empty"),
            Path("bare cpp-httplib with SQLite inside, one statement", bare, "", "/product/42"),
            Path("instance alone, empty", direct, "instance", "/healthz"),
            Path("gateway → instance, empty", direct, "gateway", "/healthz"),
            Path("gateway → instance → database, one statement", direct, "gateway", "/v1/products/42"),
            Path("gateway → instance → pooler → database, one statement", pooled, "gateway",
                 "/v1/products/42"),
            Path("gateway → instance → cache, a hit", cached, "gateway", "/v1/products/42"),
        ]
        for _ in range(args.rounds):
            for path in paths:
                path.ask(bin_dir, args.seconds)
    finally:
        for system in systems:
            system.end()
    print("| path | time, median | CPU, all | " + " | ".join(ROLES) + " |")
    print("|---" * (3 + len(ROLES)) + "|")
    for path in paths:
        print(path.row())
    return 0


if __name__ == "__main__":
    sys.exit(main())
