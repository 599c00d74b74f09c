"""Theories: a model made ready for tests, as the checks on a graph of relational operators.

The interpreter (`litmus.cat.interpret`) turns a model into a `Theory`: functions applied, includes read, tests
decided.  What is left is a graph of `Node`s, shared where equal, and the checks on them.  Every consumer (concrete
evaluation, bounds, grounding) walks `Theory.static` and `Theory.dynamic`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from litmus.cat.graph import Node
from litmus.cat.schedule import ScheduleStep
from litmus.source import Span
from litmus.syntax.cat.tree import CheckKind

CheckRole: TypeAlias = Literal["axiom", "flag", "assert", "undefined"]
"""What a check is for; see `litmus.syntax.cat.tree.Check`."""


@dataclass(frozen=True, slots=True, eq=False)
class TheoryCheck:
    """`kind node`, negated or not.  `role` as in `litmus.syntax.cat.tree.Check`."""

    role: CheckRole
    kind: CheckKind
    negated: bool
    node: Node
    name: str
    span: Span | None


@dataclass(frozen=True, slots=True, eq=False)
class Theory:
    """A model made ready for the tests of one signature.

    `static` and then `dynamic` list every node that a check needs, arguments first: those that are the same in every
    execution, and those that depend on rf or co.  `definitions` keeps the nodes by the names the model gave them (for
    explanations); they are in neither list unless a check needs them.
    `coherent`: some axiom is `acyclic` over a union that contains po-loc, rf, co and fr; `ordered`: and rmw.
    `atomic`: some axiom demands that nothing of another thread comes between the read and the write of an `rmw`
    pair.  `implied`: axioms that say no more than `coherent` and `ordered` do.
    """

    name: str
    checks: tuple[TheoryCheck, ...]
    definitions: dict[str, Node]
    static: tuple[ScheduleStep, ...]
    dynamic: tuple[ScheduleStep, ...]
    coherent: bool
    ordered: bool
    atomic: bool
    implied: tuple[TheoryCheck, ...]
    node_count: int
