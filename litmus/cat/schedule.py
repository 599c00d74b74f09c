"""The order in which the nodes of a graph are evaluated."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from litmus.cat.graph import Node
from litmus.logic import components


@dataclass(frozen=True, slots=True, eq=False)
class Fixpoint:
    """A step of a schedule: recursive nodes, and for each the nodes that its definition goes through, in
    evaluation order.
    """

    members: tuple[Node, ...]
    bodies: tuple[tuple[Node, ...], ...]


ScheduleStep: TypeAlias = Node | Fixpoint


def schedule(roots: Iterable[Node]) -> tuple[ScheduleStep, ...]:
    """Every node that the roots use, arguments before users; mutually recursive nodes are one step."""
    steps: list[ScheduleStep] = []
    for component in components(roots, lambda node: node.args):
        if len(component) == 1 and component[0].op != "fix":
            steps.append(component[0])
        else:
            members = tuple(sorted((n for n in component if n.op == "fix"), key=lambda node: node.id))
            inside = frozenset(component)
            steps.append(Fixpoint(members, tuple(_body(member, inside) for member in members)))
    return tuple(steps)


def is_static(step: ScheduleStep) -> bool:
    """Whether a step has the same value in every execution of a structure."""
    return all(n.static for n in step.members) if isinstance(step, Fixpoint) else step.static


def _body(member: Node, component: frozenset[Node]) -> tuple[Node, ...]:
    """The nodes of a component that a member's definition goes through, arguments first."""
    ordered: dict[Node, None] = {}

    def visit(node: Node) -> None:
        if node in component and node.op != "fix" and node not in ordered:
            for a in node.args:
                visit(a)
            ordered[node] = None

    visit(member.args[0])
    return tuple(ordered)
