"""The initial section `{ ... }` of a test in the field's format: `x=1; 0:r1=x; uint64_t y; int a[2]={1,2};`.

Items end in `;` or at the end of their line.  A value is a number, or a name for the address of a location.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from litmus.errors import InputError
from litmus.program import MOST_ELEMENTS, Pointer, Value
from litmus.source import Source
from litmus.syntax import reading

BYTES = {
    "char": 1, "int8_t": 1, "uint8_t": 1, "short": 2, "int16_t": 2, "uint16_t": 2, "int": 4, "int32_t": 4,
    "uint32_t": 4, "long": 8, "int64_t": 8, "uint64_t": 8, "intptr_t": 8, "uintptr_t": 8, "size_t": 8,
}  # fmt: skip
"""Size of the types that array elements may have, on a 64-bit machine."""
DEFAULT_BYTES = 4
POINTER_BYTES = 8

_PART = re.compile(r"(?:[^;\n{}]|\{[^}]*\})+")
_NAME = r"[A-Za-z_.$][\w.$]*"
_NUMBER = r"[-+]?(?:0[xX][0-9a-fA-F]+|\d+)"
_ITEM = re.compile(
    rf"""(?P<type>(?:\w+\s+)*\w+(?:\s*\*+\s*|\s+)|\*\s*)??
         (?:P?(?P<thread>\d+)\s*:\s*(?P<register>[%$]?[A-Za-z_]\w*)
           |(?P<symbol>%[A-Za-z_]\w*)
           |\[(?P<bracketed>{_NAME})\]
           |(?P<name>{_NAME})(?:\s*\[\s*(?P<length>\d*)\s*\])?)
         \s*(?:=\s*(?P<value>.+))?""",
    re.X | re.S,
)
_VALUE = re.compile(rf"(?P<number>{_NUMBER})|&?\s*(?P<name>{_NAME})(?:\s*\[\s*(?P<index>\d+)\s*\])?")


@dataclass(slots=True)
class Initial:
    """What the section says; `bytes` is the size of a location's type, or of its elements, where it has one.

    `symbols` are symbolic registers without a thread (`%x0=x`): those of every thread that uses them.
    """

    memory: dict[Pointer, Value] = field(default_factory=dict)
    registers: dict[tuple[int, str], Value] = field(default_factory=dict)
    symbols: dict[str, Value] = field(default_factory=dict)
    bytes: dict[str, int] = field(default_factory=dict)

    def size(self, location: str) -> int:
        """Bytes of a location's elements; `DEFAULT_BYTES` where the section gives no type."""
        return self.bytes.get(location, DEFAULT_BYTES)

    def names(self) -> set[str]:
        """Every location that the section names."""
        values = (*self.memory.values(), *self.registers.values(), *self.symbols.values())
        return {p.base for p in self.memory} | {v.base for v in values if isinstance(v, Pointer)}


@dataclass(frozen=True, slots=True)
class _Item:
    """One item, as written; a value None is a declaration without a value."""

    bytes: int | None
    thread: int | None
    name: str
    length: int | None
    value: str | None


Register = Callable[[int, str, int], str]
"""The canonical name of a register: thread, name as written, offset in the source; raises InputError."""


def read(source: Source, text: str, start: int, end: int, register: Register) -> Initial:
    """The items in `text[start:end]`, the section without its braces.

    Raises InputError for an item that cannot be read, and for two different values for one place.
    """
    found = Initial()
    items = list(_items(source, text, start, end))
    for item, _ in items:
        if item.bytes is not None and item.thread is None:
            found.bytes[item.name] = item.bytes
    for item, at in items:
        if item.name.startswith("%") and item.thread is None:
            _set(found.symbols, item.name, item.value, found, source, at)
        elif item.thread is None:
            _add_location(found, item, source, at)
        else:
            key = (item.thread, register(item.thread, item.name, at))
            _set(found.registers, key, item.value, found, source, at)
    return found


def _items(source: Source, text: str, start: int, end: int) -> Iterator[tuple[_Item, int]]:
    """Each item with its offset."""
    for part in _PART.finditer(text, start, end):
        written = part[0].strip()
        if written:
            at = part.start() + part[0].index(written[0])
            item = _item(written)
            if item is None:
                raise InputError(f"cannot read {written!r} in the initial state, expected 'x=1', '0:r1=x' or 'int x'",
                                 source.span(at, at + len(written)), "separate items by ';'")  # fmt: skip
            yield item, at


@lru_cache(maxsize=4096)
def _item(text: str) -> _Item | None:
    """The item that a text is, or None."""
    match = _ITEM.fullmatch(text)
    if not match:
        return None
    thread, length = match["thread"], match["length"]
    name = match["register"] or match["symbol"] or match["bracketed"] or match["name"]
    size = None if match["type"] is None else size_of(match["type"])
    count = None if length is None else int(length or (match["value"] or "").count(",") + 1)
    return _Item(size, int(thread) if thread else None, name, count, match["value"])


def size_of(written: str) -> int:
    """The size of a C type, as written: pointers have `POINTER_BYTES`."""
    if "*" in written:
        return POINTER_BYTES
    return next((BYTES[word] for word in reversed(written.split()) if word in BYTES), DEFAULT_BYTES)


def _add_location(found: Initial, item: _Item, source: Source, at: int) -> None:
    """Adds a scalar or an array to the memory."""
    if item.length is None:
        _set(found.memory, Pointer(item.name), item.value, found, source, at)
        return
    values = _elements(item, source, at)
    for index, value in enumerate(values):
        _set(found.memory, Pointer(item.name, index * found.size(item.name)), value, found, source, at)


def _elements(item: _Item, source: Source, at: int) -> list[str | None]:
    """The values of an array, as written: as many as it has elements."""
    if (item.length or 0) > MOST_ELEMENTS:
        raise InputError(f"the array '{item.name}' has {item.length} elements, expected {MOST_ELEMENTS} at the most",
                         source.span(at, at + len(item.name)), "a litmus test needs a few elements")  # fmt: skip
    if item.value is None:
        return [None] * (item.length or 0)
    inside = item.value.strip().removeprefix("{").removesuffix("}")
    values = [value.strip() for value in inside.split(",")]
    if len(values) != item.length or inside == item.value.strip():
        raise InputError(f"the array '{item.name}' has {item.length} elements, expected as many values in braces",
                         source.span(at, at + len(item.name)), f"write {item.name}[{len(values)}]={{...}}")  # fmt: skip
    return list(values)


def _set(places: dict, key: object, written: str | None, found: Initial, source: Source, at: int) -> None:  # type: ignore[type-arg]
    """Gives a place its value; a declaration without a value leaves an earlier one, or sets 0."""
    if written is None:
        places.setdefault(key, 0)
        return
    value = _value(written.strip(), found, source, at)
    if places.get(key, 0) not in (0, value):
        raise InputError("this has another initial value already", source.span(at), "give each place one value")
    places[key] = value


def _value(written: str, found: Initial, source: Source, at: int) -> Value:
    """The number, or the address, that a value is."""
    match = _VALUE.fullmatch(written)
    if not match:
        raise InputError(f"cannot read the initial value {written!r}, expected a number or a location",
                         source.span(at, at + len(written)), "values are like 1, -1, 0x10, x or &a[1]")  # fmt: skip
    if match["number"]:
        return reading.number(match["number"])
    return Pointer(match["name"], int(match["index"] or 0) * found.size(match["name"]))
