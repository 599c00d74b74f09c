"""What an explanation holds: reasons and orderings for a forbidden outcome, a story for an allowed one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from litmus.program import Proposition
from litmus.verdict import Observation

Role: TypeAlias = Literal["needed", "redundant", "undecided"]


@dataclass(frozen=True, slots=True)
class Place:
    """A statement or instruction: thread number, line of the test (both None for the initial state), and its text."""

    thread: int | None
    line: int | None
    text: str

    def __str__(self) -> str:
        """`P0 line 7`, without a line `P0`, and `the start` for the initial state."""
        if self.thread is None:
            return "the start"
        return f"P{self.thread}" if self.line is None else f"P{self.thread} line {self.line}"


@dataclass(frozen=True, slots=True)
class Step:
    """One edge of a cycle, in the words of the test.

    `relation`: the model's name for it, or `rf`, `co`, `fr`.  `kind`: `rf`, `co`, `fr`, or what orders two accesses of
    a thread: `fence` (the fence is `via`), `addr`, `data`, `ctrl`, `rmw`, `po`, `section` (of RCU); `other` for what is
    none of these.  `words`: a clause that says it.
    """

    source: Place
    target: Place
    relation: str
    kind: str
    words: str
    via: Place | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why some of the ways to the outcome are forbidden: an axiom, and a cycle that is the same in all of them.

    `cycle`: for one of these ways; it ends with the step that cannot be.  `ways`: how many there are.  `story`: the
    cycle in two sentences.  `coherence`: the cycle stays at one location.
    """

    axiom: str
    cycle: tuple[Step, ...]
    ways: int
    story: str
    coherence: bool = False


@dataclass(frozen=True, slots=True)
class Ordering:
    """Something in the test that orders.

    `kind`: `fence`, `annotation`, `section` (of RCU), `atomicity`, `addr`, `data` or `ctrl`; `words` say what it is.
    `role`: `needed` if the outcome is possible without it.
    """

    place: Place
    kind: str
    words: str
    role: Role


@dataclass(frozen=True, slots=True)
class Story:
    """How an allowed outcome comes about.

    `steps`: in this order, one after the other, they give the outcome; they have been replayed.  `reordered`: the
    pairs of a thread's accesses seen out of order, with why nothing orders them.  `machine`: what the steps are of:
    `interleaving` (one memory for all, each thread in its order), `memory` (the same, with accesses out of order),
    `store buffers` (x86), or `copies` (each thread sees writes at its own time).
    """

    machine: str
    steps: tuple[str, ...]
    reordered: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Barrier:
    """A barrier to put in: its text, and the statement that it goes before."""

    before: Place
    text: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a model allows or forbids the outcome that a test asks about (for `forall`: a counterexample).

    `observation` is that of `litmus.check.check`, of the condition's proposition.  `forbidden`: None when undecided,
    and `undecided` says why.  `ways`: the executions with the outcome that were looked at (candidates, where it is
    forbidden; allowed ones, where not); all there are if `complete`.  Forbidden: `reasons`, the most telling first,
    `orderings`, and `enough`, some of them that forbid the outcome by themselves.  Allowed: `story`, None where none
    was found, and `repair`, barriers that forbid it.  `notes` for what else a reader has to know.
    """

    test: str
    arch: str
    model: str
    outcome: Proposition
    observation: Observation | None
    forbidden: bool | None
    path: str | None = None
    undecided: str | None = None
    ways: int = 0
    complete: bool = True
    reasons: tuple[Reason, ...] = ()
    orderings: tuple[Ordering, ...] = ()
    enough: tuple[Ordering, ...] = ()
    story: Story | None = None
    repair: tuple[Barrier, ...] = ()
    notes: tuple[str, ...] = ()

    def having(self, role: Role) -> tuple[Ordering, ...]:
        """The orderings of a role."""
        return tuple(ordering for ordering in self.orderings if ordering.role == role)
