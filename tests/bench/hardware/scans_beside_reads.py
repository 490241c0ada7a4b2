#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds the emulated cores against PostgreSQL: scans of 500,000 rows beside 200 key reads a second.

Both databases have two cores and the very same rows, statements and arrivals, and are asked in turn, one
after the other, never together. Ours runs on the hardware of tier 10k with the link at 0 (PostgreSQL is on
loopback) and at the speed of this machine: the shipped prices without the ratio by which the fit brings
them to the design's core. Prints a Markdown table; exit code 1 if a p50 or p99 is off by an order of magnitude."""

import argparse
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile

import throwaway_postgres as tp

ROOT = pathlib.Path(__file__).resolve().parents[3]
READS_HZ = 200
CORES = 2


def assets_at_this_speed(folder):
    """A copy of the assets whose statements cost what they took where they were fitted."""
    assets = pathlib.Path(folder) / "assets"
    shutil.copytree(ROOT / "assets/hardware", assets / "hardware")
    file = assets / "hardware/statements.json"
    document = json.loads(file.read_text())
    slowness = document["scan_of_500000_rows_ms"]["scaled_by"]
    base_us = document["statement_base_us"]
    for shape in document["shapes"].values():
        shape["base_us"] = base_us + (shape["base_us"] - base_us) / slowness
        shape["per_step_ns"] /= slowness
    file.write_text(json.dumps(document))
    return assets


class EmulatedDatabase:
    """One database node, started as the supervisor starts it."""

    def __init__(self, bin_dir, dataset, assets):
        profiles = json.loads(subprocess.run([bin_dir / "tenfold-cli", "hardware", "--json"],
                                             stdout=subprocess.PIPE, check=True).stdout)
        hardware = next(p for p in profiles if p["id"] == "10k")
        hardware["link_ms"] = 0
        self._process = subprocess.Popen(
            [bin_dir / "tenfold-server", "--role", "database", "--parent", str(os.getpid())],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env=dict(os.environ, TENFOLD_ASSETS=str(assets)))
        # One line starts a node; with t0 in the future it reports no slot, and nothing fills the pipe.
        start = {"cmd": "start", "id": "primary", "role": "database", "t0_ns": 2**62, "version": 1,
                 "design": {"indexes": "off"}, "hardware": hardware, "seed": 1, "secret": "",
                 "cores": CORES, "dataset": str(dataset), "peers": {}}
        self._process.stdin.write(json.dumps(start) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if "port" not in line:
            raise SystemExit(f"the database node did not start: {line}")
        self.port = json.loads(line)["port"]

    def conninfo(self):
        return f"host=127.0.0.1 port={self.port} user=shop dbname=shop"

    def end(self):
        self._process.stdin.close()
        self._process.wait(timeout=10)


def measured(program, conninfo, scans_hz, seconds, seed):
    done = subprocess.run([program, conninfo, str(scans_hz), str(READS_HZ), str(seconds), str(seed)],
                          stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{program} failed against {conninfo}")
    return json.loads(done.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--build", default=ROOT / "build/release", type=pathlib.Path)
    parser.add_argument("--scans", type=int, nargs="+", default=[20, 40, 60])
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    bin_dir = tp.build(args.build, "sqlite_steps", "statement_load", "tenfold-server", "tenfold-cli")
    print(f"{tp.machine()}; {READS_HZ} key reads a second; {args.seconds} s each\n")
    print("| scans/s | statement | PostgreSQL p50 | ours p50 | ratio | PostgreSQL p99 | ours p99 | ratio |")
    print("|---|---|---|---|---|---|---|---|")
    held = True
    with tempfile.TemporaryDirectory(prefix="tenfold-bench-") as folder, tp.ThrowawayPostgres() as pg:
        shop = tp.run_steps(bin_dir / "sqlite_steps", 1, folder)
        pg.load(shop)
        pg.set_indexes(shop, False)
        dataset = pathlib.Path(folder) / "shop.db"
        with sqlite3.connect(dataset) as db:
            for drop in shop["drop_indexes"]:
                db.execute(drop)
        db.close()
        ours = EmulatedDatabase(bin_dir, dataset, assets_at_this_speed(folder))
        try:
            for scans_hz in args.scans:
                tp.wait_for_quiet(0.2, 60)
                theirs = measured(bin_dir / "statement_load", pg.conninfo(), scans_hz, args.seconds, args.seed)
                tp.wait_for_quiet(0.2, 60)
                own = measured(bin_dir / "statement_load", ours.conninfo(), scans_hz, args.seconds, args.seed)
                for kind, name in (("scans", "scan"), ("reads", "key read")):
                    cells = [str(scans_hz), name]
                    for p in ("p50_ms", "p99_ms"):
                        ratio = own[kind][p] / theirs[kind][p]
                        held = held and 0.1 < ratio < 10
                        cells += [f"{theirs[kind][p]:.2f} ms", f"{own[kind][p]:.2f} ms", f"{ratio:.2f}"]
                    print("| " + " | ".join(cells) + " |", flush=True)
        finally:
            ours.end()
    print(f"\nSame order of magnitude everywhere: {'yes' if held else 'no'}.")
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
