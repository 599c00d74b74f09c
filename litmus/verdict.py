"""The answer to one test under one model: a verdict and its agreement with what the test expects, or a problem."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from litmus.judge import Flagged
from litmus.program import Condition, Expected, Kind

Observation: TypeAlias = Literal["Never", "Sometimes", "Always"]
State: TypeAlias = Mapping[str, str]
"""A final state: name as the test writes it (`0:EAX`, `x`) to value as text."""


@dataclass(frozen=True)
class Verdict:
    """What a model says of a test.

    `observation` is None when the test is undecided; `undecided` then says why.  `positive` and `negative`
    count the allowed executions that satisfy the proposition and that do not; None where the back end counts
    no executions.  `states` is every allowed final state, sorted (all that were found, when undecided;
    none where the behaviour is undefined).
    `flags` are the names of the flags raised, `flagged` what raised each in some execution, `advice` what
    would end it, where that was asked for.  `bounded`: a loop was cut at the unrolling bound.  `compiler_only`: with
    compile-time reordering, the outcome is possible only in a reordered program, whose text is `reordered`.
    `as_written`: the observation of the program in its own order, where reordered ones were considered as well.
    `states_listed` is False where only the observation was asked for (`states` is then empty).  `seconds` is CPU time.
    `satisfying` says of each of `states` whether it satisfies the proposition.
    """

    test: str
    arch: str
    model: str
    kind: Kind
    observation: Observation | None
    holds: bool | None
    states: tuple[State, ...]
    positive: int | None = None
    negative: int | None = None
    path: str | None = None
    flags: tuple[str, ...] = ()
    flagged: tuple[Flagged, ...] = ()
    advice: tuple[str, ...] = ()
    bounded: bool = False
    undecided: str | None = None
    expected: Expected | None = None
    compiler_only: bool = False
    reordered: str | None = None
    as_written: Observation | None = None
    states_listed: bool = True
    satisfying: tuple[bool, ...] = ()
    seconds: float = 0.0
    witnesses: tuple[object, ...] = field(default=(), compare=False)

    @property
    def machine(self) -> Observation | None:
        """The observation that expectations are about: of the program as it is written, without the compiler."""
        return None if self.observation is None else self.as_written or self.observation

    @property
    def as_expected(self) -> bool | None:
        """Whether `machine` is what the test expects; None without an expectation or an answer."""
        if self.expected is None or self.machine is None:
            return None
        return agrees(self.machine, self.expected)


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

    `uncompiled`: why the test has no form on the model's architecture, where every model was asked.  `test`, `arch` and
    `condition` are None when the test could not be read, `model` when the problem came before any model.  `hash` is the
    test's own `Hash` field.  `line`: where the test says what it expects of the model, if it does.  `last`: no more
    answers to the same test follow.  `notes`: what to know about how the test was read.
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


def agrees(observation: Observation, expected: Expected) -> bool:
    """Whether an observation of the proposition meets an expectation about it."""
    if expected == "allowed":
        return observation != "Never"
    return observation == ("Never" if expected == "forbidden" else "Always")


def observe(positive: bool, negative: bool) -> Observation:
    """The observation from whether some allowed final state satisfies the proposition, and some does not."""
    if not positive:
        return "Never"
    return "Sometimes" if negative else "Always"
