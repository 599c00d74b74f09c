"""The syntax tree of a native test (docs/language.md).  Equality of nodes leaves the spans out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from litmus.program import Condition, Expected, Observable, Pointer, Proposition, Syntax
from litmus.source import Span
from litmus.syntax.native.barriers import BarrierKind

ELEMENT = 8
"""Bytes from one element of an array to the next, in the native language."""

Ordering: TypeAlias = Literal["plain", "once", "acquire", "release", "acq_rel", "full"]
"""What an access may order.  A new one needs, besides what the same test names, a place in litmus/lowering/compiler.py:
whether it acquires and releases.
"""

UpdateKind: TypeAlias = Literal[
    "xchg", "cmpxchg", "add_unless", "fetch_add", "fetch_sub", "fetch_and", "fetch_or", "fetch_xor"
]
FetchKind: TypeAlias = Literal["fetch_add", "fetch_sub", "fetch_and", "fetch_or", "fetch_xor"]
"""The updates that combine the old value with an operand."""


@dataclass(frozen=True, slots=True)
class Node:
    """What every node has: the place where it was written."""

    span: Span | None = field(default=None, compare=False, repr=False, kw_only=True)


# --- expressions: no memory access inside ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Number(Node):
    """A literal integer."""

    value: int


@dataclass(frozen=True, slots=True)
class Register(Node):
    """The value of a register of this thread."""

    name: str


@dataclass(frozen=True, slots=True)
class Address(Node):
    """`&x`, or `&a[1]` with an index."""

    name: str
    index: Expression | None = None


@dataclass(frozen=True, slots=True)
class Unary(Node):
    """`op` is one of `-` `!`."""

    op: str
    argument: Expression


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """`op` is one of `+ - & | ^ == != < <= > >= && ||`."""

    op: str
    left: Expression
    right: Expression


Expression: TypeAlias = Number | Register | Address | Unary | Binary


# --- places: what an access reads or writes ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Variable(Node):
    """A shared variable, `x`."""

    name: str


@dataclass(frozen=True, slots=True)
class Element(Node):
    """An element of a shared array, `a[r1]`."""

    name: str
    index: Expression


@dataclass(frozen=True, slots=True)
class Target(Node):
    """What a pointer points to, `*r1` or `*(&x + (r1 ^ r1))`."""

    pointer: Expression


Place: TypeAlias = Variable | Element | Target

# --- statements -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Compute(Node):
    """`r0 = expression`."""

    register: str
    value: Expression


@dataclass(frozen=True, slots=True)
class Read(Node):
    """`r0 = x.acquire`; ordering plain, once or acquire."""

    register: str
    place: Place
    ordering: Ordering


@dataclass(frozen=True, slots=True)
class Write(Node):
    """`x.release = expression`; ordering plain, once or release."""

    place: Place
    ordering: Ordering
    value: Expression


@dataclass(frozen=True, slots=True)
class Update(Node):
    """An atomic read-modify-write, `r0 = fetch_add(x.acquire, 1)`; `register` None drops the old value.

    Ordering once, acquire, release, acq_rel or full.  `arguments` are the operand, or for cmpxchg the
    expected and the new value, or for add_unless the amount and the value that is left alone; add_unless gives
    whether it added, not the old value.
    """

    register: str | None
    kind: UpdateKind
    place: Place
    ordering: Ordering
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Lock(Node):
    """`lock(l)`: takes the lock, which holds 0 (free) or 1, with acquire ordering; waits until it is free."""

    place: Place


@dataclass(frozen=True, slots=True)
class Unlock(Node):
    """`unlock(l)`: drops the lock, with release ordering."""

    place: Place


@dataclass(frozen=True, slots=True)
class Barrier(Node):
    """A fence, or the compiler barrier."""

    kind: BarrierKind


@dataclass(frozen=True, slots=True)
class If(Node):
    """`if condition { ... } else { ... }`."""

    condition: Expression
    then: tuple[Statement, ...]
    otherwise: tuple[Statement, ...] = ()


@dataclass(frozen=True, slots=True)
class While(Node):
    """`while condition { ... }`, unrolled to a bound by a later stage."""

    condition: Expression
    body: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Retry(Node):
    """`body` again and again until `condition` holds; made by lowering only, and assumed to end at once."""

    body: tuple[Statement, ...]
    condition: Expression


Simple: TypeAlias = Compute | Read | Write | Update | Lock | Unlock | Barrier
Statement: TypeAlias = Simple | If | While | Retry

# --- the test ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shared(Node):
    """A shared variable (`size` None) or array, with its initial values: one, or one for each element."""

    name: str
    size: int | None
    initial: tuple[Number | Address, ...]


@dataclass(frozen=True, slots=True)
class Thread(Node):
    """A thread: its name, the names it declares beyond `r0`, `r1`, ..., its body."""

    name: str
    local: tuple[str, ...]
    body: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Expect(Node):
    """`expect sc, x86-tso: forbidden`."""

    models: tuple[str, ...]
    verdict: Expected


@dataclass(frozen=True, slots=True)
class Mention(Node):
    """An observable or an address in the condition, `locations` or `filter`, where it is written: for the checks."""

    what: Observable | Pointer


@dataclass(frozen=True, slots=True)
class Test(Node, Syntax):
    """A whole native test."""

    __test__ = False  # pytest would collect a class of this name

    name: str
    description: str | None
    shared: tuple[Shared, ...]
    threads: tuple[Thread, ...]
    condition: Condition
    locations: tuple[Observable, ...] = ()
    filter: Proposition | None = None
    expectations: tuple[Expect, ...] = ()
    mentions: tuple[Mention, ...] = field(default=(), compare=False, repr=False)
