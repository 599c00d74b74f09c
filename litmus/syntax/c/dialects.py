"""The two dialects of C tests: the kernel's primitives and C11 atomics.

A test is in C11 if it has a name that only C11 has, such as `memory_order_relaxed` or `atomic_load`, and none that only
the kernel has, such as `READ_ONCE`.  The two share names, `atomic_fetch_add` and its kin, with other meanings.
"""

from __future__ import annotations

import re
from functools import lru_cache

from litmus.syntax.c.atomics import ATOMICS, ORDERS, PLAIN
from litmus.syntax.c.compile import Dialect
from litmus.syntax.c.kernel import KERNEL
from litmus.syntax.c.macros import Macros, completed
from litmus.syntax.c.primitives import PRIMITIVES

C11 = Dialect("c11", Macros({}), ATOMICS, PLAIN)

_WORD = re.compile(r"[A-Za-z_]\w*")
_C11_LIKELY = re.compile(r"memory_order|[Aa]tomic|CAS")
_C11_ONLY = (ATOMICS.keys() | ORDERS.keys() | {"atomic_int", "_Atomic"}) - KERNEL.table.keys()
_KERNEL_ONLY = (KERNEL.table.keys() | PRIMITIVES.keys() | {"atomic_t", "spinlock_t"}) - ATOMICS.keys()


def of(text: str, macros: Macros | None) -> Dialect:
    """The dialect of a test; `macros`, if given, are the kernel's names, and the test is taken to be the kernel's.

    Names that they lack have their bundled meaning where `litmus.syntax.c.macros.completed` allows it.
    """
    if macros is not None:
        return _users(macros)
    words = set(_WORD.findall(text)) if _C11_LIKELY.search(text) else set()
    return C11 if words & _C11_ONLY and not words & _KERNEL_ONLY else _kernel(KERNEL)


@lru_cache(maxsize=64)
def _users(macros: Macros) -> Dialect:
    bundled = {name: macro for name, macro in KERNEL.table.items() if name not in PRIMITIVES}
    return _kernel(completed(macros, bundled))


@lru_cache(maxsize=64)
def _kernel(macros: Macros) -> Dialect:
    return Dialect("c", macros, PRIMITIVES, frozenset({"Plain"}))
