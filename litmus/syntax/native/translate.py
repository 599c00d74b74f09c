"""The meaning of a native test: its tree as a Program of register transfers.

Tags of events: reads and writes `Plain`, `Once`, `Acq` (reads), `Rel` (writes); both events of an atomic
read-modify-write also `RMW`, and `Full` if it is fully ordered.  A compare-and-exchange that fails writes
nothing, and its read is not `Full`: only the write of one that succeeds is.  Tags of fences: barriers.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import TypedDict

from litmus import program as ir
from litmus.source import Source, Span
from litmus.syntax.native import tree as ast
from litmus.syntax.native.barriers import FENCES


class OrderingTags(TypedDict):
    """The tags of an access, for every ordering."""

    plain: ir.Tags
    once: ir.Tags
    acquire: ir.Tags
    release: ir.Tags
    acq_rel: ir.Tags
    full: ir.Tags


READ_TAGS: OrderingTags = {
    "plain": frozenset({"Plain"}),
    "once": frozenset({"Once"}),
    "acquire": frozenset({"Acq"}),
    "release": frozenset({"Once"}),
    "acq_rel": frozenset({"Acq"}),
    "full": frozenset({"Acq", "Full"}),
}
WRITE_TAGS: OrderingTags = {
    "plain": frozenset({"Plain"}),
    "once": frozenset({"Once"}),
    "acquire": frozenset({"Once"}),
    "release": frozenset({"Rel"}),
    "acq_rel": frozenset({"Rel"}),
    "full": frozenset({"Rel", "Full"}),
}
OPERATORS: dict[ast.FetchKind, str] = {
    "fetch_add": "+", "fetch_sub": "-", "fetch_and": "&", "fetch_or": "|", "fetch_xor": "^",
}  # fmt: skip
OLD = "%old"
"""The hidden register that holds the old value of an atomic operation."""


def translate(test: ast.Test, source: Source | None = None) -> ir.Program:
    """The Program of a checked native test; `syntax` is the tree itself."""
    return ir.Program(
        name=test.name,
        arch="native",
        threads=tuple(translate_thread(index, thread) for index, thread in enumerate(test.threads)),
        condition=test.condition,
        memory=dict(initial_memory(test)),
        locations=test.locations,
        filter=test.filter,
        expectations=tuple(expectations(test)),
        source=source,
        info={"Doc": test.description} if test.description else {},
        syntax=test,
    )


def initial_memory(test: ast.Test, element: int = ast.ELEMENT) -> Iterator[tuple[ir.Pointer, ir.Value]]:
    """Every location of the test with its initial value; `element` is the bytes of an array element."""
    for shared in test.shared:
        values = shared.initial or (ast.Number(0),) * (shared.size or 1)
        for index, value in enumerate(values):
            yield ir.Pointer(shared.name, index * element), constant(value, element)


def constant(value: ast.Number | ast.Address, element: int = ast.ELEMENT) -> ir.Value:
    """The value of a number or of an address with a constant index."""
    if isinstance(value, ast.Number):
        return value.value
    index = value.index.value if isinstance(value.index, ast.Number) else 0
    return ir.Pointer(value.name, index * element)


def expectations(test: ast.Test) -> Iterator[ir.Expectation]:
    """One expectation for each model of each `expect` line."""
    for line in test.expectations:
        for model in line.models:
            yield ir.Expectation(model, line.verdict, line.span)


def translate_thread(index: int, thread: ast.Thread) -> ir.Thread:
    """The code of a thread."""
    code = _Code()
    code.block(thread.body)
    code.close()
    return ir.Thread(index, tuple(code.instructions))


# --- expressions ------------------------------------------------------------------------------------------


def expression(value: ast.Expression) -> ir.Expression:
    """A native expression over registers."""
    match value:
        case ast.Number():
            return ir.Const(value.value)
        case ast.Register():
            return ir.Reg(value.name)
        case ast.Address():
            return element_address(value.name, value.index)
        case ast.Unary():
            return ir.Unary(value.op, expression(value.argument))
    if value.op in ("&&", "||"):
        return ir.Binary(value.op[0], _truth(value.left), _truth(value.right))
    return ir.Binary(value.op, expression(value.left), expression(value.right))


def _truth(value: ast.Expression) -> ir.Expression:
    """1 if the value is not 0, else 0."""
    return ir.Binary("!=", expression(value), ir.Const(0))


def element_address(name: str, index: ast.Expression | None) -> ir.Expression:
    """The address of a variable or of an element of an array."""
    if index is None or isinstance(index, ast.Number):
        return ir.Const(ir.Pointer(name, ast.ELEMENT * (index.value if index else 0)))
    return ir.Binary("+", ir.Const(ir.Pointer(name)), ir.Binary("*", expression(index), ir.Const(ast.ELEMENT)))


def address(place: ast.Place) -> ir.Expression:
    """The address of a place."""
    match place:
        case ast.Variable():
            return element_address(place.name, None)
        case ast.Element():
            return element_address(place.name, place.index)
    return expression(place.pointer)


# --- statements -------------------------------------------------------------------------------------------


def update(statement: ast.Update) -> tuple[ir.Operation, ...]:
    """The operations of an atomic read-modify-write."""
    place = address(statement.place)
    rmw = frozenset({"RMW"})
    reads, writes = READ_TAGS[statement.ordering] | rmw, WRITE_TAGS[statement.ordering] | rmw
    arguments = [expression(argument) for argument in statement.arguments]
    result: ir.Expression = ir.Reg(OLD)
    store: ir.Operation = ir.Store(place, arguments[-1], writes, atomic=True)
    if statement.kind == "cmpxchg":
        reads -= {"Full"}
        store = ir.When(ir.Binary("==", ir.Reg(OLD), arguments[0]), (store,))
    elif statement.kind == "add_unless":
        reads -= {"Full"}
        result = ir.Binary("!=", ir.Reg(OLD), arguments[1])
        store = ir.Store(place, ir.Binary("+", ir.Reg(OLD), arguments[0]), writes, atomic=True)
        store = ir.When(result, (store,))
    elif statement.kind != "xchg":
        new = ir.Binary(OPERATORS[statement.kind], ir.Reg(OLD), arguments[0])
        store = ir.Store(place, new, writes, atomic=True)
    keep = (ir.Assign(statement.register, result),) if statement.register else ()
    return (ir.Load(OLD, place, reads, atomic=True), store, *keep)


def _lock(place: ir.Expression) -> tuple[ir.Operation, ...]:
    """Takes a free lock; an execution in which it is never free does not exist."""
    rmw = frozenset({"RMW"})
    load = ir.Load(OLD, place, READ_TAGS["acquire"] | rmw, atomic=True)
    free = ir.Assume(ir.Unary("!", ir.Reg(OLD)))
    return (load, free, ir.Store(place, ir.Const(1), WRITE_TAGS["acquire"] | rmw, atomic=True))


def simple(statement: ast.Simple) -> tuple[ir.Operation, ...]:
    """The operations of a statement without blocks."""
    match statement:
        case ast.Compute():
            return (ir.Assign(statement.register, expression(statement.value)),)
        case ast.Read():
            return (ir.Load(statement.register, address(statement.place), READ_TAGS[statement.ordering]),)
        case ast.Write():
            tags = WRITE_TAGS[statement.ordering]
            return (ir.Store(address(statement.place), expression(statement.value), tags),)
        case ast.Barrier():
            return (ir.Fence(frozenset({FENCES[statement.kind]})),)
        case ast.Lock():
            return _lock(address(statement.place))
        case ast.Unlock():
            return (ir.Store(address(statement.place), ir.Const(0), WRITE_TAGS["release"]),)
    return update(statement)


@dataclass
class _Code:
    """The instructions of a thread as they are made; labels wait for the next instruction."""

    instructions: list[ir.Instruction] = field(default_factory=list)
    waiting: tuple[str, ...] = ()
    numbers: Iterator[int] = field(default_factory=count)

    def block(self, statements: Iterable[ast.Statement]) -> None:
        """Adds a block."""
        for statement in statements:
            match statement:
                case ast.If():
                    self._if(statement)
                case ast.While():
                    self._while(statement)
                case ast.Retry():
                    self.block(statement.body)
                    self._add(statement.span, (ir.Assume(expression(statement.condition)),))
                case _:
                    self._add(statement.span, simple(statement))

    def close(self) -> None:
        """Gives labels at the end a place."""
        if self.waiting:
            self._add(None, ())

    def _if(self, statement: ast.If) -> None:
        number = next(self.numbers)
        other, end = f"else{number}", f"end{number}"
        away = ir.Unary("!", expression(statement.condition))
        self._add(_head(statement), (ir.Branch(away, other if statement.otherwise else end, join=end),))
        self.block(statement.then)
        if statement.otherwise:
            self._add(None, (ir.Branch(None, end),))
            self._label(other)
            self.block(statement.otherwise)
        self._label(end)

    def _while(self, statement: ast.While) -> None:
        number = next(self.numbers)
        head, end = f"while{number}", f"end{number}"
        self._label(head)
        away = ir.Unary("!", expression(statement.condition))
        self._add(_head(statement), (ir.Branch(away, end, join=end),))
        self.block(statement.body)
        self._add(None, (ir.Branch(None, head),))
        self._label(end)

    def _label(self, name: str) -> None:
        self.waiting = (*self.waiting, name)

    def _add(self, span: Span | None, operations: tuple[ir.Operation, ...]) -> None:
        text = span.text if span else ""
        self.instructions.append(ir.Instruction(text, operations, self.waiting, span))
        self.waiting = ()


def _head(statement: ast.If | ast.While) -> Span | None:
    """The span of `if condition` or `while condition`, without the block."""
    whole, condition = statement.span, statement.condition.span
    return Span(whole.source, whole.start, condition.end) if whole and condition else whole
