"""PPC (Power) tests.

Meaning of instructions: Power ISA 2.07, Book I (chapters 2 and 3: branches, fixed point), Book II (chapter 4:
barriers, load-reserve and store-conditional).  Fences are tagged `SYNC`, `LWSYNC`, `EIEIO`, `ISYNC`; reserved
accesses `X`.  A condition field `crN` is three registers: `CRN.eq` (0 or 1), and `CRN.l`, `CRN.r`, whose order it has.
A 32-bit word in memory or in a register is a signed number.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from typing import TypeAlias

from litmus.errors import InputError, UnsupportedError
from litmus.program import (
    NO_TAGS,
    Assign,
    Binary,
    Branch,
    Const,
    Expression,
    Fence,
    Load,
    Operation,
    Program,
    Reg,
    Store,
    StoreConditional,
    Unary,
)
from litmus.source import Source
from litmus.syntax import reading
from litmus.syntax.assembly import frame
from litmus.syntax.assembly.language import Language
from litmus.syntax.ppc.operands import REGISTERS, ZERO, Line, read, register

Operations: TypeAlias = tuple[Operation, ...]
RESERVED = frozenset({"X"})


def parse(source: Source) -> Program:
    """The program of a PPC test."""
    return frame.parse(source, LANGUAGE)


@lru_cache(maxsize=4096)
def instruction(text: str) -> Operations:
    """The operations of an instruction; InputError has its place in `text`."""
    line = read(text)
    build = INSTRUCTIONS.get(line.mnemonic.rstrip("+-"))
    if build is None:
        raise _unknown(line)
    return build(line)


def width(text: str) -> int | None:
    """Bytes of the memory access of an instruction, None if it has none."""
    words = text.split(None, 1)
    return WIDTHS.get(words[0].lower()) if words else None


def _unknown(line: Line) -> InputError:
    """The error at a mnemonic that is not in the table."""
    span = line.source.span(0, len(line.mnemonic))
    if line.mnemonic in REFUSED:
        return UnsupportedError(f"the instruction '{line.mnemonic}' is not supported", span, "leave it out of the test")
    hint = reading.suggestion(line.mnemonic, INSTRUCTIONS) or "the instructions are listed in the documentation"
    return InputError(f"unknown PPC instruction '{line.mnemonic}', expected one such as lwz, stw, sync", span, hint)


# --- meanings -------------------------------------------------------------------------------------------


def _result(target: str, value: Expression, record: bool) -> Operations:
    """A register gets a value; the record form (`add.`) compares it with 0 in cr0."""
    compared = _compared("CR0", Reg(target), ZERO) if record else ()
    return (Assign(target, value), *compared)


def _compared(field: str, left: Expression, right: Expression) -> Operations:
    """A condition field gets the order of two values."""
    equal = Assign(f"{field}.eq", Binary("==", left, right))
    return equal, Assign(f"{field}.l", left), Assign(f"{field}.r", right)


def _three(op: str, record: bool, line: Line) -> Operations:
    """rD := rA op rB."""
    line.end(3)
    left, right = Reg(line.register(1)), Reg(line.register(2))
    return _result(line.register(0), Binary(op, left, right), record)


def _subtract_from(record: bool, line: Line) -> Operations:
    """rD := rB - rA."""
    line.end(3)
    return _result(line.register(0), Binary("-", Reg(line.register(2)), Reg(line.register(1))), record)


def _one(op: str, record: bool, line: Line) -> Operations:
    """rD := op rA."""
    line.end(2)
    return _result(line.register(0), Unary(op, Reg(line.register(1))), record)


def _immediate(op: str, scale: int, record: bool, line: Line) -> Operations:
    """rD := rA op (number * scale)."""
    line.end(3)
    value = Binary(op, Reg(line.register(1)), Const(line.number(2) * scale))
    return _result(line.register(0), value, record)


def _add_immediate(scale: int, line: Line) -> Operations:
    """rD := (rA|0) + number * scale (Book I, 3.3.9)."""
    line.end(3)
    base, offset = line.base(1), Const(line.number(2) * scale)
    return (Assign(line.register(0), offset if base == ZERO else Binary("+", base, offset)),)


def _load_immediate(scale: int, line: Line) -> Operations:
    """rD := number * scale."""
    line.end(2)
    return (Assign(line.register(0), Const(line.number(1) * scale)),)


def _move(line: Line) -> Operations:
    """rD := rA."""
    line.end(2)
    return (Assign(line.register(0), Reg(line.register(1))),)


def _compare(part: str, immediate: bool, line: Line) -> Operations:
    """crN gets the order of two registers, or a register and a number, truncated by `part`."""
    field, first = line.field()
    line.end(first + 2)
    left = Unary(part, Reg(line.register(first)))
    right = Const(line.number(first + 1)) if immediate else Reg(line.register(first + 1))
    return _compared(field, left, right if immediate else Unary(part, right))


def _branch(condition: Callable[[str], Expression] | None, line: Line) -> Operations:
    """Jump to a label if the condition field says so."""
    field, first = line.field() if condition else ("", 0)
    line.end(first + 1)
    return (Branch(condition(field) if condition else None, line.label(first)),)


def _equal(field: str) -> Expression:
    return Reg(f"{field}.eq")


def _unequal(field: str) -> Expression:
    return Unary("!", Reg(f"{field}.eq"))


def _ordered(op: str, field: str) -> Expression:
    return Binary(op, Reg(f"{field}.l"), Reg(f"{field}.r"))


def _unordered(op: str, field: str) -> Expression:
    """The negation: after a failed `stwcx.` a field is neither less, nor greater, nor equal (Book II, 4.4.2)."""
    return Unary("!", _ordered(op, field))


def _load(width: int, line: Line) -> Operations:
    """rD := memory[d + (rA|0)]."""
    address = line.address(width)
    return (Load(line.register(0), address),)


def _store(width: int, line: Line) -> Operations:
    """memory[d + (rA|0)] := rS."""
    address = line.address(width)
    return (Store(address, _stored(width, line.register(0))),)


def _update(operations: Callable[[int, Line], Operations], width: int, line: Line) -> Operations:
    """A load or store after which rA holds the address."""
    (access,) = operations(width, line)
    assert isinstance(access, Load | Store)
    moved = access.address
    base = moved.left if isinstance(moved, Binary) else moved
    if not isinstance(base, Reg) or (isinstance(access, Load) and access.register == base.name):
        raise InputError(f"'{line.mnemonic}' expected a base register that is not r0 and not the target",
                         line.source.span(0, len(line.source.text)), "use another register")  # fmt: skip
    return access, Assign(base.name, moved)


def _indexed(line: Line) -> Expression:
    """The address (rA|0) + rB."""
    line.end(3)
    base, index = line.base(1), Reg(line.register(2))
    return index if base == ZERO else Binary("+", base, index)


def _load_indexed(line: Line, reserve: bool = False) -> Operations:
    """rD := memory[(rA|0) + rB]."""
    address = _indexed(line)
    return (Load(line.register(0), address, RESERVED if reserve else NO_TAGS, exclusive=reserve),)


def _store_indexed(width: int, line: Line) -> Operations:
    """memory[(rA|0) + rB] := rS."""
    address = _indexed(line)
    return (Store(address, _stored(width, line.register(0))),)


def _store_conditional(width: int, line: Line) -> Operations:
    """Store if the reservation holds; cr0 is equal if it did, else nothing (Book II, 4.4.2)."""
    address = _indexed(line)
    value = _stored(width, line.register(0))
    store = StoreConditional("CR0.eq", address, value, RESERVED, success=1, failure=0)
    return store, Assign("CR0.l", ZERO), Assign("CR0.r", ZERO)


def _stored(width: int, name: str) -> Expression:
    """What a store of `width` bytes keeps of a register."""
    return Reg(name) if width == 8 else Unary({1: "u8", 2: "u16", 4: "s32"}[width], Reg(name))


def _fence(tag: str, line: Line) -> Operations:
    """A fence; `sync` may say its kind as a number, 0 for the full one."""
    line.end(0)
    return (Fence(frozenset({tag})),)


def _nothing(line: Line) -> Operations:
    """No operation."""
    return ()


# --- tables ---------------------------------------------------------------------------------------------

Build: TypeAlias = Callable[[Line], Operations]

_THREE = {
    "add": "+", "sub": "-", "and": "&", "or": "|", "xor": "^", "mullw": "*", "mulld": "*", "divw": "/", "divd": "/",
}  # fmt: skip
_LOADS = {"lbz": 1, "lhz": 2, "lwz": 4, "lwa": 4, "ld": 8}
_STORES = {"stb": 1, "sth": 2, "stw": 4, "std": 8}
_INDEXED_LOADS = {"lbzx": 1, "lhzx": 2, "lwzx": 4, "lwax": 4, "ldx": 8}
_INDEXED_STORES = {"stbx": 1, "sthx": 2, "stwx": 4, "stdx": 8}
_RESERVING = {"lbarx": 1, "lharx": 2, "lwarx": 4, "ldarx": 8}
_CONDITIONAL = {"stbcx.": 1, "sthcx.": 2, "stwcx.": 4, "stdcx.": 8}
_UPDATING = {"lbzu": 1, "lhzu": 2, "lwzu": 4, "ldu": 8, "stbu": 1, "sthu": 2, "stwu": 4, "stdu": 8}
_FENCES = {"sync": "SYNC", "hwsync": "SYNC", "lwsync": "LWSYNC", "eieio": "EIEIO", "isync": "ISYNC"}
_COMPARES = {"cmpw": "s32", "cmpd": "s64", "cmplw": "u32", "cmpld": "u64"}

WIDTHS = {
    **_LOADS, **_STORES, **_INDEXED_LOADS, **_INDEXED_STORES, **_RESERVING, **_CONDITIONAL, **_UPDATING,
}  # fmt: skip
"""Bytes that an instruction accesses."""

REFUSED = frozenset({"bl", "blr", "mtlr", "mflr", "mfcr", "lmw", "stmw", "bctr", "mtctr", "bdnz", "rlwimi", "rlwinm"})
"""Real instructions that no test here may have."""

INSTRUCTIONS: dict[str, Build] = {
    **{name + dot: partial(_three, op, bool(dot)) for name, op in _THREE.items() for dot in ("", ".")},
    **{"subf" + dot: partial(_subtract_from, bool(dot)) for dot in ("", ".")},
    **{name + dot: partial(_one, op, bool(dot)) for name, op in (("neg", "-"), ("not", "~")) for dot in ("", ".")},
    **{name: partial(_one, op, False) for name, op in (("extsb", "s8"), ("extsh", "s16"), ("extsw", "s32"))},
    "li": partial(_load_immediate, 1),
    "lis": partial(_load_immediate, 1 << 16),
    "addi": partial(_add_immediate, 1),
    "addis": partial(_add_immediate, 1 << 16),
    "subi": partial(_add_immediate, -1),
    "mulli": partial(_immediate, "*", 1, False),
    "ori": partial(_immediate, "|", 1, False),
    "oris": partial(_immediate, "|", 1 << 16, False),
    "xori": partial(_immediate, "^", 1, False),
    "xoris": partial(_immediate, "^", 1 << 16, False),
    "andi.": partial(_immediate, "&", 1, True),
    "andis.": partial(_immediate, "&", 1 << 16, True),
    "sldi": partial(_immediate, "<<", 1, False),
    "mr": _move,
    **{name + i: partial(_compare, part, bool(i)) for name, part in _COMPARES.items() for i in ("", "i")},
    "b": partial(_branch, None),
    "beq": partial(_branch, _equal),
    "bne": partial(_branch, _unequal),
    "blt": partial(_branch, partial(_ordered, "<")),
    "bgt": partial(_branch, partial(_ordered, ">")),
    **{name: partial(_branch, partial(_unordered, "<")) for name in ("bge", "bnl")},
    **{name: partial(_branch, partial(_unordered, ">")) for name in ("ble", "bng")},
    **{name: partial(_load, size) for name, size in _LOADS.items()},
    **{name: partial(_store, size) for name, size in _STORES.items()},
    **{name: partial(_update, _load if name[0] == "l" else _store, size) for name, size in _UPDATING.items()},
    **dict.fromkeys(_INDEXED_LOADS, _load_indexed),
    **{name: partial(_store_indexed, size) for name, size in _INDEXED_STORES.items()},
    **dict.fromkeys(_RESERVING, partial(_load_indexed, reserve=True)),
    **{name: partial(_store_conditional, size) for name, size in _CONDITIONAL.items()},
    **{name: partial(_fence, tag) for name, tag in _FENCES.items()},
    "nop": _nothing,
    "dcbf": _nothing,
}
"""Every instruction, by its name in lower case."""

LANGUAGE = Language("ppc", instruction, register, REGISTERS, width)
