"""The primitives of the kernel's model and the events they make.

What each does is what the kernel's tables and the field's reference tool take it to do (linux-kernel.def of Linux 6.12;
tools/memory-model/Documentation/herd-representation.txt there):

    __load{a}(*x)  __store{a}(*x, v)     one access, tagged with its annotation
    __fence{a}                           a fence
    __xchg{a}(x, v)                      an atomic update; the value is the old one
    __cmpxchg{a}(x, old, new)            an update if x holds `old`; the value is what it held
    __atomic_op{a}(x, op, v)             an update without a value: its read is `Noreturn`
    __atomic_op_return, __atomic_fetch_op{a}(x, op, v)   an update; the value is the new one, the old one
    __atomic_add_unless{a}(x, v, u)      adds v unless x holds u; the value is whether it did
    __try_cmpxchg{a}(x, &old, new)       as __cmpxchg, but tells success, and on failure puts what x held into `old`
    __lock(x) __unlock(x) __trylock(x) __islocked(x)     a lock holds 0 (free) or 1
    __srcu{a}(x)  __srcu{a}(x, cookie)   an event about x that neither reads nor writes it

An update is two events, in program order, `RMW` and related by rmw.  What fails is a read only, without any ordering.
"""

from __future__ import annotations

from collections.abc import Callable

from litmus.program import (
    Assign,
    Assume,
    Binary,
    Branch,
    Const,
    Expression,
    Fence,
    Fork,
    Load,
    Reg,
    Store,
    Unary,
)
from litmus.syntax.c import tree as tree
from litmus.syntax.c.code import Evaluator, Meaning, tags
from litmus.syntax.c.update import Orders, attempt, either, orders, succeed, update

ZERO, ONE = Const(0), Const(1)

# --- single events --------------------------------------------------------------------------------------


def _load(e: Evaluator, call: tree.Call) -> Expression:
    """`__load{a}(place)`."""
    address, result = e.address(call.arguments[0]), e.code.temporary()
    e.code.emit(Load(result.name, address, tags(call.annotation)))
    return result


def _store(e: Evaluator, call: tree.Call) -> None:
    """`__store{a}(place, value)`."""
    place, stored = call.arguments
    address, value = e.values(tree.Prefixed("&", place), stored)
    e.code.emit(Store(address, value, tags(call.annotation)))


def _fence(e: Evaluator, call: tree.Call) -> None:
    """`__fence{a}`."""
    e.code.emit(Fence(tags(call.annotation)))


def _srcu(e: Evaluator, call: tree.Call) -> Expression:
    """`__srcu{a}(x)` and `__srcu{a}(x, cookie)`; the value is a cookie that no other call in the thread gets."""
    address, *given = e.values(*call.arguments)
    cookie = Const(len(e.code.instructions))
    e.code.emit(Fence(tags(call.annotation), address, *given or (cookie,)))
    return cookie


# --- updates --------------------------------------------------------------------------------------------


def operation(e: Evaluator, part: tree.Expression, value: Expression) -> Callable[[Expression], Expression]:
    """What an operator argument does with `value` to an old value."""
    if not isinstance(part, tree.Operator):
        raise e.error("expected an operator, one of + - & | ^ &~, as this argument", "write, for example, '+'", part)
    if part.op == "&~":
        return lambda old: Binary("&", old, Unary("~", value))
    return lambda old: Binary(part.op, old, value)


def _exchange(e: Evaluator, call: tree.Call) -> Expression:
    """`__xchg{a}(x, v)`."""
    address, value = e.values(*call.arguments)
    return update(e, orders(call.annotation, e.softcoded), address, lambda old: value)


def _operate(e: Evaluator, call: tree.Call) -> Expression:
    """`__atomic_op_return{a}(x, op, v)`, and `__atomic_op`, whose value nobody sees."""
    place, sign, amount = call.arguments
    address, value = e.values(place, amount)
    new = operation(e, sign, value)
    return new(update(e, orders(call.annotation, e.softcoded, call.name != "__atomic_op"), address, new))


def _fetch(e: Evaluator, call: tree.Call) -> Expression:
    """`__atomic_fetch_op{a}(x, op, v)`."""
    place, sign, amount = call.arguments
    address, value = e.values(place, amount)
    return update(e, orders(call.annotation, e.softcoded), address, operation(e, sign, value))


def _compare_exchange(e: Evaluator, call: tree.Call) -> Expression:
    """`__cmpxchg{a}(x, old, new)`."""
    address, expected, value = e.values(*call.arguments)
    old = e.code.temporary()
    order = orders(call.annotation, e.softcoded)
    attempt(e, order, address, old, lambda _: value, *either(Binary("==", old, expected)))
    return old


def _try_compare_exchange(e: Evaluator, call: tree.Call) -> Expression:
    """`__try_cmpxchg{a}(x, &old, new)`."""
    place, pointer, desired = call.arguments
    name = e.local(pointer)
    if name is None:
        raise e.error("expected the address of a local variable", "write, for example, '&old'", pointer)
    address, value = e.values(place, desired)
    expected, old = e.code.temporary(), e.code.temporary()
    e.code.emit(Assign(expected.name, Reg(name)))
    succeeds = Binary("==", old, expected)
    order = orders(call.annotation, e.softcoded)
    attempt(e, order, address, old, lambda _: value, *either(succeeds), Assign(name, old))
    return succeeds


def _add_unless(e: Evaluator, call: tree.Call) -> Expression:
    """`__atomic_add_unless{a}(x, v, u)`; it is fully ordered if it adds (Documentation/atomic_t.txt)."""
    address, amount, unless = e.values(*call.arguments)
    old = e.code.temporary()
    succeeds = Binary("!=", old, unless)
    order = orders(call.annotation if e.softcoded and call.annotation else "mb", e.softcoded)
    attempt(e, order, address, old, lambda _: Binary("+", old, amount), *either(succeeds))
    return succeeds


# --- locks ----------------------------------------------------------------------------------------------

_LOCKING = Orders(tags("LKR"), tags("LKW"), False, tags("LF"))


def _lock(e: Evaluator, call: tree.Call) -> None:
    """`__lock(x)`: goes on only if the lock is free; a deadlock is an execution that does not exist."""
    old = e.code.temporary()
    succeed(e, _LOCKING, e.value(call.arguments[0]), old, lambda _: ONE, Assume(Binary("==", old, ZERO)))


def _unlock(e: Evaluator, call: tree.Call) -> None:
    """`__unlock(x)`."""
    e.code.emit(Store(e.value(call.arguments[0]), ZERO, tags("UL")))


def _try_lock(e: Evaluator, call: tree.Call) -> Expression:
    """`__trylock(x)`: the value is 1 if the lock was free, and is taken now."""
    old = e.code.temporary()
    free = Binary("==", old, ZERO)
    attempt(e, _LOCKING, e.value(call.arguments[0]), old, lambda _: ONE, *either(free))
    return free


def _is_locked(e: Evaluator, call: tree.Call) -> Expression:
    """`__islocked(x)`: a read of the lock, tagged by what it finds."""
    address, found = e.value(call.arguments[0]), e.code.temporary()
    locked = Binary("!=", found, ZERO)
    taken, done = e.code.fresh("locked'"), e.code.fresh("done'")
    e.code.emit(Fork(taken))
    e.code.emit(Load(found.name, address, tags("RU")), Assume(Unary("!", locked)))
    e.code.emit(Branch(None, done))
    e.code.label(taken)
    e.code.emit(Load(found.name, address, tags("RL")), Assume(locked))
    e.code.label(done)
    return locked


PRIMITIVES: dict[str, tuple[tuple[int, ...], Meaning]] = {
    "__load": ((1,), _load),
    "__store": ((2,), _store),
    "__fence": ((0,), _fence),
    "__srcu": ((1, 2), _srcu),
    "__xchg": ((2,), _exchange),
    "__cmpxchg": ((3,), _compare_exchange),
    "__try_cmpxchg": ((3,), _try_compare_exchange),
    "__atomic_op": ((3,), _operate),
    "__atomic_op_return": ((3,), _operate),
    "__atomic_fetch_op": ((3,), _fetch),
    "__atomic_add_unless": ((3,), _add_unless),
    "atomic_add_unless": ((3,), _add_unless),  # tables up to Linux 6.14 leave it to the tool
    "__lock": ((1,), _lock),
    "__unlock": ((1,), _unlock),
    "__trylock": ((1,), _try_lock),
    "__islocked": ((1,), _is_locked),
}
"""Every primitive: how many arguments it may have, and its meaning."""
