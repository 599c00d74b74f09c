"""The two dialects of C tests: the kernel's primitives and C11 atomics.

All names of both are known in every test.  The few that both have, `atomic_fetch_add` and its kin, whose arguments come
in different orders, go by the dialect: C11 if the test has a C11 name and no name of the kernel.
"""

from __future__ import annotations

from functools import cache

from litmus.syntax.c_compile import Dialect
from litmus.syntax.c_kernel import KERNEL
from litmus.syntax.c_primitives import PRIMITIVES
from litmus.syntax.macros import Macros


def of(text: str, macros: Macros | None) -> Dialect:
    """The dialect of a test; `macros`, if given, are the kernel's table."""
    return _kernel(KERNEL if macros is None else macros)


@cache
def _kernel(macros: Macros) -> Dialect:
    return Dialect(macros, PRIMITIVES, frozenset({"Plain"}))
