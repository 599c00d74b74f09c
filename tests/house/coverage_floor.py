"""How much of each package the tests must reach: lines and branches, in percent, against floors kept as data.

    python -m tests.house.coverage_floor FILE              compare a report of `coverage json` with the floors
    python -m tests.house.coverage_floor promote FILE      write floors a little below what the report says

Processes that a test starts are not counted.  A package without a floor, and a floor without a package, are errors.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from math import floor
from pathlib import Path, PurePath
from typing import Any

FLOORS = Path(__file__).with_name("coverage_floors.json")
MARGIN = 2.0
"""Percent below what was measured: Python versions differ, and random tests go other ways after a change."""


def package(file: str) -> str:
    """`litmus.cat` for litmus/cat/theory.py; modules beside the packages are counted as `litmus`."""
    parts = PurePath(file).parts
    return ".".join(parts[: min(2, len(parts) - 1)])


def reached(report: Mapping[str, Any]) -> dict[str, float]:
    """The percentage of each package, by name, from a report of `coverage json` with branches."""
    total: Counter[str] = Counter()
    covered: Counter[str] = Counter()
    for file, found in report["files"].items():
        summary, name = found["summary"], package(file)
        total[name] += summary["num_statements"] + summary["num_branches"]
        covered[name] += summary["covered_lines"] + summary["covered_branches"]
    return {name: 100.0 * covered[name] / total[name] for name in sorted(total) if total[name]}


def complaints(found: Mapping[str, float], floors: Mapping[str, float]) -> Iterable[str]:
    """What is wrong: packages below their floor, without one, or gone."""
    for name, percent in found.items():
        if name not in floors:
            yield f"{name}: no floor (reached {percent:.1f} %)"
        elif percent < floors[name]:
            yield f"{name}: reached {percent:.1f} %, and the floor is {floors[name]} %"
    yield from (f"{name}: a floor, and no such package" for name in floors if name not in found)


def main(arguments: list[str]) -> int:
    """Compares or promotes; the exit code is 1 where something is wrong."""
    promote = arguments[0] == "promote"
    found = reached(json.loads(Path(arguments[-1]).read_text(encoding="utf-8")))
    if promote:
        floors = {name: floor(percent - MARGIN) for name, percent in found.items()}
        FLOORS.write_text(json.dumps(floors, indent=4) + "\n", encoding="utf-8")
        return 0
    wrong = list(complaints(found, json.loads(FLOORS.read_text(encoding="utf-8"))))
    print("\n".join(wrong) if wrong else f"coverage: {len(found)} packages, none below its floor")
    return 1 if wrong else 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1:]))
