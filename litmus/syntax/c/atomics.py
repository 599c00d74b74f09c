"""C11 atomics (C11, 7.17) and the events they make.

Accesses are tagged with their order, `RLX`, `CON`, `ACQ`, `REL`, `ACQ_REL` or `SC`, and `A`; plain accesses are `NA`.
A read-modify-write is two events in program order, related by rmw, with the same order; a compare-exchange that fails
is a read with the order for failure.  The expected value is read, and on failure written, by plain accesses
(7.17.7.4), or without events if it is in a local variable.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

from litmus.program import Assign, Assume, Binary, Expression, Fence, Load, Operation, Reg, Store, Tags, Unary
from litmus.syntax import reading
from litmus.syntax.c import tree as tree
from litmus.syntax.c.code import Evaluator, Meaning
from litmus.syntax.c.primitives import ONE, ZERO
from litmus.syntax.c.update import Orders, attempt, update

ORDERS = {
    "memory_order_relaxed": "RLX", "memory_order_consume": "CON", "memory_order_acquire": "ACQ",
    "memory_order_release": "REL", "memory_order_acq_rel": "ACQ_REL", "memory_order_seq_cst": "SC",
}  # fmt: skip
PLAIN: Tags = frozenset({"NA"})
READ, WRITE, FAILURE = (("RLX", "CON", "ACQ", "SC"), ("RLX", "REL", "SC"), ("RLX", "CON", "ACQ", "SC"))
ANY = tuple(ORDERS.values())
SEQ_CST = tree.Name("memory_order_seq_cst")
OPERATORS = {"add": "+", "sub": "-", "or": "|", "xor": "^", "and": "&"}


def order(e: Evaluator, call: tree.Call, at: int, allowed: tuple[str, ...] = ANY) -> str:
    """The order that an argument names; `memory_order_seq_cst` where the call leaves it out."""
    argument = call.arguments[at] if at < len(call.arguments) else SEQ_CST
    name = argument.name if isinstance(argument, tree.Name) else ""
    if name not in ORDERS:
        raise e.error("expected a memory order, such as memory_order_relaxed",
                      reading.suggestion(name, ORDERS) or "write one of the six orders", argument)  # fmt: skip
    if ORDERS[name] not in allowed:
        fitting = ", ".join(known for known, short in ORDERS.items() if short in allowed)
        raise e.error(f"{call.name} cannot have the order {name}", f"use one of {fitting}", argument)
    return ORDERS[name]


def _load(e: Evaluator, call: tree.Call) -> Expression:
    """`atomic_load(x)`."""
    address, result = e.value(call.arguments[0]), e.code.temporary()
    e.code.emit(Load(result.name, address, _atomic(order(e, call, 1, READ))))
    return result


def _store(e: Evaluator, call: tree.Call) -> None:
    """`atomic_store(x, v)`."""
    address, value = e.values(*call.arguments[:2])
    e.code.emit(Store(address, value, _atomic(order(e, call, 2, WRITE))))


def _exchange(e: Evaluator, call: tree.Call) -> Expression:
    """`atomic_exchange(x, v)`."""
    address, value = e.values(*call.arguments[:2])
    return update(e, _update(order(e, call, 2)), address, lambda old: value)


def _fetch(op: str) -> Meaning:
    """`atomic_fetch_add(x, v)` and its kin."""

    def meaning(e: Evaluator, call: tree.Call) -> Expression:
        address, value = e.values(*call.arguments[:2])
        return update(e, _update(order(e, call, 2)), address, lambda old: Binary(op, old, value))

    return meaning


def _compare_exchange(weak: bool) -> Meaning:
    """`atomic_compare_exchange_strong(x, &expected, v)`; the weak one may fail although the values are equal."""

    def meaning(e: Evaluator, call: tree.Call) -> Expression:
        target, pointer, desired = call.arguments[:3]
        success, failure = order(e, call, 3), order(e, call, 4, FAILURE)
        expected, put = _expected(e, pointer)
        address, value = e.values(target, desired)
        old, done = e.code.temporary(), e.code.temporary()
        equal = Binary("==", old, expected)
        succeeds, fails = (Assume(equal),), () if weak else (Assume(Unary("!", equal)),)
        attempt(e, _update(success, failure), address, old, lambda _: value,
                (*succeeds, Assign(done.name, ONE)), (*fails, Assign(done.name, ZERO)), put(old))  # fmt: skip
        return done

    return meaning


def _expected(e: Evaluator, pointer: tree.Expression) -> tuple[Reg, Callable[[Expression], Operation]]:
    """The expected value, and how a failure puts the value found in its place."""
    expected, name = e.code.temporary(), e.local(pointer)
    if name is not None:
        e.code.emit(Assign(expected.name, Reg(name)))
        return expected, lambda found: Assign(name, found)
    address = e.value(pointer)
    e.code.emit(Load(expected.name, address, PLAIN))
    return expected, lambda found: Store(address, found, PLAIN)


def _fence(e: Evaluator, call: tree.Call) -> None:
    """`atomic_thread_fence(order)`; a relaxed one has no effect (7.17.4.1)."""
    kind = order(e, call, 0)
    if kind != "RLX":
        e.code.emit(Fence(frozenset({kind})))


@cache
def _atomic(order: str) -> Tags:
    """The tags of an atomic access."""
    return frozenset({"A", order})


def _update(success: str, failure: str = "") -> Orders:
    """The tags of an update."""
    both = _atomic(success) | {"RMW"}
    return Orders(both, both, False, _atomic(failure) if failure else both)


def _functions() -> Iterator[tuple[str, tuple[tuple[int, ...], Meaning]]]:
    """Every function by name, with the numbers of arguments it may have; `_explicit` ones name their orders."""
    swaps = {
        "atomic_compare_exchange_strong": _compare_exchange(False), "SCAS": _compare_exchange(False),
        "atomic_compare_exchange_weak": _compare_exchange(True), "WCAS": _compare_exchange(True),
    }  # fmt: skip
    families: tuple[tuple[int, int, dict[str, Meaning]], ...] = (
        (1, 1, {"atomic_load": _load}),
        (2, 1, {"atomic_store": _store, "atomic_exchange": _exchange}),
        (2, 1, {f"atomic_fetch_{name}": _fetch(op) for name, op in OPERATORS.items()}),
        (3, 2, swaps),
    )
    for count, orders, family in families:
        for name, meaning in family.items():
            yield name, ((count,), meaning)
            yield f"{name}_explicit", ((count + orders,), meaning)
    yield "atomic_thread_fence", ((1,), _fence)


ATOMICS = dict(_functions())
"""Every function of C11 that is known: the numbers of arguments it may have, and its meaning."""
