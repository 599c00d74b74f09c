"""What a traced thread does, one step after the other, and its branches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from mmcore.cpu import LoadOrder, RcuCall, StoreOrder, Update
from mmcore.cpu.expression import Expression, Key

Point: TypeAlias = tuple[tuple[str, int], ...]
"""A place in a routine: file and line of each call on the way to it, outermost first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One primitive; its class says which.  `result`: the register that takes the value, or None."""

    arguments: tuple[Expression, ...] = ()
    result: Key = None
    point: Point = ()


@dataclass(frozen=True, slots=True)
class Load(Step):
    """Reads what is at an address."""

    order: LoadOrder


@dataclass(frozen=True, slots=True)
class Store(Step):
    """Writes to an address a value."""

    order: StoreOrder


@dataclass(frozen=True, slots=True)
class Modify(Step):
    """An atomic read-modify-write of what is at an address, with the operands of the update as further arguments."""

    update: Update


@dataclass(frozen=True, slots=True)
class Fence(Step):
    """A barrier."""

    name: str


@dataclass(frozen=True, slots=True)
class Rcu(Step):
    """The begin or the end of a read-side critical section, or the wait for all of them."""

    name: RcuCall


@dataclass(frozen=True, slots=True)
class Locking(Step):
    """Takes or frees the lock at an address."""

    name: Literal["spin_lock", "spin_unlock"]


@dataclass(frozen=True, slots=True)
class Observe(Step):
    """Reports a value as the result of that name."""

    name: str


@dataclass(frozen=True, slots=True)
class Assign(Step):
    """Sets a local variable, the result, to a value."""


@dataclass(frozen=True, slots=True)
class Cut(Step):
    """The thread ends here: in a loop that goes on, or in a wait that does not end."""

    why: Literal["bound", "wait"]


@dataclass(frozen=True, slots=True)
class Branch:
    """`if (condition) then else otherwise`."""

    condition: Expression
    then: tuple[Step | Branch, ...]
    otherwise: tuple[Step | Branch, ...]
    point: Point = ()


Item: TypeAlias = Step | Branch


@dataclass(frozen=True, slots=True)
class Decision:
    """On one path: a condition that both held and did not hold on some path, and which it was here."""

    condition: Expression
    outcome: bool
    point: Point = ()


Path: TypeAlias = tuple[Step | Decision, ...]
