"""A C test as it was written: what lowering to an architecture starts from, as instructions no longer show it."""

from __future__ import annotations

from dataclasses import dataclass

from litmus.program import Syntax
from litmus.syntax.c.macros import Macros
from litmus.syntax.c.tree import Block


@dataclass(frozen=True, slots=True)
class ThreadTree:
    """Thread number `index`: the names of its parameters, and its statements.

    It begins at `at` in the source; places in `body` are counted from `body_at`.
    """

    index: int
    at: int
    parameters: tuple[str, ...]
    body: Block
    body_at: int


@dataclass(frozen=True, slots=True)
class CTest(Syntax):
    """The threads of a test in the order of its text, and the macros that give their calls a meaning."""

    threads: tuple[ThreadTree, ...]
    macros: Macros
