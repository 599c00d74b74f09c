"""Barriers that stand beside an atomic operation, and are barriers only there.

smp_mb__before_atomic() and its kin make a full barrier together with the operation that they stand beside; alone they
are a full instruction on some machines and none on x86 (Linux 6.12, Documentation/atomic_t.txt; barrier.h of each
architecture).  So a test that has one elsewhere has no one meaning for all machines.

A new barrier of this kind gets its annotation in BEFORE or AFTER here, and its native barrier in FENCES of
`litmus.lowering.from_c.calls`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from litmus.syntax.c import tree as tree
from litmus.syntax.c.macros import Macros, calls
from litmus.syntax.c.walk import accesses, parts

BEFORE = frozenset({"before-atomic"})
AFTER = frozenset({"after-atomic", "after-spinlock", "after-unlock-lock"})
"""The annotations of fences that stand before, and after, the operation they need."""

UPDATES = ("__atomic_op", "__atomic_fetch_op", "__xchg", "__cmpxchg", "__try_cmpxchg", "__lock")
"""The primitives that are a read-modify-write whatever they find, or how their names begin."""


def misplaced(body: tree.Statement, macros: Macros) -> tree.Written | None:
    """The first barrier of a thread, in its text, that is not beside the operation that it needs; None if none is."""
    line = [None, *_line(body), None]
    for before, here, after in zip(line, line[1:], line[2:], strict=False):
        fence = _fence(here, macros)
        if (fence in BEFORE and not _updates(after, macros)) or (fence in AFTER and not _updates(before, macros)):
            return here
    return None


def _line(statement: tree.Statement | None) -> Iterator[tree.Written | None]:
    """What is evaluated, in the order of the text; None wherever another way leads to or from."""
    match statement:
        case tree.Block(inner):
            for part in inner:
                yield from _line(part)
        case tree.Written():
            yield from _relevant(statement)
        case tree.Declared():
            yield from _relevant(statement.value)
        case tree.If():
            yield statement.condition
            yield from _ways(statement.then, statement.otherwise)
        case tree.Loop():
            first, last = (statement.body, None) if statement.body_first else (None, statement.body)
            yield from _ways(first)
            yield from _relevant(statement.condition)
            yield from _ways(last)
            yield from _relevant(statement.step)
            yield None


def _ways(*statements: tree.Statement | None) -> Iterator[tree.Written | None]:
    """Statements of which each may be left out."""
    for statement in statements:
        yield from _line(statement)
        yield None


def _relevant(written: tree.Written | None) -> Iterable[tree.Written]:
    """The expression, if it has anything to do with memory."""
    return (written,) if written is not None and accesses(written.expression) else ()


def _fence(written: tree.Written | None, macros: Macros) -> str | None:
    """The annotation of the fence that a statement is."""
    call = written.expression if written else None
    if not isinstance(call, tree.Call):
        return None
    made = list(_primitives(call, macros))
    return made[0].annotation.lower() if [one.name for one in made] == ["__fence"] else None


def _updates(written: tree.Written | None, macros: Macros) -> bool:
    """Whether an expression has an atomic read-modify-write or takes a lock, among other things or alone."""
    found = _functions(written.expression) if written else ()
    return any(made.name.startswith(UPDATES) for call in found for made in _primitives(call, macros))


def _primitives(call: tree.Call, macros: Macros) -> Iterator[tree.Call]:
    """The primitives that a call stands for."""
    macro = macros.table.get(call.name)
    yield from (call,) if macro is None else calls(macro)


def _functions(node: object) -> Iterator[tree.Call]:
    """The calls that an expression surely makes, at any depth."""
    if isinstance(node, tree.Call):
        yield node
    lazy = isinstance(node, tree.Choice) or (isinstance(node, tree.Infix) and node.op in ("&&", "||"))
    for part in (_first(node),) if lazy else parts(node):
        yield from _functions(part)


def _first(node: object) -> object:
    """What `&&`, `||` and `?:` evaluate always."""
    assert isinstance(node, tree.Choice | tree.Infix)
    return node.condition if isinstance(node, tree.Choice) else node.left
