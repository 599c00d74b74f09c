"""The field's log format, as herdtools7 prints it, so that its log tools (mcompare7, msum7, ...) read ours.

`Positive` and `Negative` count executions for and against the condition as a whole, `Observation` counts for
and against its proposition: the two differ for `~exists`.  Where a back end counts no executions, final
states are counted.  A test whose text has no `Hash` field gets `NOHASH`, which the log tools take as "do not compare".
"""

from __future__ import annotations

from litmus.cat import UNDEFINED
from litmus.program import Condition, Kind
from litmus.report.condition import bracketed, bracketed_name, condition_text, state_text
from litmus.report.form import Report
from litmus.verdict import Answer, Verdict

TITLES: dict[Kind, str] = {"exists": "Allowed", "~exists": "Forbidden", "forall": "Required"}


class Herd(Report):
    """The report `-o herd`: one block a verdict; undecided tests and errors leave no block, as in herd7."""

    lists_states = True

    def add(self, answer: Answer) -> str:
        """The block of one answer, with an empty line after it."""
        if not answer.verdict or not answer.condition or answer.verdict.observation is None:
            return ""
        return "\n".join(_block(answer.verdict, answer.condition, answer.hash)) + "\n\n"


def _block(verdict: Verdict, condition: Condition, hash: str | None) -> list[str]:
    """The lines of one test."""
    positive, negative = _counts(verdict, condition)
    for_, against = (negative, positive) if condition.kind == "~exists" else (positive, negative)
    return [
        f"Test {verdict.test} {TITLES[condition.kind]}",
        f"States {len(verdict.states)}",
        *(state_text(state, bracketed_name) for state in verdict.states),
        ("Loop " if verdict.bounded else "") + _outcome(verdict),
        "Witnesses",
        f"Positive: {for_} Negative: {against}",
        *(f"Flag {flag}" for flag in verdict.flags),
        f"Condition {condition_text(condition, bracketed)}",
        f"Observation {verdict.test} {verdict.observation} {positive} {negative}",
        f"Time {verdict.test} {verdict.seconds:.2f}",
        f"Hash={hash or 'NOHASH'}",
    ]


def _counts(verdict: Verdict, condition: Condition) -> tuple[int, int]:
    """How many executions (or states) satisfy the proposition, and how many do not."""
    if verdict.positive is not None and verdict.negative is not None:
        return verdict.positive, verdict.negative
    positive = sum(verdict.satisfying)
    return positive, len(verdict.states) - positive


def _outcome(verdict: Verdict) -> str:
    """Whether the condition holds."""
    if UNDEFINED in verdict.flags:
        return "Undef"
    return "Ok" if verdict.holds else "No"
