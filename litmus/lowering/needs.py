"""What a native thread needs of a target: registers for what it assigns, and for the addresses it names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from litmus.lowering.target import Target
from litmus.program import Pointer
from litmus.syntax.native import tree as ast
from litmus.syntax.native.names import operands, parts


def statements(block: Iterable[ast.Statement]) -> Iterator[ast.Statement]:
    """Every statement of a block, at any depth, in order."""
    for statement in block:
        yield statement
        match statement:
            case ast.If():
                yield from statements((*statement.then, *statement.otherwise))
            case ast.While() | ast.Retry():
                yield from statements(statement.body)


def assigned(block: Iterable[ast.Statement]) -> Iterator[str]:
    """The native registers that a block assigns."""
    for statement in statements(block):
        if isinstance(statement, ast.Compute | ast.Read | ast.Update) and statement.register:
            yield statement.register


def pool(block: Iterable[ast.Statement], target: Target) -> tuple[str, ...]:
    """The registers that may be given out: not the one that compare-and-exchange takes, if the thread has one."""
    kinds = [statement.kind for statement in statements(block) if isinstance(statement, ast.Update)]
    return tuple(name for name in target.registers if "cmpxchg" not in kinds or name != target.expected)


def pointers(block: Iterable[ast.Statement], target: Target) -> Iterator[Pointer]:
    """The constant addresses that a block needs in registers."""
    for statement in statements(block):
        place = getattr(statement, "place", None)
        if isinstance(place, ast.Variable | ast.Element) and not direct(place, target):
            yield base(place.name, index(place), target)
        for value in operands(statement):
            for part in parts(value):
                if isinstance(part, ast.Address):
                    yield base(part.name, part.index, target)


def direct(place: ast.Place, target: Target) -> bool:
    """Whether the target names this place in a memory operand."""
    return target.direct is not None and isinstance(place, ast.Variable)


def index(place: ast.Variable | ast.Element) -> ast.Expression | None:
    """The index of a place, if it has one."""
    return place.index if isinstance(place, ast.Element) else None


def base(name: str, index: ast.Expression | None, target: Target) -> Pointer:
    """The constant part of an address: all of it if the index is a number."""
    return Pointer(name, index.value * target.element if isinstance(index, ast.Number) else 0)
