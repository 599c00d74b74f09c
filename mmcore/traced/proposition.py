"""The bad outcome of a scenario as the proposition of a litmus test."""

from __future__ import annotations

from collections.abc import Iterator

from mmcore.cpu.expression import Address, Binary, Complement, Expression, Final, Reported, leaves
from mmcore.errors import ScenarioError
from mmcore.traced.names import Names


def results(bad: Expression) -> Iterator[tuple[int, str]]:
    """The results that a condition speaks of: thread and name."""
    return ((leaf.thread, leaf.name) for leaf in leaves(bad) if isinstance(leaf, Reported))


def constant(value: Expression, names: Names) -> str:
    """An initial value or the constant of a condition."""
    if isinstance(value, int):
        return str(value)
    return names.address(value)


def proposition(expression: Expression, names: Names) -> str:
    """The bad outcome as a proposition of litmus tests; raises ScenarioError where no test can ask for it."""
    match expression:
        case Binary("&", left, right):
            return f"{proposition(left, names)} /\\ {proposition(right, names)}"
        case Binary("|", left, right):
            return f"({proposition(left, names)} \\/ {proposition(right, names)})"
        case Complement(negated):
            return f"~({proposition(negated, names)})"
        case Binary("==" | "!=" as symbol, left, right) if not _is_result(right):
            atom = f"{_result(left, names)}={constant(right, names)}"
            return atom if symbol == "==" else f"~({atom})"
        case Reported() | Final():
            return f"~({_result(expression, names)}=0)"
    hint = "compare results with constants, by == and !=, and compute everything else in the threads"
    raise ScenarioError("a litmus test cannot ask for this outcome", hint=hint)


def _is_result(expression: Expression) -> bool:
    return not isinstance(expression, int | Address)


def _result(expression: Expression, names: Names) -> str:
    """What a thread observed, or what a cell holds at the end."""
    match expression:
        case Reported(thread, name):
            return f"{thread}:{name}"
        case Final(cell):
            return names.cells[cell]
    hint = "write the result on the left, and what it is compared with on the right"
    raise ScenarioError("a condition compares something that is no result", hint=hint)
