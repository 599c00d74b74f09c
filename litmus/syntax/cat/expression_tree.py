"""The syntax tree of the expressions of cat, and of the tests of `if`: the lower half of `litmus.syntax.cat.tree`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from litmus.source import Span

# --- expressions ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Name:
    """A variable: a set, a relation, a function, a value."""

    name: str
    span: Span


@dataclass(frozen=True, slots=True)
class Tag:
    """A constant of an enumeration, written `'acquire`."""

    name: str
    span: Span


@dataclass(frozen=True, slots=True)
class EmptyRelation:
    """`0`: the empty relation (or set, where a set is wanted)."""

    span: Span


@dataclass(frozen=True, slots=True)
class Universe:
    """`_`: all events."""

    span: Span


@dataclass(frozen=True, slots=True)
class SetLiteral:
    """`{}` and `{a, b}`: a set of values; `{}` is also the empty set of events."""

    items: tuple[Expression, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class TupleLiteral:
    """`(a, b)`: a tuple, as arguments and results of functions; `()` is the empty one."""

    items: tuple[Expression, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Operator:
    """An operator applied to arguments.

    `op`: `|` `&` `;` (two or more arguments), `\\` `*` `++` (two), and with one argument `~` (complement),
    `^-1`, `^+`, `^*`, `?` (reflexive closure: r | id) and `[]` (identity on a set).
    """

    op: Literal["|", "&", ";", "\\", "*", "++", "~", "^-1", "^+", "^*", "?", "[]"]
    arguments: tuple[Expression, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Apply:
    """A function applied to one argument (which may be a tuple): `f(x, y)`, `f x`, `domain r`."""

    function: Expression
    argument: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class Function:
    """`fun pattern -> body`; the pattern is a tuple of names, or one name (`single`) bound to the argument."""

    parameters: tuple[str, ...]
    single: bool
    body: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class LetIn:
    """`let [rec] bindings in body`."""

    bindings: tuple[Binding, ...]
    recursive: bool
    body: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class MatchSet:
    """`match e with || {} -> empty || x ++ xs -> step end`."""

    subject: Expression
    empty: Expression
    element: str
    rest: str
    step: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class MatchTag:
    """`match e with || 'tag -> a || _ -> b end`; the tag None is the default clause."""

    subject: Expression
    clauses: tuple[tuple[str | None, Expression], ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Try:
    """`try e with handler`: the handler where `e` names something undefined."""

    body: Expression
    handler: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class If:
    """`if test then a else b`, as an expression."""

    test: Test
    then: Expression
    otherwise: Expression
    span: Span


Expression: TypeAlias = (
    Name | Tag | EmptyRelation | Universe | SetLiteral | TupleLiteral | Operator | Apply | Function | LetIn
    | MatchSet | MatchTag | Try | If
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Binding:
    """One `names = body` of a let; `let f(x, y) = e` is the name `f` bound to a Function.

    One name, except for `let (a, b) = e`.
    """

    names: tuple[str, ...]
    body: Expression
    span: Span


# --- tests of `if` --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Variant:
    """`"name"`: whether a variant of the model is on."""

    name: str
    span: Span


@dataclass(frozen=True, slots=True)
class NotTest:
    """`not test`."""

    test: Test
    span: Span


@dataclass(frozen=True, slots=True)
class Connective:
    """`left && right` or `left || right`."""

    op: Literal["&&", "||"]
    left: Test
    right: Test
    span: Span


@dataclass(frozen=True, slots=True)
class CompareTest:
    """`left = right` (equality of values) or `left subset right`."""

    op: Literal["=", "subset"]
    left: Expression
    right: Expression
    span: Span


Test: TypeAlias = Variant | NotTest | Connective | CompareTest
