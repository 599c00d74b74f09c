"""Answers: what one test got under one model, a verdict or an error, ready to be reported."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from litmus.program import Condition
from litmus.verdict import Verdict


@dataclass(frozen=True)
class Problem:
    """Why there is no verdict: `message` on one line, `report` in full; `bug` if the fault is ours.

    `place` is the file, line and column (from 1) of a mistake that has one.
    """

    message: str
    report: str
    bug: bool = False
    place: tuple[str, int, int] | None = None


@dataclass(frozen=True)
class Answer:
    """One test under one model.  One of `verdict`, `problem` and `uncompiled` is there.

    `uncompiled`: why the test has no form on the model's architecture, where every model was asked.

    `test`, `arch` and `condition` are None when the test could not be read, `model` when the problem came
    before any model.  `hash` is the test's own `Hash` field.  `line`: where the test says what it expects of the model,
    if it does.  `last`: no more answers to the same test follow.
    `notes`: what to know about how the test was read.
    """

    path: str
    test: str | None = None
    arch: str | None = None
    model: str | None = None
    condition: Condition | None = None
    hash: str | None = None
    verdict: Verdict | None = None
    problem: Problem | None = None
    uncompiled: str | None = None
    line: int | None = None
    last: bool = True
    notes: tuple[str, ...] = ()


class Report(Protocol):
    """One way to show answers as they come."""

    def add(self, answer: Answer) -> str:
        """The text to print now that this answer is known; may be empty."""
        ...

    def finish(self) -> str:
        """The text to print after the last answer, also when the run was cut short."""
        ...
