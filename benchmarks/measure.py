"""Measuring: CPU time, a unit that makes machines comparable, and the reference simulator beside us.

Everything is CPU time, never wall time, unless a name says so.  The unit is the CPU time of 100,000 turns of a
fixed loop of this Python; it slows down with the machine (a lower clock, a busy neighbour on the same core), so
a figure in units says more than one in milliseconds.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path
from shutil import which
from statistics import mean, median

TURNS_OF_UNIT = 100_000
UNITS_PER_SAMPLE = 4


def loop(turns: int) -> float:
    """The CPU seconds of the fixed loop: an addition and a conjunction of small integers a turn."""
    start = time.process_time()
    total = 0
    for i in range(turns):
        total += i & 7
    return time.process_time() - start


@dataclass(slots=True)
class Unit:
    """The unit, sampled again and again while something is measured: `value` is the median, in seconds."""

    samples: list[float] = field(default_factory=list)

    def sample(self) -> None:
        """Times the loop once more; about 15 ms."""
        self.samples.append(loop(TURNS_OF_UNIT * UNITS_PER_SAMPLE) / UNITS_PER_SAMPLE)

    @property
    def value(self) -> float:
        """Seconds a unit."""
        return median(self.samples)

    def __str__(self) -> str:
        low, high = min(self.samples), max(self.samples)
        return (
            f"unit: {self.value * 1e3:.2f} ms, the CPU time of {TURNS_OF_UNIT:,} turns of a fixed loop "
            f"({len(self.samples)} samples, {low * 1e3:.2f} to {high * 1e3:.2f})"
        )


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that is not less than `share` of the values."""
    return sorted(values)[max(0, ceil(share * len(values)) - 1)]


def row(title: str, seconds: Sequence[float], unit: Unit) -> str:
    """A line of a table: mean, median, p95 and maximum in milliseconds, and the mean in units."""
    figures = (mean(seconds), median(seconds), percentile(seconds, 0.95), max(seconds))
    return f"{title:<8}" + "".join(f"{f * 1e3:>10.2f}" for f in figures) + f"{mean(seconds) / unit.value:>11.2f}"


HEADER = f"{'ms CPU':<8}{'mean':>10}{'median':>10}{'p95':>10}{'max':>10}{'mean/unit':>11}"


# --- the reference simulator -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ran:
    """What a process printed, and what it cost: seconds of CPU (with its children) and of wall time."""

    output: str
    errors: str
    cpu: float
    wall: float


def run(command: Sequence[str]) -> Ran:
    """Runs a command to its end.  Its exit code is not looked at: the output tells what was answered."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, errors="replace")
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Ran(done.stdout, done.stderr, cpu, wall)


@dataclass(frozen=True, slots=True)
class Herd:
    """herd7: its program, its library folder if not the built-in one, and its limit of CPU seconds a test."""

    program: str
    libdir: str | None = None
    timeout: float | None = None

    def run(self, paths: Sequence[str]) -> Ran:
        """One process over all the tests, with all final states."""
        command = [self.program, "-show", "none", "-speedcheck", "false"]
        if self.libdir:
            command += ["-set-libdir", self.libdir]
        if self.timeout:
            command += ["-timeout", f"{self.timeout:g}"]
        return run([*command, *paths])


def states_of(output: str) -> dict[str, list[int]]:
    """How many final states each test has in herd7's log: by test name, in the order of the log."""
    found: dict[str, list[int]] = {}
    name = ""
    for line in output.splitlines():
        if line.startswith("Test "):
            name = line.split()[1]
        elif line.startswith("States ") and name:
            found.setdefault(name, []).append(int(line.split()[1]))
            name = ""
    return found


def add_herd(parser: ArgumentParser) -> None:
    """The options that say where herd7 is."""
    add = parser.add_argument
    add("--herd", metavar="PROGRAM", help="run this herd7 beside us (a path, or a name on the PATH)")
    add("--herd-libdir", metavar="DIR", help="the folder of herd7's .cat files, if it is not installed")
    add("--herd-timeout", metavar="S", type=float, help="herd7 gives a test up after S seconds of CPU")


def herd_of(arguments: Namespace) -> Herd | None:
    """The herd7 that was asked for; the script ends when it is not there."""
    if arguments.herd is None:
        return None
    program = which(arguments.herd)
    if program is None:
        sys.exit(f"{arguments.herd} is no program")
    if arguments.herd_libdir and not Path(arguments.herd_libdir).is_dir():
        sys.exit(f"{arguments.herd_libdir} is no folder")
    return Herd(program, arguments.herd_libdir, arguments.herd_timeout)
