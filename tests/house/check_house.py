#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The house rules that a compiler does not know: arrows between folders, file length, banned calls,
licence lines, unlisted folders. Prints every breach; exit code 1 if there is one."""
import pathlib
import re
import sys

# folder → folders it may include from (transitively closed by hand: what is not here is a breach).
BASE = {"simulator/measure"}
SCENARIO = BASE | {"simulator/scenario"}
SPECS = SCENARIO | {"simulator/mechanisms"}
HARDWARE = SCENARIO | {"simulator/random", "simulator/hardware"}
KERNEL = BASE | {"simulator/random", "simulator/kernel"}
STATION = KERNEL | HARDWARE | {"simulator/station"}
LOAD = SCENARIO | {"simulator/random", "simulator/load"}
SYSTEM = HARDWARE | LOAD | KERNEL | {"simulator/system"}
MODELS = SPECS | SYSTEM
ENGINE = MODELS | {"simulator/engine"}
JUDGE = SPECS | {"simulator/judge"}
STORE = SCENARIO | {"simulator/store"}
STUDY = ENGINE | JUDGE | STORE | {"simulator/study"}
SERVER = SPECS | HARDWARE | LOAD | {"reference-server"}
ALLOWED = {
    "simulator/random": {"simulator/random"},
    "simulator/measure": BASE,
    "simulator/kernel": KERNEL,
    "simulator/scenario": SCENARIO,
    "simulator/mechanisms": MODELS,
    "simulator/hardware": HARDWARE,
    "simulator/load": LOAD,
    "simulator/judge": JUDGE,
    "simulator/system": SYSTEM,
    "simulator/station": STATION,
    "simulator/engine": ENGINE,
    "simulator/store": STORE,
    "simulator/study": STUDY,
    "simulator/cli": STATION | STUDY | {"simulator/cli"},
    "reference-server": SERVER,
    "app": STUDY | {"app"},
}
# tests/ spans modules and may use all of them. Tests beside their unit may also use the
# catalogue of mechanisms, as data.
TEST_EXTRA = {"simulator/mechanisms", "simulator/random"}

MAX_LINES = 800
BANNED = [
    (re.compile(r"\brand\s*\("), "rand(: use a named random::Stream"),
    (re.compile(r"std::(exponential|normal|poisson|uniform_\w+|lognormal)_distribution"),
     "a standard distribution: it differs between machines"),
    (re.compile(r"\bQt::|\bQString\b|#include <Q"), "Qt outside app/"),
    (re.compile(r"\b(SIGNAL|SLOT)\s*\("), "string-based connect"),
]
HEADER_BANNED = [(re.compile(r"^\s*using namespace", re.M), "using namespace in a header")]
CLOCK = re.compile(r"system_clock::now")
# The wall clock is for dates that people read, and for when tokens end, in one place each.
CLOCK_ALLOWED = {"reference-server/nodes/instance/api_server.cpp", "simulator/cli/measure_hops.cpp",
                 "reference-server/nodes/worker/relay.cpp", "reference-server/protocol/access_token.cpp"}
SPDX = "SPDX-License-Identifier: GPL-3.0-or-later"
# The page about a mechanism: what a reader finds there, in this order.
CARD_HEADINGS = ["What it is", "When it hurts", "Its price", "Formula", "Validation", "Sources"]
ROOTS = ("simulator", "reference-server", "app", "tests")


def module_of(path):
    parts = path.split("/")
    if parts[0] == "simulator" and len(parts) > 2:
        return "/".join(parts[:2])
    return parts[0]


def sources(root):
    for top in ROOTS:
        for path in sorted((root / top).rglob("*")):
            if path.suffix in (".h", ".cpp", ".py", ".txt", ".cmake") and path.is_file():
                yield path


def check_cards(root):
    for path in sorted(root.glob("simulator/mechanisms/*/card.md")):
        name = path.relative_to(root).as_posix()
        parts = re.split(r"^## +(.+?) *$", path.read_text(encoding="utf-8"), flags=re.M)
        headings, texts = parts[1::2], parts[2::2]
        if headings != CARD_HEADINGS:
            yield f"{name}: its headings are {', '.join(headings)}; wanted: {', '.join(CARD_HEADINGS)}"
        for heading, text in zip(headings, texts):
            if not text.strip():
                yield f"{name}: nothing stands under {heading}"


def check(root):
    root = pathlib.Path(root)
    problems = list(check_cards(root))
    for path in sources(root):
        name = path.relative_to(root).as_posix()
        text = path.read_text(encoding="utf-8")
        lines = text.count("\n")
        if lines > MAX_LINES:
            problems.append(f"{name}: {lines} lines; allowed: {MAX_LINES}")
        if SPDX not in text[:200]:
            problems.append(f"{name}: no SPDX line")
        if path.suffix not in (".h", ".cpp"):
            continue
        module = module_of(name)
        is_test = name.endswith("_test.cpp") or module == "tests"
        for pattern, why in BANNED:
            if why.startswith("Qt") and (module == "app" or name.startswith("tests/app/")):
                continue
            if pattern.search(text):
                problems.append(f"{name}: {why}")
        if path.suffix == ".h":
            for pattern, why in HEADER_BANNED:
                if pattern.search(text):
                    problems.append(f"{name}: {why}")
        if CLOCK.search(text) and name not in CLOCK_ALLOWED and module != "app":
            problems.append(f"{name}: system_clock::now outside the places that may ask the date")
        if module not in ALLOWED:
            if module != "tests":
                problems.append(f"{name}: the folder {module} is not listed; say what it may use")
            continue
        allowed = ALLOWED[module] | (TEST_EXTRA if is_test else set())
        for include in re.findall(r'#include "([^"]+)"', text):
            target = module_of(include)
            if target in ("simulator", "tests") or include.split("/")[0] not in ROOTS:
                continue
            if target not in allowed:
                problems.append(f"{name}: includes {include}; {module} may use {', '.join(sorted(allowed))}")
        # Of the mechanisms everybody may know the specs; their simulated parts are the engine's.
        if module not in ("simulator/engine", "simulator/mechanisms", "tests"):
            for include in re.findall(r'#include "(simulator/mechanisms/[^"]+)"', text):
                if not include.endswith(("/spec.h", "/catalogue.h")):
                    problems.append(f"{name}: includes {include}; only the engine may")
        # One mechanism never knows another.
        match = re.match(r"simulator/mechanisms/(\w+)/", name)
        if match:
            for other in re.findall(r'#include "simulator/mechanisms/(\w+)/', text):
                if other != match.group(1):
                    problems.append(f"{name}: includes the mechanism {other}")
    return problems


if __name__ == "__main__":
    found = check(sys.argv[1])
    print("\n".join(found) if found else "the house is in order")
    sys.exit(1 if found else 0)
