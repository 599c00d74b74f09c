"""The cost of one small test from a shell: `litmus check` in a new process, again and again.

`python -m benchmarks.startup [TEST]`; see benchmarks/README.md.
"""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.measure import Herd, Ran, Unit, add_herd, herd_of, run

STORE_BUFFERING = r"""X86 SB
{ }
P0          | P1          ;
MOV [x],$1  | MOV [y],$1  ;
MOV EAX,[y] | MOV EAX,[x] ;
exists (0:EAX=0 /\ 1:EAX=0)
"""


def keep_bytecode(folder: str) -> None:
    """Makes every Python started from here keep its compiled modules in a folder, as an installed package does."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = folder


def measure(name: str, command: Sequence[str], runs: int, unit: Unit) -> str:
    """Runs a command once to fill the caches, then `runs` times; a line of the table, in its own units."""
    run(command)
    here, found = Unit(), list[Ran]()
    for _ in range(runs):
        here.sample()
        found.append(run(command))
    unit.samples += here.samples
    wall, cpu = median(r.wall for r in found), median(r.cpu for r in found)
    return f"{name:<24}{wall:>9.3f}{cpu:>9.3f}{cpu / here.value:>9.1f}"


def commands(test: str, herd: Herd | None) -> dict[str, list[str]]:
    """What is run: Python alone, which nothing in Python can be faster than, and each engine."""
    check = [sys.executable, "-m", "litmus", "check", test]
    found = {
        "python, doing nothing": [sys.executable, "-c", "pass"],
        "litmus check": check,
        "litmus check, z3": [*check, "--engine", "z3"],
    }
    if herd:
        libdir = ["-set-libdir", herd.libdir] if herd.libdir else []
        found["herd7"] = [herd.program, *libdir, test]
    return found


def main() -> None:
    """Prints the medians of wall and CPU time."""
    parser = ArgumentParser("benchmarks.startup", description="Time of one test from a shell.")
    parser.add_argument("test", nargs="?", help="a test (default: store buffering for x86)")
    parser.add_argument("--runs", type=int, default=9, metavar="N", help="the median is of N runs (default: 9)")
    add_herd(parser)
    arguments = parser.parse_args()
    unit = Unit()
    with TemporaryDirectory() as folder:
        keep_bytecode(folder)
        default = Path(folder) / "SB.litmus"
        default.write_text(STORE_BUFFERING, encoding="utf-8")
        print(f"{'median of ' + str(arguments.runs):<24}{'s wall':>9}{'s CPU':>9}{'units':>9}")
        for name, command in commands(arguments.test or str(default), herd_of(arguments)).items():
            print(measure(name, command, arguments.runs, unit), flush=True)
    print(unit)


if __name__ == "__main__":
    main()
