"""Locks that a C test also accesses by other means.

The kernel's model says nothing of such a test (the flag `mixed-lock-accesses`).  Here a lock is a variable that holds 0
or 1, so an ordinary write to it can take all executions away, and with them the one that would raise the flag.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from litmus.program import Const, Load, Pointer, Store, Thread

LOCKING = frozenset({"LKR", "LKW", "UL", "LF", "RL", "RU"})
"""The tags of accesses by spin_lock() and its kin."""


def mixed(threads: Iterable[Thread]) -> tuple[str, ...]:
    """The names of the locks whose address also stands in an ordinary access, in the order of mention."""
    accesses = [access for thread in threads for access in _accesses(thread)]
    locks = dict.fromkeys(name for name, locking in accesses if locking)
    others = {name for name, locking in accesses if not locking}
    return tuple(name for name in locks if name in others)


def _accesses(thread: Thread) -> Iterator[tuple[str, bool]]:
    """The variables that a thread accesses by name, and whether as locks."""
    for instruction in thread.instructions:
        for operation in instruction.operations:
            if isinstance(operation, Load | Store) and isinstance(operation.address, Const):
                where = operation.address.value
                if isinstance(where, Pointer):
                    yield where.base, bool(operation.tags & LOCKING)
