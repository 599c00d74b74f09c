"""How cost grows: generated tests of three families, each with a size.

`python -m benchmarks.scale [--herd herd7]`; see benchmarks/README.md.
"""

from __future__ import annotations

import time
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measure import Herd, Unit, add_herd, herd_of, states_of
from litmus.cat import load_model
from litmus.check import ENGINES, Options, check
from litmus.source import Source
from litmus.syntax import parse

# --- the families ---------------------------------------------------------------------------------------


def ring(n: int) -> str:
    """Store buffering in a ring of n threads: 2^n states, all reads may miss (X86)."""
    threads = [[f"MOV [x{i}],$1", f"MOV EAX,[x{(i + 1) % n}]"] for i in range(n)]
    return written("X86", f"ring{n}", (), threads, [f"{i}:EAX=0" for i in range(n)])


def writers(n: int) -> str:
    """n threads that write one location, and one that reads it twice (X86)."""
    threads = [[f"MOV [x],${i + 1}"] for i in range(n)] + [["MOV EAX,[x]", "MOV EBX,[x]"]]
    return written("X86", f"writers{n}", (), threads, [f"{n}:EAX=1", f"{n}:EBX=2", "x=1"])


def adders(n: int) -> str:
    """n threads with one atomic addition to the same location each, all read back: n! states (X86)."""
    threads = [["MOV EAX,$1", "LOCK XADD [x],EAX"] for _ in range(n)]
    return written("X86", f"adders{n}", (), threads, [*(f"{i}:EAX=0" for i in range(n)), f"x={n}"])


def arm_adders(n: int) -> str:
    """The same with the atomic instruction of Arm (AArch64)."""
    start = [f"{i}:X2=x; {i}:X0=1;" for i in range(n)]
    return written(
        "AArch64",
        f"arm-adders{n}",
        start,
        [["LDADD W0,W1,[X2]"] for _ in range(n)],
        [*(f"{i}:X1=0" for i in range(n)), f"x={n}"],
    )


def written(
    arch: str, name: str, start: Sequence[str], threads: Sequence[Sequence[str]], condition: Sequence[str]
) -> str:
    """The text of a test in the format of the public suites."""
    depth = max(map(len, threads))
    rows = [[f"P{i}" for i in range(len(threads))]]
    rows += [[code[line] if line < len(code) else "" for code in threads] for line in range(depth)]
    table = "\n".join(" | ".join(cells) + " ;" for cells in rows)
    proposition = r" /\ ".join(condition)
    return f"{arch} {name}\n{{ {' '.join(start)} }}\n{table}\nexists ({proposition})\n"


@dataclass(frozen=True, slots=True)
class Family:
    """A family, the model it is checked under, its sizes, and whether herd7 knows its instructions."""

    make: Callable[[int], str]
    model: str
    sizes: tuple[int, ...]
    herd: bool = True


FAMILIES = {
    "ring": Family(ring, "x86-tso", (4, 8, 12)),
    "writers": Family(writers, "x86-tso", (3, 5, 7, 9)),
    "adders": Family(adders, "x86-tso", (2, 4, 6), herd=False),
    "arm-adders": Family(arm_adders, "armv8", (2, 4, 6)),
}

# --- running --------------------------------------------------------------------------------------------

HEADER = f"{'test':<14}{'by':<8}{'answer':<11}{'states':>7}{'s CPU':>10}{'units':>10}"


def measure_ours(text: str, model: str, engine: str, timeout: float) -> tuple[str, int, float]:
    """The observation, the number of states and the CPU seconds of parsing and checking."""
    start = time.process_time()
    verdict = check(parse(Source("generated", text)), load_model(model), Options(engine=engine, timeout=timeout))
    return verdict.observation or "undecided", len(verdict.states), time.process_time() - start


def measure_herd(text: str, herd: Herd) -> tuple[str, int, float]:
    """The same of herd7, with its start-up; without an answer within the time limit there are no states."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "generated.litmus"
        path.write_text(text, encoding="utf-8")
        ran = herd.run([str(path)])
    states = [count for found in states_of(ran.output).values() for count in found]
    said = [line.split()[2] for line in ran.output.splitlines() if line.startswith("Observation ")]
    return (said[0] if states and said else "undecided"), sum(states), ran.cpu


def line(name: str, by: str, found: tuple[str, int, float], unit: Unit) -> str:
    """A line of the table; its units are of the samples before and after it."""
    unit.sample()
    here = Unit(unit.samples[-2:])
    answer, states, seconds = found
    return f"{name:<14}{by:<8}{answer:<11}{states:>7}{seconds:>10.3f}{seconds / here.value:>10.1f}"


def warm_up() -> None:
    """Loads grammars, models and z3, so that the first line does not pay for them."""
    for family in FAMILIES.values():
        for engine in ENGINES:
            measure_ours(family.make(2), family.model, engine, 60)


def main() -> None:
    """Measures the families, size by size, with every engine and herd7."""
    parser = ArgumentParser("benchmarks.scale", description="CPU time of generated tests.")
    parser.add_argument("--family", action="append", choices=FAMILIES, help="may be repeated (default: all)")
    parser.add_argument("--size", action="append", type=int, help="may be repeated (default: each family's own)")
    parser.add_argument("--engine", action="append", choices=ENGINES, help="may be repeated (default: all)")
    parser.add_argument("--timeout", type=float, default=60.0, metavar="S", help="for each line (default: 60)")
    add_herd(parser)
    arguments = parser.parse_args()
    arguments.herd_timeout = arguments.herd_timeout or arguments.timeout
    herd, unit = herd_of(arguments), Unit()
    unit.sample()
    warm_up()
    print(HEADER)
    for name in arguments.family or FAMILIES:
        family = FAMILIES[name]
        for size in arguments.size or family.sizes:
            text = family.make(size)
            for engine in arguments.engine or ENGINES:
                found = measure_ours(text, family.model, engine, arguments.timeout)
                print(line(f"{name} {size}", engine, found, unit), flush=True)
            if herd and family.herd:
                print(line(f"{name} {size}", "herd7", measure_herd(text, herd), unit), flush=True)
    print(unit)


if __name__ == "__main__":
    main()
