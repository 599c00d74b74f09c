"""AArch64 instructions on memory: loads, stores, exclusives, pairs, fences.

Tags are the sets of the published Arm cat model: `A` acquire, `Q` acquire-PC, `L` release, `X` an access of an
exclusive or atomic instruction, `NoRet` a read whose value is dropped (the ST<op> forms and those with
WZR/XZR), and a fence's own name, `DMB.ISHLD`.  Memory holds signed numbers where it is accessed by 4 or 8 bytes,
unsigned ones where it is accessed by 1 or 2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from litmus.errors import InputError
from litmus.program import NO_TAGS, Binary, Expression, Fence, Load, Operation, Store, StoreConditional, Tags
from litmus.syntax import reading
from litmus.syntax.aarch64.operands import (
    Address,
    Form,
    Immediate,
    Line,
    Register,
    assign,
    offset,
    shifted,
    value,
    wrap,
)

STATUS = "memory.status"
"""The status of a store-exclusive that drops it."""

WIDTHS = {"B": 8, "H": 16, "SB": 8, "SH": 16, "SW": 32}
"""Suffix of a mnemonic to the bits it accesses; without a suffix, those of the register."""

# --- addresses ------------------------------------------------------------------------------------------


def effective(line: Line, index: int) -> tuple[Expression, tuple[Operation, ...]]:
    """The address that operand number `index` stands for, and the update of its base register."""
    address = line.address(index)
    base = value(address.base)
    if len(line.operands) > index + 1:
        return base, _post_index(line, index)
    if isinstance(address.index, Immediate):
        place = offset(base, address.index.value)
        return place, assign(address.base, place) if address.writeback else ()
    if address.writeback:
        line.wrong(index, "written with a number, such as [X1,#4]!")
    return (base if address.index is None else Binary("+", base, _index(line, address))), ()


def _post_index(line: Line, index: int) -> tuple[Operation, ...]:
    """The update of the base register by the number behind the brackets."""
    address = line.address(index)
    if address.index is not None or address.writeback:
        line.wrong(index, "a base register alone, such as [X1], before a post-index")
    return assign(address.base, offset(value(address.base), line.immediate(index + 1)))


def _index(line: Line, address: Address) -> Expression:
    """The index register of an address, extended and shifted; one of 32 bits is unsigned unless it says SXTW."""
    assert isinstance(address.index, Register)
    bits = address.index.bits
    index = shifted(line, address.index, address.extension)
    return wrap(bits, index) if bits == 32 and address.extension is None else index


def simple(line: Line, index: int) -> Expression:
    """The address that operand number `index` stands for, which must be `[Xn]`."""
    address = line.address(index)
    zero = isinstance(address.index, Immediate) and address.index.value == 0
    if (address.index is not None and not zero) or address.writeback:
        line.wrong(index, f"a base register alone, such as [X1], for {line.mnemonic}")
    return value(address.base)


# --- loads and stores -----------------------------------------------------------------------------------


def in_memory(bits: int, expression: Expression) -> Expression:
    """An expression as memory that is accessed by `bits` bits holds it."""
    return wrap(bits, expression, signed=bits >= 32)


def stored(bits: int, register: Register) -> Expression:
    """What a store of `bits` bits writes."""
    return value(register) if bits == 64 else in_memory(bits, value(register))


def data(line: Line, index: int, suffix: str) -> tuple[Register, int]:
    """The data register of an access, operand number `index`, and how many bits are accessed."""
    register = line.register(index, {"": None, "SB": None, "SH": None, "SW": 64}.get(suffix, 32))
    return register, WIDTHS.get(suffix, register.bits)


def _extended(register: Register, bits: int, suffix: str) -> tuple[Operation, ...]:
    """The sign extension of `bits` bits that were loaded into a register, where memory holds them unsigned."""
    return assign(register, wrap(bits, value(register), signed=True)) if suffix in ("SB", "SH") else ()


def _load(line: Line, suffix: str, tags: Tags = NO_TAGS) -> tuple[Operation, ...]:
    """`LDR Rt,address` and its kin."""
    line.count(2, 3)
    target, bits = data(line, 0, suffix)
    place, update = effective(line, 1)
    return Load(target.name, place, tags), *_extended(target, bits, suffix), *update


def _store(line: Line, suffix: str, tags: Tags = NO_TAGS) -> tuple[Operation, ...]:
    """`STR Rt,address` and its kin."""
    line.count(2, 3)
    source, bits = data(line, 0, suffix)
    place, update = effective(line, 1)
    return Store(place, stored(bits, source), tags), *update


def _load_simple(line: Line, suffix: str, tags: Tags, exclusive: bool = False) -> tuple[Operation, ...]:
    """`LDAR Rt,[Xn]`, LDAPR, LDXR, LDAXR."""
    line.count(2)
    return (Load(data(line, 0, suffix)[0].name, simple(line, 1), tags, exclusive=exclusive),)


def _store_simple(line: Line, suffix: str, tags: Tags) -> tuple[Operation, ...]:
    """`STLR Rt,[Xn]`."""
    line.count(2)
    source, bits = data(line, 0, suffix)
    return (Store(simple(line, 1), stored(bits, source), tags),)


def _store_exclusive(line: Line, suffix: str, tags: Tags) -> tuple[Operation, ...]:
    """`STXR Ws,Rt,[Xn]` and STLXR: Ws becomes 0 on success, 1 on failure."""
    line.count(3)
    status = line.register(0, 32)
    source, bits = data(line, 1, suffix)
    return (StoreConditional(status.name or STATUS, simple(line, 2), stored(bits, source), tags),)


# --- pairs ----------------------------------------------------------------------------------------------


def _load_pair(line: Line, suffix: str, tags: Tags = NO_TAGS) -> tuple[Operation, ...]:
    """`LDP Rt1,Rt2,address`: two reads, in no order; the one into the base register is done last."""
    line.count(3, 4)
    first, bits = data(line, 0, suffix)
    second = line.register(1, first.bits)
    place, update = effective(line, 2)
    low = (Load(first.name, place, tags), *_extended(first, bits, suffix))
    high = (Load(second.name, offset(place, bits // 8), tags), *_extended(second, bits, suffix))
    reads = (*high, *low) if first.name == line.address(2).base.name else (*low, *high)
    return *reads, *update


def _store_pair(line: Line, suffix: str, tags: Tags = NO_TAGS) -> tuple[Operation, ...]:
    """`STP Rt1,Rt2,address`: two writes, in no order."""
    line.count(3, 4)
    first, bits = data(line, 0, suffix)
    second = line.register(1, first.bits)
    place, update = effective(line, 2)
    low = Store(place, stored(bits, first), tags)
    return low, Store(offset(place, bits // 8), stored(bits, second), tags), *update


# --- fences ---------------------------------------------------------------------------------------------

OPTIONS = ("SY", "LD", "ST", *(domain + kind for domain in ("ISH", "OSH", "NSH") for kind in ("", "LD", "ST")))
"""The options of DMB and DSB (Arm ARM C6.2, DMB)."""


def _barrier(line: Line) -> tuple[Operation, ...]:
    """`DMB option` and `DSB option`."""
    line.count(1)
    option = line.word(0, "a barrier option, such as SY or ISH").upper()
    if option not in OPTIONS:
        hint = reading.suggestion(option, list(OPTIONS)) or f"write one of {', '.join(OPTIONS)}"
        raise InputError(f"'{option}' is not an option of {line.mnemonic}", line.operands[0].span, hint)
    return (Fence(frozenset({f"{line.mnemonic}.{option}"})),)


def _instruction_barrier(line: Line) -> tuple[Operation, ...]:
    """`ISB`, with its only option or without."""
    if line.count(0, 1) and line.word(0, "SY").upper() != "SY":
        line.wrong(0, "SY")
    return (Fence(frozenset({"ISB"})),)


# --- the tables -----------------------------------------------------------------------------------------

Sized = Callable[[Line, str], tuple[Operation, ...]]
"""A form of access: the instruction, and the suffix of its mnemonic that says how much is accessed."""

Accesses = dict[str, tuple[Sized, str]]
"""Mnemonic to form and suffix."""

X = frozenset({"X"})
NARROW = ("", "B", "H")
SIGNED = (*NARROW, "SB", "SH", "SW")


def accesses(families: Iterable[tuple[str, Sized, tuple[str, ...]]]) -> Accesses:
    """The mnemonics of families of instructions, each a stem, a form and the suffixes that there are."""
    return {stem + suffix: (form, suffix) for stem, form, suffixes in families for suffix in suffixes}


def forms(table: Accesses) -> dict[str, Form]:
    """The forms of a table of accesses, with their suffixes given."""
    return {mnemonic: _sized(form, suffix) for mnemonic, (form, suffix) in table.items()}


def _sized(form: Sized, suffix: str) -> Form:
    """A form of access with its suffix given."""
    return lambda line: form(line, suffix)


ACCESSES = accesses([
    ("LDR", _load, SIGNED), ("LDUR", _load, SIGNED),
    ("STR", _store, NARROW), ("STUR", _store, NARROW),
    ("LDAPUR", partial(_load, tags=frozenset("Q")), SIGNED),
    ("STLUR", partial(_store, tags=frozenset("L")), NARROW),
    ("LDAR", partial(_load_simple, tags=frozenset("A")), NARROW),
    ("LDAPR", partial(_load_simple, tags=frozenset("Q")), NARROW),
    ("STLR", partial(_store_simple, tags=frozenset("L")), NARROW),
    ("LDXR", partial(_load_simple, tags=X, exclusive=True), NARROW),
    ("LDAXR", partial(_load_simple, tags=X | {"A"}, exclusive=True), NARROW),
    ("STXR", partial(_store_exclusive, tags=X), NARROW),
    ("STLXR", partial(_store_exclusive, tags=X | {"L"}), NARROW),
    ("LDP", _load_pair, ("", "SW")), ("STP", _store_pair, ("",)),
    ("LDNP", partial(_load_pair, tags=frozenset({"NT"})), ("",)),
    ("STNP", partial(_store_pair, tags=frozenset({"NT"})), ("",)),
])  # fmt: skip
"""The instructions on memory that are no atomics."""

FORMS: dict[str, Form] = {**forms(ACCESSES), "DMB": _barrier, "DSB": _barrier, "ISB": _instruction_barrier}
"""Mnemonic to form."""
