"""RISC-V instructions on memory: loads, stores, load-reserved and store-conditional, atomics, fences.

Tags are the sets of the published RISC-V cat model: `Acq` and `Rel` for .aq and .rl, `AcqRel` for both together, `X` an
access of an atomic instruction, `AMO` one of those that read and write at once, whose two events both have its
annotation, as it is one operation (Volume I, the chapter on RVWMO); a fence's own name, `Fence.r.rw`.
An LR with .rl alone and an SC with .aq alone have no annotation: the A extension promises nothing of them.  Loads and
stores with an annotation are not in the base architecture; tests have them all the same.
"""

from __future__ import annotations

from functools import partial

from litmus.errors import UnsupportedError
from litmus.program import (
    NO_TAGS,
    Assign,
    Binary,
    Expression,
    Fence,
    Load,
    Reg,
    Store,
    StoreConditional,
    Tags,
)
from litmus.syntax.assembly.operands import Line
from litmus.syntax.riscv.data import Form, Operations
from litmus.syntax.riscv.operands import address, in_memory, signed, simple_address, target, unsigned, value

OLD = "amo.old"
"""The register that holds what an atomic instruction read; no test can name it."""

STATUS = "sc.status"
"""The status of a store-conditional to x0."""

WIDTHS = {"b": 1, "h": 2, "w": 4, "d": 8}
ORDERS: dict[str, Tags] = {
    "": NO_TAGS, ".aq": frozenset({"Acq"}), ".rl": frozenset({"Rel"}),
    ".aq.rl": frozenset({"AcqRel"}), ".aqrl": frozenset({"AcqRel"}),
}  # fmt: skip
"""Suffix of a mnemonic to tags."""

X = frozenset({"X"})
ATOMIC = frozenset({"X", "AMO"})

# --- loads and stores -----------------------------------------------------------------------------------


def _load(width: int, unsigned_result: bool, tags: Tags, line: Line) -> Operations:
    """`lw rd,offset(rs1)`."""
    line.end(2)
    name = target(line)
    load = Load(name, address(line, 1, width), tags)
    return load, *(() if name is None else _extension(width, unsigned_result, name))


def _extension(width: int, unsigned_result: bool, name: str) -> Operations:
    """What makes a loaded value the register's, where it is not yet."""
    if width == 8 or unsigned_result == (width < 4):
        return ()
    extend = unsigned if unsigned_result else signed
    return (Assign(name, extend(8 * width, Reg(name))),)


def _store(width: int, tags: Tags, line: Line) -> Operations:
    """`sw rs2,offset(rs1)`."""
    line.end(2)
    return (Store(address(line, 1, width), in_memory(width, value(line, 0)), tags),)


def _load_reserved(width: int, tags: Tags, line: Line) -> Operations:
    """`lr.w rd,(rs1)`."""
    line.end(2)
    return (Load(target(line), simple_address(line, 1, width), tags, exclusive=True),)


def _store_conditional(width: int, tags: Tags, line: Line) -> Operations:
    """`sc.w rd,rs2,(rs1)`: rd becomes 0 if it stores, and then depends on the store; 1 if it does not."""
    line.end(3)
    place, stored = simple_address(line, 2, width), in_memory(width, value(line, 1))
    return (StoreConditional(target(line) or STATUS, place, stored, tags, status_depends="store"),)


# --- atomics --------------------------------------------------------------------------------------------


COMBINE = {
    "amoadd": "+", "amoand": "&", "amoor": "|", "amoxor": "^",
    "amomax": "max", "amomin": "min", "amomaxu": "umax", "amominu": "umin",
}  # fmt: skip
"""The operators of the atomic instructions; amoswap has none."""

EXTREMES = frozenset({"max", "min", "umax", "umin"})


def _atomic(op: str | None, width: int, tags: Tags, line: Line) -> Operations:
    """`amoadd.w rd,rs2,(rs1)`: rd becomes what was there."""
    line.end(3)
    place, source, name = simple_address(line, 2, width), value(line, 1), target(line)
    new = in_memory(width, source) if op is None else signed(8 * width, _combined(op, width, source))
    returned = () if name is None else (Assign(name, Reg(OLD)),)
    return Load(OLD, place, tags, atomic=True), Store(place, new, tags, atomic=True), *returned


def _combined(op: str, width: int, source: Expression) -> Expression:
    """What was there combined with the source, of which a comparison sees only the bits that are accessed."""
    compared = width < 8 and op in EXTREMES
    return Binary(op, Reg(OLD), signed(32, source) if compared else source)


# --- fences ---------------------------------------------------------------------------------------------

def _fence(line: Line) -> Operations:
    """`fence pred,succ`, and `fence` for `fence iorw,iorw`."""
    line.end(0, 2)
    before, after = (_accesses(line, 0), _accesses(line, 1)) if line.operands else ("rw", "rw")
    return (Fence(frozenset({f"Fence.{before}.{after}"})),)


def _accesses(line: Line, index: int) -> str:
    """The accesses to memory, `r`, `w` or `rw`, in a set such as `rw` or `iorw`; devices are not modelled."""
    written = line.name(index, "a set of accesses").lower()
    if not set(written) <= set("iorw") or len(set(written)) < len(written):
        line.wrong(index, "a set of accesses")
    memory = "".join(kind for kind in "rw" if kind in written)
    if not memory:
        line.fail(UnsupportedError, index, f"'{written}' orders accesses to devices only, which no test has",
                  "write r, w or rw")  # fmt: skip
    return memory


def _named_fence(tag: str, line: Line) -> Operations:
    """`fence.tso` and `fence.i`."""
    line.end(0)
    return (Fence(frozenset({tag})),)


# --- the tables -----------------------------------------------------------------------------------------


def _accessing() -> dict[str, tuple[Form, int]]:
    """Mnemonic to form and bytes, for the instructions that access memory."""
    found: dict[str, tuple[Form, int]] = {}
    for size, width in WIDTHS.items():
        for suffix, tags in ORDERS.items():
            found[f"l{size}{suffix}"] = partial(_load, width, False, tags), width
            found[f"s{size}{suffix}"] = partial(_store, width, tags), width
            if size != "d":
                found[f"l{size}u{suffix}"] = partial(_load, width, True, tags), width
            if width >= 4:
                found |= {name: (form, width) for name, form in _atomics(size, width, suffix, tags)}
    return found


def _atomics(size: str, width: int, suffix: str, tags: Tags) -> list[tuple[str, Form]]:
    """The atomic instructions of one width and one annotation."""
    end = f".{size}{suffix}"
    reserved = NO_TAGS if suffix == ".rl" else tags
    conditional = NO_TAGS if suffix == ".aq" else tags
    return [
        (f"lr{end}", partial(_load_reserved, width, X | reserved)),
        (f"sc{end}", partial(_store_conditional, width, X | conditional)),
        (f"amoswap{end}", partial(_atomic, None, width, ATOMIC | tags)),
        *((name + end, partial(_atomic, op, width, ATOMIC | tags)) for name, op in COMBINE.items()),
    ]


ACCESSING = _accessing()
"""Mnemonic to form and bytes, for the instructions that access memory."""

FORMS: dict[str, Form] = {
    **{name: form for name, (form, _) in ACCESSING.items()},
    "fence": _fence,
    "fence.tso": partial(_named_fence, "Fence.tso"),
    "fence.i": partial(_named_fence, "Fence.i"),
}
"""Mnemonic to form."""
