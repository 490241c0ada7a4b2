#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each house rule, broken once: the check must see it."""
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from check_house import CARD_HEADINGS, check  # noqa: E402

SPDX = "// SPDX-License-Identifier: GPL-3.0-or-later\n"
CARD = "# One\n" + "".join(f"## {h}\nx\n" for h in CARD_HEADINGS)
BREACHES = {
    "simulator/measure/a.cpp": (SPDX + '#include "simulator/judge/verdict.h"\n', "includes simulator/judge"),
    "reference-server/b.cpp": (SPDX + '#include "simulator/engine/engine.h"\n', "includes simulator/engine"),
    "simulator/load/c.cpp": (SPDX + "int x = rand();\n", "rand("),
    "simulator/random/c.cpp": (SPDX + "std::normal_distribution<double> d;\n", "standard distribution"),
    "app/c.cpp": (SPDX + "connect(ui->button(), SIGNAL(clicked()), this);\n", "string-based connect"),
    "simulator/load/d.h": (SPDX + "using namespace std;\n", "using namespace"),
    "simulator/load/e.cpp": (SPDX + "\n" * 801, "lines; allowed"),
    "simulator/load/f.cpp": ("int x;\n", "no SPDX"),
    "simulator/judge/g.cpp": (SPDX + "auto t = std::chrono::system_clock::now();\n", "system_clock"),
    "simulator/load/e.py": (SPDX.replace("//", "#") + "x = 1\n" * 801, "lines; allowed"),
    "simulator/engine/h.cpp": (SPDX + "#include <QString>\n", "Qt outside app"),
    "tests/contract/h.cpp": (SPDX + "#include <QString>\n", "Qt outside app"),
    "app/h.cpp": (SPDX + '#include "reference-server/supervisor/system.h"\n', "includes reference-server"),
    "simulator/judge/h.cpp": (SPDX + '#include "simulator/engine/engine.h"\n', "includes simulator/engine"),
    "simulator/load/h_test.cpp": (SPDX + '#include "simulator/judge/verdict.h"\n', "includes simulator/judge"),
    "simulator/gossip/h.cpp": (SPDX, "the folder simulator/gossip is not listed"),
    "simulator/mechanisms/one/card.md": (CARD.replace("## Validation\nx\n", ""), "its headings are"),
    "simulator/mechanisms/two/card.md": (CARD.replace("## Formula\nx\n", "## Formula\n"), "nothing stands under Formula"),
    "simulator/mechanisms/one/i.h": (SPDX + '#include "simulator/mechanisms/two/spec.h"\n', "the mechanism two"),
}


# What the rules allow: none of this is a breach.
SOUND = {
    "simulator/engine/a.cpp": SPDX + '#include "simulator/hardware/profile.h"\n',
    "simulator/load/a.cpp": SPDX + "\n" * 799,
    "simulator/load/a_test.cpp": SPDX + '#include "simulator/mechanisms/catalogue.h"\n',
    "simulator/mechanisms/one/card.md": CARD,
    "app/a.cpp": SPDX + "#include <QString>\n",
    "tests/app/a.cpp": SPDX + "#include <QString>\n",
    "tests/faults/a.cpp": SPDX + '#include "simulator/judge/verdict.h"\n',
}


def main():
    for name, (text, expected) in BREACHES.items():
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / name
            path.parent.mkdir(parents=True)
            path.write_text(text, encoding="utf-8")
            found = check(folder)
            assert len(found) == 1 and expected in found[0], (name, found)
    with tempfile.TemporaryDirectory() as folder:
        for name, text in SOUND.items():
            path = pathlib.Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert check(folder) == [], check(folder)
    print(len(BREACHES), "breaches were seen")


main()
