"""What the kernel's names mean, in terms of primitives: the bundled table, as of Linux 6.12.

Sources: tools/memory-model/README (which primitives the model knows), Documentation/atomic_t.txt (the families of
operations and their orderings), Documentation/memory-barriers.txt.  Beyond that README there are `try_cmpxchg`, the
rest of the bitwise operations and `add_unless`, made of the same primitives.
"""

from __future__ import annotations

from collections.abc import Iterator

from litmus.syntax.c.macros import Macro, Macros
from litmus.syntax.c.tree import Call, Expression, Infix, Name, Number, Operator, Prefixed

X, V, W = Name("X"), Name("V"), Name("W")
AT_X = Prefixed("*", X)
ONE, ZERO = Number(1), Number(0)

ORDERINGS = {"": "mb", "_relaxed": "once", "_acquire": "acquire", "_release": "release"}
"""The ending of the name of an operation with a result, to the annotation it stands for."""
ARITHMETIC = {"add": "+", "sub": "-", "and": "&", "or": "|", "xor": "^", "andnot": "&~"}
STEPS = {"inc": "+", "dec": "-"}

FENCES = {
    "smp_mb": "mb", "smp_rmb": "rmb", "smp_wmb": "wmb", "barrier": "barrier",
    "smp_mb__before_atomic": "before-atomic", "smp_mb__after_atomic": "after-atomic",
    "smp_mb__after_spinlock": "after-spinlock", "smp_mb__after_unlock_lock": "after-unlock-lock",
    "smp_mb__after_srcu_read_unlock": "after-srcu-read-unlock",
    "rcu_read_lock": "rcu-lock", "rcu_read_unlock": "rcu-unlock",
    "synchronize_rcu": "sync-rcu", "synchronize_rcu_expedited": "sync-rcu",
}  # fmt: skip
LOADS: dict[str, tuple[str, Expression]] = {
    "READ_ONCE": ("once", X), "rcu_dereference": ("once", X), "smp_load_acquire": ("acquire", AT_X),
    "atomic_read": ("once", AT_X), "atomic_read_acquire": ("acquire", AT_X),
    "srcu_read_lock": ("srcu-lock", AT_X), "srcu_down_read": ("srcu-lock", AT_X),
}  # fmt: skip
"""Names of reads: the annotation, and which place of the argument is read."""
STORES: dict[str, tuple[str, Expression]] = {
    "WRITE_ONCE": ("once", X), "rcu_assign_pointer": ("release", X), "smp_store_release": ("release", AT_X),
    "atomic_set": ("once", AT_X), "atomic_set_release": ("release", AT_X),
    "srcu_read_unlock": ("srcu-unlock", AT_X), "srcu_up_read": ("srcu-unlock", AT_X),
}  # fmt: skip
LOCKS = {"spin_lock": "__lock", "spin_unlock": "__unlock"}
LOCK_TESTS = {"spin_trylock": "__trylock", "spin_is_locked": "__islocked"}
GRACE_PERIODS = ("synchronize_srcu", "synchronize_srcu_expedited")


def _value(formals: tuple[Name, ...], body: Expression) -> Macro:
    """A macro that is an expression."""
    return Macro(tuple(name.name for name in formals), (body,), True)


def _statement(formals: tuple[Name, ...], *body: Expression) -> Macro:
    """A macro that is one statement or several."""
    return Macro(tuple(name.name for name in formals), body, False)


def _accesses() -> Iterator[tuple[str, Macro]]:
    """Single reads and writes, fences, locks and grace periods."""
    for name, (annotation, place) in LOADS.items():
        yield name, _value((X,), Call("__load", (place,), annotation))
    for name, (annotation, place) in STORES.items():
        yield name, _statement((X, V), Call("__store", (place, V), annotation))
    yield "smp_store_mb", _statement((X, V), Call("__store", (X, V), "once"), Call("__fence", (), "mb"))
    for name, annotation in FENCES.items():
        yield name, _statement((), Call("__fence", (), annotation))
    for name, primitive in LOCKS.items():
        yield name, _statement((X,), Call(primitive, (X,)))
    for name, primitive in LOCK_TESTS.items():
        yield name, _value((X,), Call(primitive, (X,)))
    for name in GRACE_PERIODS:
        yield name, _statement((X,), Call("__srcu", (X,), "sync-srcu"))


def _exchanges() -> Iterator[tuple[str, Macro]]:
    """xchg, cmpxchg and try_cmpxchg, on variables and on atomic_t, with every ordering."""
    for ending, annotation in ORDERINGS.items():
        for prefix in ("", "atomic_"):
            yield f"{prefix}xchg{ending}", _value((X, V), Call("__xchg", (X, V), annotation))
            yield f"{prefix}cmpxchg{ending}", _value((X, V, W), Call("__cmpxchg", (X, V, W), annotation))
            yield f"{prefix}try_cmpxchg{ending}", _value((X, V, W), Call("__try_cmpxchg", (X, V, W), annotation))


def _operations() -> Iterator[tuple[str, Macro]]:
    """atomic_add and its family: without a result, with the new value, with the old value."""
    families: list[tuple[str, str, tuple[Name, ...], Expression]] = [
        *((name, op, (V, X), V) for name, op in ARITHMETIC.items()),
        *((name, op, (X,), ONE) for name, op in STEPS.items()),
    ]
    for name, op, formals, amount in families:
        arguments = (X, Operator(op), amount)
        yield f"atomic_{name}", _statement(formals, Call("__atomic_op", arguments))
        for ending, annotation in ORDERINGS.items():
            fetch = Call("__atomic_fetch_op", arguments, annotation)
            yield f"atomic_fetch_{name}{ending}", _value(formals, fetch)
            if op in "+-":
                new = Call("__atomic_op_return", arguments, annotation)
                yield f"atomic_{name}_return{ending}", _value(formals, new)


def _tests() -> Iterator[tuple[str, Macro]]:
    """Operations that tell something about the new value, and the conditional additions; all fully ordered."""
    for name, op in (("sub", "-"), ("dec", "-"), ("inc", "+")):
        formals, amount = ((V, X), V) if name == "sub" else ((X,), ONE)
        new = Call("__atomic_op_return", (X, Operator(op), amount), "mb")
        yield f"atomic_{name}_and_test", _value(formals, Infix("==", new, ZERO))
    for ending, annotation in ORDERINGS.items():
        new = Call("__atomic_op_return", (X, Operator("+"), V), annotation)
        yield f"atomic_add_negative{ending}", _value((V, X), Infix("<", new, ZERO))
    yield "atomic_add_unless", _value((X, V, W), Call("__atomic_add_unless", (X, V, W), "mb"))
    yield "atomic_inc_not_zero", _value((X,), Call("__atomic_add_unless", (X, ONE, ZERO), "mb"))


KERNEL = Macros(dict((*_accesses(), *_exchanges(), *_operations(), *_tests())))
"""The bundled table."""
