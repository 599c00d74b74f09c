"""AArch64 tests that are refused as a whole: each would get a wrong answer, rather than none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from litmus.errors import UnsupportedError
from litmus.program import (
    Assign,
    Binary,
    Branch,
    Const,
    Expression,
    Instruction,
    Load,
    Operation,
    Program,
    Reg,
    Select,
    StoreConditional,
    Unary,
    When,
)
from litmus.syntax.aarch64_conditions import CARRY, CLEARS_CARRY, SETS_FLAGS
from litmus.syntax.aarch64_operands import Line, Name, read


def check(program: Program) -> None:
    """Raises UnsupportedError for the instruction of a program that would be misunderstood."""
    for thread in program.threads:
        code = [i for i in thread.instructions if i.operations]
        mnemonics = {read(i.text).mnemonic for i in code}
        if not mnemonics & SETS_FLAGS:
            _check_unset(code)
        if mnemonics & CLEARS_CARRY:
            _check_flags(code)
        if any(mnemonic.startswith("CAS") for mnemonic in mnemonics):
            _check_swaps(thread.instructions)


# --- flags ----------------------------------------------------------------------------------------------


def _check_unset(code: Sequence[Instruction]) -> None:
    """Refuses a condition in a thread that sets no flags: what they are at its start is not known."""
    for i in code:
        if read(i.text).mnemonic.startswith(("B.", "CS", "CINC", "CINV", "CNEG")):
            raise UnsupportedError(f"'{i.text}' in a thread that never sets the flags", i.span, "add a CMP before it")


def _check_flags(code: Sequence[Instruction]) -> None:
    """Refuses a condition on the carry flag in a thread that has a logical operation on the flags."""
    for i in code:
        if _on_carry(read(i.text)):
            raise UnsupportedError(
                f"'{i.text}' in a thread with TST, ANDS or BICS, which clear the carry flag, is not supported",
                i.span,
                "compare with CMP instead",
            )


def _on_carry(line: Line) -> bool:
    """Whether an instruction has a condition on the carry flag."""
    if line.mnemonic.startswith("B."):
        return line.mnemonic[2:] in CARRY
    names = [operand.text.upper() for operand in line.operands if isinstance(operand, Name)]
    return line.mnemonic.startswith("C") and any(name in CARRY for name in names)


# --- compare and swap -----------------------------------------------------------------------------------


def _check_swaps(code: Sequence[Instruction]) -> None:
    """Refuses a CAS whose first register is used elsewhere and may come from a read.

    After a success the machine may take that register for what was expected, or for what was read; each has
    dependencies that the other has not.  Only if what was expected is a constant, the first allows all that
    the second does.
    """
    for i in code:
        line = read(i.text) if i.operations else None
        if line is None or not line.mnemonic.startswith("CAS"):
            continue
        expected = line.register(0)
        others = [operation for other in code if other is not i for operation in other.operations]
        used = any(expected.name in _reads(operation) for operation in others)
        if expected.name and used and (_loops(code) or not _constant(others, expected.name)):
            raise UnsupportedError(
                f"the register {expected.span.text} of '{i.text}' is used elsewhere and may come from a read: its "
                "dependencies are not supported",
                i.span,
                "expect a constant, set by MOV, in a register of its own",
            )


def _constant(operations: Sequence[Operation], register: str) -> bool:
    """Whether operations set a register to constants only."""
    return all(
        isinstance(operation, Assign) and isinstance(operation.expression, Const)
        for operation, written in _writes(operations)
        if written == register
    )


def _writes(operations: Sequence[Operation]) -> Iterator[tuple[Operation, str | None]]:
    """The operations that write a register, with the register."""
    for operation in operations:
        if isinstance(operation, Assign | Load):
            yield operation, operation.register
        elif isinstance(operation, StoreConditional):
            yield operation, operation.status
        elif isinstance(operation, When):
            yield from _writes((*operation.then, *operation.otherwise))


def _reads(operation: Operation) -> set[str]:
    """The registers that an operation reads."""
    parts = (getattr(operation, name, None) for name in ("address", "value", "expression", "condition"))
    found = {name for part in parts if part is not None for name in _registers(part)}
    inner = (*operation.then, *operation.otherwise) if isinstance(operation, When) else ()
    return found.union(*map(_reads, inner))


def _registers(expression: Expression) -> Iterator[str]:
    """The registers in an expression."""
    if isinstance(expression, Reg):
        yield expression.name
    elif isinstance(expression, Unary):
        yield from _registers(expression.argument)
    elif isinstance(expression, Binary):
        yield from (*_registers(expression.left), *_registers(expression.right))
    elif isinstance(expression, Select):
        for part in (expression.condition, expression.then, expression.otherwise):
            yield from _registers(part)


def _loops(code: Sequence[Instruction]) -> bool:
    """Whether some branch goes back."""
    seen: set[str] = set()
    for i in code:
        seen.update(i.labels)
        if any(isinstance(operation, Branch) and operation.target in seen for operation in i.operations):
            return True
    return False
