"""What a traced thread does, one step after the other, and its branches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from mmcore.cpu.term import Expression

Point: TypeAlias = tuple[tuple[str, int], ...]
"""A place in a routine: file and line of each call on the way to it, outermost first."""


@dataclass(frozen=True, slots=True)
class Step:
    """One primitive.

    `kind` and `detail` say which: `load` and `store` with their order, `update` with its `Update`, `fence`, `rcu` and
    `lock` with their name, `observe` with the result's name, `set` (a local variable), `cut` (the thread ends here:
    why).  `result`: the register that takes the value, or None.
    """

    kind: str
    detail: Any
    arguments: tuple[Expression, ...] = ()
    result: Any = None
    point: Point = ()


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
