"""Random programs in the native language, for hypothesis.

    from hypothesis import given
    from litmus.testing import programs

    @given(programs(threads=(2, 2), barriers=("Full",)))
    def test_my_tool(program): ...

The programs shrink to fewer and simpler statements.  Each is small enough to be checked in milliseconds, and its
`source` holds its text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_letters
from typing import TypeAlias, get_args

from hypothesis import strategies as st

from litmus.program import Program
from litmus.source import Source
from litmus.syntax import parse
from litmus.syntax.native.barriers import BarrierKind

BARRIERS: tuple[str, ...] = get_args(BarrierKind)
UPDATES = ("xchg({}, 2)", "fetch_add({}, 1)", "cmpxchg({}, 0, 2)")
LOADS = ("", ".once", ".acquire")
STORES = ("", ".once", ".release")
UPDATE_ORDERS = ("", ".once", ".acquire", ".release", ".acq_rel", ".full")

Bodies: TypeAlias = tuple[tuple[str, ...], ...]
"""The statements of each thread of a native program."""


@dataclass(frozen=True, slots=True)
class Words:
    """What the statements are made of."""

    variables: Sequence[str] = ("x", "y")
    barriers: Sequence[str] = BARRIERS
    updates: Sequence[str] = UPDATES
    branches: bool = True

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of statements to choose from, the common ones more than once."""
        some = (("barrier", self.barriers), ("update", self.updates), ("if", self.branches))
        return (*("load", "store") * 3, *(kind for kind, there in some if there))


def programs(
    threads: tuple[int, int] = (2, 3),
    statements: tuple[int, int] = (2, 4),
    variables: Sequence[str] = ("x", "y"),
    barriers: Sequence[str] = BARRIERS,
    updates: Sequence[str] = UPDATES,
    branches: bool = True,
) -> st.SearchStrategy[Program]:
    """Programs in the native language that show the final values of all variables and registers.

    `threads` and `statements` (of each thread) are the least and the greatest number.  `barriers`: those that may
    occur.  `updates`: the atomic updates that may occur, with `{}` for the variable.  `branches`: `if` may occur.
    Raises ValueError for variables that are no names, or that look like registers (`r0`).
    """
    _check_names(variables)
    words = Words(variables, barriers, updates, branches)
    return native_bodies(threads, statements, words).map(lambda found: native_program(found, variables))


def _check_names(variables: Sequence[str]) -> None:
    """Refuses what cannot be the name of a variable beside the registers."""
    for name in variables:
        if not name.isidentifier() or name[0] not in ascii_letters or name[0] == "r":
            raise ValueError(f"{name!r} cannot be a variable: names begin with a letter other than r")
    if not variables:
        raise ValueError("a program needs a variable")


@st.composite
def native_bodies(
    draw: st.DrawFn, threads: tuple[int, int] = (2, 3), sizes: tuple[int, int] = (2, 4), words: Words = Words()
) -> Bodies:
    """The statements of each thread; three and more threads have one statement less at most."""
    count = draw(st.integers(*threads))
    least, most = sizes
    most = max(least, most - max(0, count - 2))
    registers: list[list[str]] = [[] for _ in range(count)]
    numbers = [draw(st.integers(least, most)) for _ in range(count)]
    return tuple(tuple(draw(statement(r, words)) for _ in range(n)) for r, n in zip(registers, numbers, strict=True))


@st.composite
def statement(draw: st.DrawFn, registers: list[str], words: Words = Words()) -> str:
    """A statement; what it reads goes to a new one of the registers, of which it may use others."""
    place = draw(st.sampled_from(words.variables))
    kind = draw(st.sampled_from(words.kinds))
    if kind == "barrier":
        return draw(st.sampled_from(words.barriers))
    used = draw(st.sampled_from(registers)) if registers else None
    if kind == "if" and used:
        return f"if {used} == 1 {{ {place} = 1 }}"
    if kind == "store":
        value = draw(st.sampled_from(["1", "2", "1", *([used, f"({used} ^ {used}) + 1"] if used else [])]))
        return f"{place}{draw(st.sampled_from(STORES))} = {value}"
    registers.append(f"r{len(registers)}")
    if kind == "update":
        order = draw(st.sampled_from(UPDATE_ORDERS))
        return f"{registers[-1]} = {draw(st.sampled_from(words.updates)).format(place + order)}"
    address = f"*(&{place} + ({used} ^ {used}))" if used and draw(st.booleans()) else place
    return f"{registers[-1]} = {address}{draw(st.sampled_from(LOADS))}"


def native_program(found: Bodies, variables: Sequence[str] = ("x", "y")) -> Program:
    """The program, with everything that it can observe shown."""
    threads, shown = [], list(variables)
    for index, body in enumerate(found):
        threads.append(f"thread P{index} {{\n" + "\n".join(f"  {line}" for line in body) + "\n}")
        shown += [f"P{index}:{line.split()[0]}" for line in body if line.startswith("r")]
    lines = ["litmus random", f"shared {', '.join(variables)}", *threads]
    lines += [f"locations {', '.join(shown)}", f"exists {variables[0]} == 1"]
    return parse(Source("random.litmus", "\n".join(lines) + "\n"))
