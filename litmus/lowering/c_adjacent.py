"""Barriers that stand beside an atomic operation, and are barriers only there.

smp_mb__before_atomic() and its kin make a full barrier together with the operation that they stand beside; alone they
are a full instruction on some machines and none on x86 (Linux 6.12, Documentation/atomic_t.txt; barrier.h of each
architecture).  So a test that has one elsewhere has no one meaning for all machines.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from litmus.syntax import c_tree as tree
from litmus.syntax.c_kernel import KERNEL
from litmus.syntax.c_walk import accesses, parts
from litmus.syntax.macros import calls

BEFORE = frozenset({"smp_mb__before_atomic"})
AFTER = frozenset({"smp_mb__after_atomic", "smp_mb__after_spinlock", "smp_mb__after_unlock_lock"})
UPDATES = ("__atomic_op", "__atomic_fetch_op", "__xchg", "__cmpxchg", "__try_cmpxchg", "__lock")
"""The primitives that are a read-modify-write whatever they find, or how their names begin."""


def misplaced(body: tree.Statement) -> tree.Written | None:
    """The first barrier of a thread, in its text, that is not beside the operation that it needs; None if none is."""
    line = [None, *_line(body), None]
    for before, here, after in zip(line, line[1:], line[2:], strict=False):
        name = _called(here)
        if (name in BEFORE and not _updates(after)) or (name in AFTER and not _updates(before)):
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


def _called(written: tree.Written | None) -> str | None:
    """The function that a statement consists of."""
    return written.expression.name if written and isinstance(written.expression, tree.Call) else None


def _updates(written: tree.Written | None) -> bool:
    """Whether an expression has an atomic read-modify-write or takes a lock, among other things or alone."""
    return written is not None and any(map(_is_update, _functions(written.expression)))


def _functions(node: object) -> Iterator[str]:
    """The names of the functions that an expression surely calls, at any depth."""
    if isinstance(node, tree.Call):
        yield node.name
    lazy = isinstance(node, tree.Choice) or (isinstance(node, tree.Infix) and node.op in ("&&", "||"))
    for part in (_first(node),) if lazy else parts(node):
        yield from _functions(part)


def _first(node: object) -> object:
    """What `&&`, `||` and `?:` evaluate always."""
    assert isinstance(node, tree.Choice | tree.Infix)
    return node.condition if isinstance(node, tree.Choice) else node.left


def _is_update(name: str) -> bool:
    """Whether a function of the kernel's is such an operation."""
    macro = KERNEL.table.get(name)
    return macro is not None and any(call.name.startswith(UPDATES) for call in calls(macro))
