"""The memory of the simulated machine: named cells, and arrays of cells.

A cell is one naturally aligned word that the kernel reads or writes at once: a page-table entry, a reference count,
a field of a structure.  Nothing here orders accesses: routines reach cells through a `mmcore.cpu.Cpu` only.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, TypeAlias

from mmcore.errors import ScenarioError


class Unknown(Protocol):
    """What a cell holds in a traced run (`mmcore.cpu.term.Term`): its truth and its number are branches."""

    def __bool__(self) -> bool: ...

    def __index__(self) -> int: ...

    def __getitem__(self, index: int) -> Unknown: ...


class Cell:
    """One word of shared memory: `name` is unique in its memory; `value` is a number, or what it points to."""

    __slots__ = ("initial", "name", "value")

    def __init__(self, name: str, initial: Value = 0) -> None:
        self.name = name
        self.initial = initial
        self.value = initial

    def __repr__(self) -> str:
        return f"<{self.name}={_shown(self.value)}>"


class Array:
    """Cells in a row, such as the entries of a page table; a pointer to it points to all of them."""

    __slots__ = ("cells", "name")

    def __init__(self, name: str, cells: tuple[Cell, ...]) -> None:
        self.name = name
        self.cells = cells

    def __getitem__(self, index: int) -> Cell:
        return self.cells[index]

    def __len__(self) -> int:
        return len(self.cells)

    def __iter__(self) -> Iterator[Cell]:
        return iter(self.cells)

    def __repr__(self) -> str:
        return f"<{self.name}[{len(self.cells)}]>"


Value: TypeAlias = "int | Cell | Array | Unknown"
"""What a cell holds: a number or a pointer; in a traced run, a term over what reads return.  The null pointer is 0."""

Pointer: TypeAlias = "Cell | Array"


class Memory:
    """All cells of a machine, by name."""

    def __init__(self) -> None:
        self.cells: dict[str, Cell] = {}
        self.arrays: dict[str, Array] = {}

    def cell(self, name: str, initial: Value = 0) -> Cell:
        """A new cell; raises ScenarioError if the name is taken, or the number has more than 64 bits."""
        if isinstance(initial, int) and not -(2**63) <= initial < 2**64:
            raise ScenarioError(f"'{name}' begins as {initial}", hint="a cell is one word of 64 bits")
        if name in self.cells or name in self.arrays:
            raise ScenarioError(f"two cells are named '{name}'", hint="give every cell of a machine a name of its own")
        self.cells[name] = Cell(name, initial)
        return self.cells[name]

    def array(self, name: str, size: int, initial: Value = 0) -> Array:
        """`size` new cells, `name[0]` and on; raises ScenarioError for no cells, and if a name is taken."""
        if size < 1:
            raise ScenarioError(f"the array '{name}' has {size} cells", hint="give it one or more")
        if name in self.cells:
            raise ScenarioError(f"two cells are named '{name}'", hint="give every cell of a machine a name of its own")
        self.arrays[name] = Array(name, tuple(self.cell(f"{name}[{i}]", initial) for i in range(size)))
        return self.arrays[name]

    def named(self, name: str) -> Pointer:
        """The cell or array of that name."""
        return self.arrays[name] if name in self.arrays else self.cells[name]


def _shown(value: object) -> str:
    return str(value) if isinstance(value, int) else f"&{getattr(value, 'name', value)}"
