"""What a test that disagrees with its expectation has to say: the finding, the question, the final states."""

from __future__ import annotations

from collections.abc import Iterator

from litmus.program import Condition
from litmus.report.condition import condition_text, state_text
from litmus.report.text import notes
from litmus.verdict import Verdict

MOST_STATES = 16
"""More final states than this are not listed."""


def failure(verdict: Verdict, condition: Condition, path: str | None = None) -> str:
    """Several lines for a verdict that is undecided or not as expected; the first has the finding, and the path."""
    return "\n".join(_lines(verdict, condition, path))


def _lines(verdict: Verdict, condition: Condition, path: str | None) -> Iterator[str]:
    where = "" if path is None else f" ({path})"
    first, *others = *notes(verdict), ""
    yield f"{verdict.test} under {verdict.model}{where}: {first}"
    yield from (f"  {note}" for note in others if note)
    yield f"  {condition_text(condition)}"
    if verdict.states_listed and verdict.states:
        yield from (f"  {line}" for line in _states(verdict, condition))


def _states(verdict: Verdict, condition: Condition) -> Iterator[str]:
    """The final states that satisfy the proposition, marked with `*`, and then the others."""
    found = len(verdict.states)
    so_far = " found so far" if verdict.observation is None else ""
    yield f"{found} final state{'' if found == 1 else 's'}{so_far}; * satisfies the proposition"
    told = zip(verdict.satisfying, map(state_text, verdict.states), strict=True)
    ordered = sorted(told, key=lambda item: not item[0])
    yield from (f"  {'*' if is_hit else ' '} {text}" for is_hit, text in ordered[:MOST_STATES])
    if found > MOST_STATES:
        yield f"    and {found - MOST_STATES} more"
