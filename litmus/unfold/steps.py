"""The steps of one thread on one path, and what is known while the path is being walked.

Registers hold terms over the reads done so far, together with two *taints*: the reads that the value depends
on by data flow, and those it depends on at all (*picks* included: a value chosen by a condition inside one
instruction, Arm ARM B2.3).  Taints are bit masks over the steps of the path and are purely syntactic:
`xor r1,r1` keeps its dependency.  From them come addr, data and ctrl.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from litmus.program import Instruction, Operation
from litmus.program.term import Term
from litmus.unfold.events import EventKind

Decision: TypeAlias = Literal["B", "BCC"]
"""What depends on a condition: the inside of an instruction, or where control goes."""

KEYS_PER_THREAD = 1 << 20
"""The key of a read is its thread number times this, plus its number in the path."""


@dataclass(slots=True, eq=False)
class Step:
    """An event of a path.  The masks say on which earlier steps it depends (bit = step number)."""

    kind: EventKind
    tags: frozenset[str]
    position: int
    instruction: Instruction
    address: Term | None = None
    value: Term | None = None
    addr: int = 0
    data: int = 0
    ctrl: int = 0
    pick_addr: int = 0
    pick_data: int = 0
    pick_ctrl: int = 0
    pick: int = 0
    register: str | None = None


@dataclass(slots=True, eq=False)
class Path:
    """One straight-line run of a thread: its steps, what they are related by, and where it ends.

    `amo` and `lxsx` pair the read and the write of an atomic instruction and of a load/store-exclusive;
    `inside` lists (relation name, from, to) for the causality inside instructions, with register events.
    """

    thread: int
    steps: list[Step] = field(default_factory=list)
    amo: list[tuple[int, int]] = field(default_factory=list)
    lxsx: list[tuple[int, int]] = field(default_factory=list)
    inside: list[tuple[str, int, int]] = field(default_factory=list)
    constraints: list[Term] = field(default_factory=list)
    registers: dict[str, Term] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Tainted:
    """A term with its taints.  `sources`: the steps of this instruction it comes from (register events only).

    `guard`: the reads that decided, in a structured `if`, whether the register got this value.  What is decided by
    the value later depends on them by control; the value itself does not depend on them by data.
    """

    term: Term
    data: int = 0
    pick: int = 0
    sources: int = 0
    guard: int = 0


@dataclass(slots=True, eq=False)
class Scope:
    """A marker among the pending operations: the end of a `When`, with the pick taint to restore."""

    pick: int


class Run:
    """A path under construction."""

    __slots__ = ("atomic", "controls", "env", "jumps", "path", "pc", "pending", "pick", "position", "reserved")

    def __init__(self, thread: int, env: dict[str, Tainted]) -> None:
        self.path = Path(thread)
        self.env = env
        self.pc = 0
        self.pending: tuple[Operation | Scope, ...] = ()
        self.position = -1
        self.controls: list[tuple[int, int, str | None]] = []
        self.pick = 0
        self.atomic: int | None = None
        self.reserved: int | None = None
        self.jumps: dict[int, int] = {}

    def fork(self) -> Run:
        """A copy that can go another way (steps are shared: they do not change)."""
        other = Run.__new__(Run)
        old = self.path
        other.path = Path(
            old.thread, old.steps[:], old.amo[:], old.lxsx[:], old.inside[:], old.constraints[:], old.registers
        )
        other.env, other.controls, other.jumps = dict(self.env), self.controls[:], dict(self.jumps)
        other.pc, other.pending, other.position = self.pc, self.pending, self.position
        other.pick, other.atomic, other.reserved = self.pick, self.atomic, self.reserved
        return other

    def step(self, step: Step) -> int:
        """Appends a step with the control and pick dependencies in force; gives its number."""
        for data, pick, _ in self.controls:
            step.ctrl |= data
            step.pick_ctrl |= pick
        step.pick = self.pick | step.pick_addr | step.pick_data
        self.path.steps.append(step)
        return len(self.path.steps) - 1
