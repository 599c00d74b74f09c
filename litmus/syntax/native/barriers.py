"""The barriers of the native language: their kinds, and their tags as models see them.

A new one needs a line in each of the three tables here, a line in each table of litmus/lowering/barriers.py, and the
models of native programs that order by it (litmus/models/weak.cat).  mypy or tests/lowering/test_vocabularies.py names
every one that is missing.  What other notations call it goes to `BARRIERS` in hints.py.
"""

from __future__ import annotations

from typing import Literal, TypeAlias, TypedDict

BarrierKind: TypeAlias = Literal[
    "LoadLoad", "LoadStore", "StoreStore", "StoreLoad", "Acquire", "Release", "Full", "Compiler",
]  # fmt: skip
"""The fences, and the compiler barrier."""


class BarrierWords(TypedDict):
    """A word for every barrier."""

    LoadLoad: str
    LoadStore: str
    StoreStore: str
    StoreLoad: str
    Acquire: str
    Release: str
    Full: str
    Compiler: str


FENCES: BarrierWords = {
    "LoadLoad": "LoadLoad",
    "LoadStore": "LoadStore",
    "StoreStore": "StoreStore",
    "StoreLoad": "StoreLoad",
    "Acquire": "AcquireFence",
    "Release": "ReleaseFence",
    "Full": "FullFence",
    "Compiler": "CompilerBarrier",
}
"""The tag of each."""
