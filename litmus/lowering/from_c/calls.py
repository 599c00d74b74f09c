"""The primitives of the kernel's model as native statements; `litmus.syntax.c.primitives` says what each is.

Where something new of the kernel's goes:

- a function or macro that is made of primitives which are there (`rcu_dereference` is a `__load{once}`) needs nothing
  here: it is a line of `litmus.syntax.c.kernel`;
- a fence with an annotation of its own, `__fence{a}`: an entry of FENCES, the native barrier that it is on a machine;
  one that is a barrier only beside an atomic operation or a lock also stands in `adjacent`, in BEFORE or AFTER, and is
  refused elsewhere;
- an ordering of accesses, `__load{a}` and `__store{a}`: ACCESSES; of atomic operations: ORDERINGS; an operator of
  theirs: UPDATES;
- what no machine does in one instruction, such as a grace period: ALGORITHMS, with its name, to be refused;
- a primitive of a new form, `__name{a}(...)`: a function that adds its statements, and an entry of PRIMITIVES.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol, TypeAlias, TypeVar

from litmus.errors import UnsupportedError
from litmus.syntax.c import tree as tree
from litmus.syntax.native import tree as ast
from litmus.syntax.native.barriers import BarrierKind

ACCESSES: Mapping[str, ast.Ordering] = {"once": "once", "acquire": "acquire", "release": "release"}
ORDERINGS: Mapping[str, ast.Ordering] = {
    "mb": "full", "once": "once", "acquire": "acquire", "release": "release", "": "once", "noreturn": "once",
}  # fmt: skip
FENCES: Mapping[str, BarrierKind] = {
    "mb": "Full",
    "rmb": "LoadLoad",
    "wmb": "StoreStore",
    "barrier": "Compiler",
    "before-atomic": "Full",
    "after-atomic": "Full",
    "after-spinlock": "Full",
    "after-unlock-lock": "Full",
    "rcu-lock": "Compiler",
    "rcu-unlock": "Compiler",
}
UPDATES: Mapping[str, ast.UpdateKind] = {
    "+": "fetch_add", "-": "fetch_sub", "&": "fetch_and", "|": "fetch_or", "^": "fetch_xor", "&~": "fetch_and",
}  # fmt: skip
ALGORITHMS = {
    "sync-rcu": "synchronize_rcu", "sync-srcu": "synchronize_srcu", "srcu-lock": "SRCU", "srcu-unlock": "SRCU",
    "after-srcu-read-unlock": "SRCU",
}  # fmt: skip
"""Annotations of what is no instruction, with its name."""

ZERO, ONE = ast.Number(0), ast.Number(1)


class Caller(Protocol):
    """What a primitive needs of the thread that it is called in."""

    def emit(self, statement: ast.Statement) -> None:
        """Adds a statement."""
        ...

    def temporary(self) -> ast.Register:
        """A register of its own."""
        ...

    def value(self, expression: tree.Expression) -> ast.Expression:
        """The value of an expression, after its accesses."""
        ...

    def place(self, expression: tree.Expression) -> ast.Place:
        """A place in memory such as `*x`."""
        ...

    def pointed(self, pointer: tree.Expression) -> ast.Place:
        """The place that a pointer points to."""
        ...

    def binary(self, op: str, left: ast.Expression, right: ast.Expression) -> ast.Expression:
        """A binary operator on values."""
        ...

    def refuse(self, message: str, hint: str) -> UnsupportedError:
        """The error for what has no native form."""
        ...


Meant = TypeVar("Meant")
Meaning: TypeAlias = Callable[[Caller, tree.Call], "ast.Expression | None"]
"""Adds the statements of a call; the value, if it has one."""

# --- single accesses --------------------------------------------------------------------------------------


def _load(c: Caller, call: tree.Call) -> ast.Expression:
    """`__load{a}(place)`."""
    ordering, place, result = _access(c, call), c.place(call.arguments[0]), c.temporary()
    c.emit(ast.Read(result.name, place, ordering))
    return result


def _store(c: Caller, call: tree.Call) -> None:
    """`__store{a}(place, value)`."""
    ordering = _access(c, call)
    c.emit(ast.Write(c.place(call.arguments[0]), ordering, c.value(call.arguments[1])))


def _access(c: Caller, call: tree.Call) -> ast.Ordering:
    """The ordering of an access; those of SRCU are no accesses of a machine."""
    return _meaning(c, call, ACCESSES)


def _fence(c: Caller, call: tree.Call) -> None:
    """`__fence{a}`."""
    c.emit(ast.Barrier(_meaning(c, call, FENCES)))


def _srcu(c: Caller, call: tree.Call) -> None:
    """`__srcu{a}(x)`."""
    _meaning(c, call, {})


def _meaning(c: Caller, call: tree.Call, table: Mapping[str, Meant]) -> Meant:
    """What an annotation stands for in a table, whatever its capitals."""
    annotation = call.annotation.lower()
    if annotation in table:
        return table[annotation]
    name = ALGORITHMS.get(annotation, f"the annotation '{call.annotation}'")
    raise c.refuse(f"{name} cannot be compiled", "ask a model of the kernel's C, such as lkmm")


# --- updates ----------------------------------------------------------------------------------------------


def _update(
    c: Caller, kind: ast.UpdateKind, call: tree.Call, place: ast.Place, *values: ast.Expression
) -> ast.Register:
    """An atomic operation with the ordering of a call; the register with its result."""
    ordering, result = _meaning(c, call, ORDERINGS), c.temporary()
    c.emit(ast.Update(result.name, kind, place, ordering, values))
    return result


def _exchange(c: Caller, call: tree.Call) -> ast.Expression:
    """`__xchg{a}(x, v)`."""
    return _update(c, "xchg", call, c.pointed(call.arguments[0]), c.value(call.arguments[1]))


def _compare_exchange(c: Caller, call: tree.Call) -> ast.Expression:
    """`__cmpxchg{a}(x, old, new)`."""
    place, *values = call.arguments
    return _update(c, "cmpxchg", call, c.pointed(place), *map(c.value, values))


def _try_compare_exchange(c: Caller, call: tree.Call) -> ast.Expression:
    """`__try_cmpxchg{a}(x, &old, new)`: the value is whether it succeeded; if not, `old` gets what x held."""
    target, pointer, desired = call.arguments
    assert isinstance(pointer, tree.Prefixed), "the front end has checked that"
    assert isinstance(pointer.argument, tree.Name), "the front end has checked that"
    place, expected = c.pointed(target), c.temporary()
    c.emit(ast.Compute(expected.name, ast.Register(pointer.argument.name)))
    found = _update(c, "cmpxchg", call, place, expected, c.value(desired))
    c.emit(ast.If(ast.Binary("!=", found, expected), (ast.Compute(pointer.argument.name, found),)))
    return ast.Binary("==", found, expected)


def _fetched(c: Caller, call: tree.Call) -> tuple[ast.Register, str, ast.Expression]:
    """`x op= v`: the register with the old value, the operator, and v."""
    target, sign, amount = call.arguments
    assert isinstance(sign, tree.Operator), "the front end has checked that"
    place, value = c.pointed(target), c.value(amount)
    operand = ast.Binary("^", value, ast.Number(-1)) if sign.op == "&~" else value
    return _update(c, UPDATES[sign.op], call, place, operand), sign.op, value


def _fetch(c: Caller, call: tree.Call) -> ast.Expression:
    """`__atomic_fetch_op{a}(x, op, v)`, and `__atomic_op(x, op, v)`, whose value nobody sees."""
    return _fetched(c, call)[0]


def _operate(c: Caller, call: tree.Call) -> ast.Expression:
    """`__atomic_op_return{a}(x, op, v)`."""
    old, op, value = _fetched(c, call)
    return c.binary(op, old, value)


def _add_unless(c: Caller, call: tree.Call) -> ast.Expression:
    """`__atomic_add_unless{a}(x, v, u)`."""
    place, *values = call.arguments
    return _update(c, "add_unless", call, c.pointed(place), *map(c.value, values))


# --- locks ------------------------------------------------------------------------------------------------


def _lock(c: Caller, call: tree.Call) -> None:
    """`__lock(x)`."""
    c.emit(ast.Lock(c.pointed(call.arguments[0])))


def _unlock(c: Caller, call: tree.Call) -> None:
    """`__unlock(x)`."""
    c.emit(ast.Unlock(c.pointed(call.arguments[0])))


def _try_lock(c: Caller, call: tree.Call) -> ast.Expression:
    """`__trylock(x)`: one attempt if the lock looks free, with acquire ordering if it succeeds.

    As queued_spin_trylock() of Linux 6.12, include/asm-generic/qspinlock.h: a lock that is taken is only read.
    """
    place, found = c.pointed(call.arguments[0]), c.temporary()
    attempt = ast.Update(found.name, "cmpxchg", place, "acquire", (ZERO, ONE))
    c.emit(ast.Read(found.name, place, "once"))
    c.emit(ast.If(ast.Binary("==", found, ZERO), (attempt,)))
    return ast.Binary("==", found, ZERO)


def _is_locked(c: Caller, call: tree.Call) -> ast.Expression:
    """`__islocked(x)`: a read of the lock."""
    place, result = c.pointed(call.arguments[0]), c.temporary()
    c.emit(ast.Read(result.name, place, "once"))
    return ast.Binary("!=", result, ZERO)


PRIMITIVES: Mapping[str, Meaning] = {
    "__load": _load,
    "__store": _store,
    "__fence": _fence,
    "__srcu": _srcu,
    "__xchg": _exchange,
    "__cmpxchg": _compare_exchange,
    "__try_cmpxchg": _try_compare_exchange,
    "__atomic_op": _fetch,
    "__atomic_op_return": _operate,
    "__atomic_fetch_op": _fetch,
    "__atomic_add_unless": _add_unless,
    "__lock": _lock,
    "__unlock": _unlock,
    "__trylock": _try_lock,
    "__islocked": _is_locked,
}
"""Every primitive, and its native form."""
