"""The two widths of a register: zero extension made explicit where a number of the test could show it.

`instruction` leaves a register with the signed number that was written to it: -1 after `MOV W0,#-1`, which is
how results show it, while as `X0` the machine then has 2^32-1.  Only numbers outside of 0 .. 2^31-1 tell the two
apart.  In a test that may have such numbers, `settle` adds the zero extension after each write of a W register,
and takes it back at the end of the thread; initial values and constants become signed numbers as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache

from litmus.errors import UnsupportedError
from litmus.program import (
    Assign,
    Binary,
    Compare,
    Condition,
    Const,
    Expression,
    Instruction,
    Load,
    MemoryAt,
    Observable,
    Operation,
    Program,
    Proposition,
    Reg,
    Select,
    Store,
    StoreConditional,
    Thread,
    Unary,
    Value,
    When,
    comparisons,
    mapped,
)
from litmus.syntax.aarch64.atomics import access_bits
from litmus.syntax.aarch64.conditions import LEFT, RIGHT
from litmus.syntax.aarch64.memory import in_memory
from litmus.syntax.aarch64.operands import Register, read, wrap

SMALL = range(1 << 16)
"""Numbers of which as many as a test has instructions can be added without leaving 31 bits."""

PLAIN = range(1 << 31)
"""Numbers that are the same with 32 bits and with 64, signed and unsigned."""

MOST_SUMS = 4
"""Additions of two computed numbers that a test may have and stay inside 31 bits, each done many times in a loop."""

WIDENING = frozenset({"-", "*", "<<", "~", "s8", "s16"})
"""Operators whose result may be negative or long for `SMALL` operands."""

FLAGS = frozenset({LEFT.name, RIGHT.name})


def settle(program: Program) -> Program:
    """The program with explicit zero extensions and signed numbers; the same one if no number can show it."""
    if _all_small(program):
        return program
    widths, halves = _widths(program), _half_written(program)

    def shown(what: Observable, value: Value) -> Value:
        if isinstance(what, MemoryAt):
            return _stored(widths, value)
        return _signed(32 if (what.thread, what.register) in halves else 64, value)

    return replace(
        program,
        threads=tuple(_extended(thread) for thread in program.threads),
        memory={place: _stored(widths, value) for place, value in program.memory.items()},
        registers={place: _signed(64, value) for place, value in program.registers.items()},
        condition=Condition(program.condition.kind, _converted(program.condition.proposition, shown)),
        filter=None if program.filter is None else _converted(program.filter, shown),
    )


# --- whether it matters ---------------------------------------------------------------------------------


def _all_small(program: Program) -> bool:
    """Whether no register or location can come to hold a number that is negative or has more than 31 bits."""
    values = [*program.memory.values(), *program.registers.values(), *_constants(program.condition.proposition)]
    if program.filter is not None:
        values += _constants(program.filter)
    if any(isinstance(value, int) and value not in SMALL for value in values):
        return False
    return sum(_growth(i.operations) for t in program.threads for i in t.instructions if i.operations) <= MOST_SUMS


def _constants(proposition: Proposition) -> Iterator[Value]:
    """The constants that a proposition compares with."""
    return (node.right for node in comparisons(proposition) if isinstance(node.right, int))


@lru_cache(maxsize=8192)
def _growth(operations: tuple[Operation, ...]) -> int:
    """How many additions of computed numbers operations do; more than `MOST_SUMS` if a result may not be small."""
    return sum(_expression_growth(part) for operation in operations for part in _results(operation))


def _results(operation: Operation) -> Iterator[Expression]:
    """The expressions that an operation puts into registers or memory; the flags are never shown."""
    if isinstance(operation, Assign) and operation.register not in FLAGS:
        yield operation.expression
    if isinstance(operation, Store | StoreConditional):
        yield operation.value
    if isinstance(operation, When):
        for inner in (*operation.then, *operation.otherwise):
            yield from _results(inner)


def _expression_growth(expression: Expression) -> int:
    """See `_growth`."""
    if isinstance(expression, Const):
        return 0 if not isinstance(expression.value, int) or expression.value in SMALL else MOST_SUMS + 1
    if isinstance(expression, Reg):
        return 0
    if expression.op in WIDENING if isinstance(expression, Unary | Binary) else False:
        return MOST_SUMS + 1
    parts = _parts(expression)
    sums = isinstance(expression, Binary) and expression.op == "+" and not any(isinstance(p, Const) for p in parts)
    return sum(map(_expression_growth, parts)) + sums


def _parts(expression: Unary | Binary | Select) -> tuple[Expression, ...]:
    """The expressions that an expression is made of; the condition of a choice is not in its result."""
    if isinstance(expression, Unary):
        return (expression.argument,)
    if isinstance(expression, Binary):
        return expression.left, expression.right
    return expression.then, expression.otherwise


# --- explicit zero extension ----------------------------------------------------------------------------


def _half_written(program: Program) -> set[tuple[int, str]]:
    """The registers, with their threads, that an instruction writes through their 32-bit name."""
    return {(t.index, name) for t in program.threads for i in t.instructions for name in _halves(i)}


def _halves(instruction: Instruction) -> tuple[str, ...]:
    """The registers that an instruction writes through their 32-bit name."""
    if not instruction.operations:
        return ()
    operands = [o for o in read(instruction.text).operands if isinstance(o, Register)]
    whole = {o.name for o in operands if o.bits == 64}
    written = set(_written(instruction.operations)) - whole
    return tuple(dict.fromkeys(o.name for o in operands if o.name and o.name in written))


def _written(operations: tuple[Operation, ...]) -> Iterator[str | None]:
    """The registers that operations write; the status of a store-exclusive is 0 or 1, and left out."""
    for operation in operations:
        if isinstance(operation, Assign | Load):
            yield operation.register
        elif isinstance(operation, When):
            yield from _written((*operation.then, *operation.otherwise))


def _extended(thread: Thread) -> Thread:
    """The thread with the upper half of a register cleared after each 32-bit write, and signed at its end."""
    code = [replace(i, operations=(*i.operations, *_wrapped(_halves(i), signed=False))) for i in thread.instructions]
    halves = tuple(dict.fromkeys(name for i in thread.instructions for name in _halves(i)))
    return Thread(thread.index, (*code, Instruction("", _wrapped(halves, signed=True))))


def _wrapped(names: tuple[str, ...], signed: bool) -> tuple[Operation, ...]:
    """Makes registers hold their low 32 bits as unsigned or signed numbers."""
    return tuple(Assign(name, wrap(32, Reg(name), signed)) for name in names)


# --- signed numbers -------------------------------------------------------------------------------------


def _widths(program: Program) -> tuple[int, ...]:
    """The bits of the memory accesses of a program, each width once."""
    code = (read(i.text) for t in program.threads for i in t.instructions if i.operations)
    return tuple(dict.fromkeys(bits for line in code if (bits := access_bits(line)))) or (32,)


def _signed(bits: int, value: Value) -> Value:
    """A number as a register whose low `bits` bits are looked at holds it; addresses stay."""
    return _number(wrap(bits, Const(value), signed=True))


def _stored(widths: tuple[int, ...], value: Value) -> Value:
    """A number as memory holds it.  Raises UnsupportedError if that depends on which of the widths it has."""
    if not isinstance(value, int) or value in PLAIN:
        return value
    first, *others = (_number(in_memory(bits, Const(value))) for bits in widths)
    if any(other != first for other in others):
        raise UnsupportedError(
            f"the initial or final value {value} of a location, in a test with accesses of several sizes",
            hint=f"use values from 0 to {PLAIN[-1]}, or accesses of one size",
        )
    return first


def _number(expression: Expression) -> Value:
    """The value of a constant, truncated or not."""
    while isinstance(expression, Unary):
        expression = expression.argument
    assert isinstance(expression, Const)
    return expression.value


def _converted(proposition: Proposition, shown: Callable[[Observable, Value], Value]) -> Proposition:
    """The proposition with each constant as what it is compared with would hold it."""


    def held(node: Compare) -> Compare:
        return replace(node, right=shown(node.left, node.right)) if isinstance(node.right, int) else node

    return mapped(proposition, held)
