"""The syntax tree of C threads: expressions and statements, before names and primitives are given a meaning.

`start` and `end` are places in the text of the expression, which `Written` finds in the text of the thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from litmus.syntax.assembly.initial import size_of

# --- expressions ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Number:
    """A literal."""

    value: int


@dataclass(frozen=True, slots=True)
class Name:
    """A parameter, a local variable, or the formal parameter of a macro."""

    name: str
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Prefixed:
    """`op` is one of `-` `+` `!` `~` `*` `&` `++` `--`."""

    op: str
    argument: Expression


@dataclass(frozen=True, slots=True)
class Stepped:
    """`target++` or `target--`: the value is that before the step."""

    op: str
    target: Expression


@dataclass(frozen=True, slots=True)
class Infix:
    """`op` is a binary operator of C other than assignment and comma; `&&` and `||` evaluate in order."""

    op: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Choice:
    """`condition ? then : otherwise`."""

    condition: Expression
    then: Expression
    otherwise: Expression


@dataclass(frozen=True, slots=True)
class Index:
    """`base[index]`."""

    base: Expression
    index: Expression


@dataclass(frozen=True, slots=True)
class Cast:
    """A cast: `element` is the size of what the type points to, None if it is no pointer type."""

    element: int | None
    argument: Expression


@dataclass(frozen=True, slots=True)
class Assigned:
    """`target = value`, with `op` also `target op= value`."""

    op: str | None
    target: Expression
    value: Expression


@dataclass(frozen=True, slots=True)
class Sequence:
    """`a, b`: all are evaluated, the value is the last one's."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Operator:
    """An operator as an argument: `+ - & | ^` or `&~`."""

    op: str


@dataclass(frozen=True, slots=True)
class Call:
    """`name(arguments)` or `name{annotation}(arguments)`; a bare `__fence{mb}` has no arguments."""

    name: str
    arguments: tuple[Expression, ...]
    annotation: str = ""
    start: int = 0
    end: int = 0


Expression: TypeAlias = (
    Number | Name | Prefixed | Stepped | Infix | Choice | Index | Cast | Assigned | Sequence | Operator | Call
)

# --- statements -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Written:
    """An expression with its text on one line and its place in the thread: what its own places count from."""

    expression: Expression
    text: str
    start: int


@dataclass(frozen=True, slots=True)
class Declared:
    """`type name` or `type name = value`, as an assignment; `element` as in `Cast`."""

    name: str
    element: int | None
    value: Written | None


@dataclass(frozen=True, slots=True)
class Block:
    """`{ statements }`, or nothing."""

    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class If:
    """`if (condition) then else otherwise`."""

    condition: Written
    then: Statement
    otherwise: Statement | None


@dataclass(frozen=True, slots=True)
class Loop:
    """`while`, `for` and, with `body_first`, `do`: `step` is evaluated after the body, and on `continue`."""

    condition: Written | None
    body: Statement
    step: Written | None = None
    body_first: bool = False


@dataclass(frozen=True, slots=True)
class Jump:
    """`break`, `continue` or `return`, by its word."""

    word: str
    start: int


Statement: TypeAlias = Written | Declared | Block | If | Loop | Jump


def element(written: str) -> int | None:
    """The size of what a type, as written, points to; None if it is no pointer type."""
    outer = written.rfind("*")
    return None if outer < 0 else size_of(written[:outer])
