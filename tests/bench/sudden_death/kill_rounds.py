#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""SIGKILL at random moments: the app, the supervisor, or any node.

When an owner dies (app or supervisor) no process of ours may be left two seconds later; when a node dies
the run goes on to its end and says what happened. The moments follow from the seed. Prints a Markdown
table; exit code 1 if a round did not hold."""

import argparse
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
LEFT_AFTER_S = 2
RUN_S = 12


def children_of(root):
    """{pid: command line} of every descendant."""
    parents, names = {}, {}
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            names[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            parents[int(entry.name)] = int(fields[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
    found, grows = {root}, True
    while grows:
        more = {pid for pid, parent in parents.items() if parent in found} - found
        grows = bool(more)
        found |= more
    return {pid: names.get(pid, "") for pid in found - {root}}


def is_alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def left_after(pids, seconds):
    deadline = time.monotonic() + seconds
    while any(map(is_alive, pids)) and time.monotonic() < deadline:
        time.sleep(0.02)
    return sum(map(is_alive, pids))


def supervisor_among(children):
    return next((pid for pid, words in children.items() if "tenfold-server" in words and "--role" not in words),
                None)


def wait_for_nodes(owner, wanted=8, limit_s=60):
    deadline = time.monotonic() + limit_s
    while time.monotonic() < deadline:
        children = children_of(owner)
        if len(children) >= wanted:
            return children
        time.sleep(0.05)
    raise SystemExit("the system did not come up")


def kill_owner(command, environment, dice, is_supervisor):
    owner = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                             text=True)
    if is_supervisor:
        wait_for_nodes(owner.pid)
    time.sleep(dice.uniform(0.05, 4))
    children = children_of(owner.pid)
    victim = supervisor_among(children) if is_supervisor else owner.pid
    os.kill(victim, signal.SIGKILL)
    left = left_after(set(children) | {victim}, LEFT_AFTER_S)
    said = True
    if is_supervisor:
        said = "killed by signal 9" in owner.communicate(timeout=30)[1] and owner.returncode == 3
    owner.kill()
    owner.communicate()
    return left == 0 and said, f"{len(children)} processes, {left} left"


def kill_node(bin_dir, dice, folder):
    result = pathlib.Path(folder) / "run.json"
    result.unlink(missing_ok=True)
    owner = subprocess.Popen([bin_dir / "tenfold-cli", "run", "sound", "--duration", f"{RUN_S}s",
                              "--json", result], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    children = wait_for_nodes(owner.pid)
    time.sleep(dice.uniform(1, RUN_S - 4))
    children = children_of(owner.pid)
    nodes = sorted(pid for pid, words in children.items() if "--role" in words or "tenfold-load" in words)
    victim = dice.choice(nodes)
    words = children[victim].split()
    name = words[words.index("--role") + 1] if "--role" in words else "generator"
    os.kill(victim, signal.SIGKILL)
    owner.wait(timeout=RUN_S + 60)
    if not result.exists():
        return False, f"{name}: no result, exit code {owner.returncode}"
    events = json.loads(result.read_text())["events"]
    told = [e for e in events if "died" in e["text"] and "signal 9" in e.get("detail", "")]
    return bool(told) and left_after(children, LEFT_AFTER_S) == 0, f"{name}: {told[0]['text'] if told else 'not told'}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--bin", default=ROOT / "build/release/bin", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    dice = random.Random(args.seed)
    offscreen = dict(os.environ, QT_QPA_PLATFORM="offscreen")
    app = [args.bin / "tenfold", "sound", "--run"]
    cli = [args.bin / "tenfold-cli", "run", "sound", "--duration", "60s"]
    rounds = {
        "app": lambda: kill_owner(app, offscreen, dice, False),
        "supervisor": lambda: kill_owner(cli, None, dice, True),
    }
    print("| killed | rounds | held | what did not hold |\n|---|---|---|---|")
    all_held = True
    with tempfile.TemporaryDirectory(prefix="tenfold-kill-") as folder:
        rounds["a node"] = lambda: kill_node(args.bin, dice, folder)
        for name, one in rounds.items():
            outcomes = [one() for _ in range(args.rounds)]
            bad = "; ".join(text for held, text in outcomes if not held)
            all_held = all_held and not bad
            print(f"| {name} | {args.rounds} | {sum(held for held, _ in outcomes)} | {bad or '–'} |", flush=True)
    return 0 if all_held else 1


if __name__ == "__main__":
    sys.exit(main())
