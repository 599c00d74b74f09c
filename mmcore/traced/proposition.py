"""The bad outcome of a scenario as the proposition of a litmus test."""

from __future__ import annotations

from collections.abc import Iterator

from mmcore.cpu.term import LEAVES, Expression, is_address
from mmcore.errors import ScenarioError
from mmcore.traced.names import Names


def results(bad: Expression) -> Iterator[tuple[int, str]]:
    """The results that a condition speaks of: thread and name."""
    if isinstance(bad, tuple) and bad[0] == "observed":
        yield bad[1], bad[2]
    elif isinstance(bad, tuple) and bad[0] not in LEAVES:
        for part in bad[1:]:
            yield from results(part)


def finals(bad: Expression) -> Iterator[Expression]:
    """The cells whose final value a condition speaks of."""
    if isinstance(bad, tuple) and bad[0] == "final":
        yield "cell", bad[1]
    elif isinstance(bad, tuple) and bad[0] not in LEAVES:
        for part in bad[1:]:
            yield from finals(part)


def constant(value: Expression, names: Names) -> str:
    """An initial value or the constant of a condition."""
    if isinstance(value, int):
        return str(value)
    return names.address(value)


def proposition(expression: Expression, names: Names) -> str:
    """The bad outcome as a proposition of litmus tests; raises ScenarioError where no test can ask for it."""
    match expression:
        case ("&", left, right):
            return f"{proposition(left, names)} /\\ {proposition(right, names)}"
        case ("|", left, right):
            return f"({proposition(left, names)} \\/ {proposition(right, names)})"
        case ("~", negated):
            return f"~({proposition(negated, names)})"
        case ("==" | "!=" as symbol, left, right) if not _is_result(right):
            atom = f"{_result(left, names)}={constant(right, names)}"
            return atom if symbol == "==" else f"~({atom})"
        case (kind, *_) if kind in ("observed", "final"):
            return f"~({_result(expression, names)}=0)"
    hint = "compare results with constants, by == and !=, and compute everything else in the threads"
    raise ScenarioError("a litmus test cannot ask for this outcome", hint=hint)


def _is_result(expression: Expression) -> bool:
    return isinstance(expression, tuple) and not is_address(expression)


def _result(expression: Expression, names: Names) -> str:
    """What a thread observed, or what a cell holds at the end."""
    match expression:
        case ("observed", thread, name):
            return f"{thread}:{name}"
        case ("final", cell):
            return names.cells[cell]
    hint = "write the result on the left, and what it is compared with on the right"
    raise ScenarioError("a condition compares something that is no result", hint=hint)
