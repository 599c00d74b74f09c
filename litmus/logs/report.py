"""The comparison of two logs as text for people and as JSON lines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from litmus.logs.compare import FIRST, SECOND, Comparison

MOST_STATES = 16
"""More states gained or lost by a test than this are not listed."""


def text(compared: Sequence[Comparison]) -> str:
    """A row for each test that is not the same, its states under it, and a summary."""
    shown = [c for c in compared if c.differs or c.undecided]
    return "".join(f"{line.rstrip()}\n" for line in (*_table(shown), _summary(compared)))


def lines(compared: Sequence[Comparison]) -> str:
    """One JSON object a line for every test, the same ones too."""
    return "".join(json.dumps(_object(c), ensure_ascii=False) + "\n" for c in compared)


def _object(found: Comparison) -> dict[str, object]:
    return {
        "test": found.test, "model": found.model, "differs": found.differs, "observations": list(found.observations),
        "gained": list(found.gained), "lost": list(found.lost), "only_in": found.only_in, "undecided": found.undecided,
    }  # fmt: skip


def _table(shown: Sequence[Comparison]) -> Iterator[str]:
    """The rows, with a heading and an empty line after them, if there are any."""
    if not shown:
        return
    width = max(4, *(len(_name(c)) for c in shown))
    yield f"{'test'.ljust(width)}  {FIRST:9}  {SECOND:9}  gained  lost"
    for found in shown:
        first, second = (observation or "-" for observation in found.observations)
        yield f"{_name(found).ljust(width)}  {first:9}  {second:9}  {_remark(found)}"
        yield from _states("+", found.gained)
        yield from _states("-", found.lost)
    yield ""


def _name(found: Comparison) -> str:
    return found.test if found.model is None else f"{found.test} [{found.model}]"


def _remark(found: Comparison) -> str:
    """How many states, or why there are none."""
    if found.only_in:
        return f"only in {found.only_in}"
    return found.undecided or f"{len(found.gained):6}  {len(found.lost):4}"


def _states(sign: str, states: Sequence[str]) -> Iterator[str]:
    yield from (f"    {sign} {state}" for state in states[:MOST_STATES])
    if len(states) > MOST_STATES:
        yield f"    {sign} and {len(states) - MOST_STATES} more"


def _summary(compared: Sequence[Comparison]) -> str:
    """One line: how many tests, and how they compare."""
    alone = {name: sum(c.only_in == name for c in compared) for name in (FIRST, SECOND)}
    undecided = sum(c.undecided is not None for c in compared)
    differ = sum(c.differs and c.only_in is None for c in compared)
    both = len(compared) - sum(alone.values())
    gained, lost = sum(len(c.gained) for c in compared), sum(len(c.lost) for c in compared)
    parts = [f"{both} in both: {both - differ - undecided} the same, {differ} not"]
    parts += [f"{gained} states gained, {lost} lost"] * bool(gained or lost)
    parts += [f"{undecided} undecided"] * bool(undecided)
    parts += [f"{number} only in {name}" for name, number in alone.items() if number]
    return "; ".join(parts)
