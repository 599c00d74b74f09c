"""The syntax tree of cat (Alglave, Cousot, Maranget: Syntax and semantics of the weak consistency model
specification language cat, 2016), as `litmus.syntax.cat` builds it.  Every node has its span.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from litmus.source import Source, Span

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

# --- instructions ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Binding:
    """One `names = body` of a let; `let f(x, y) = e` is the name `f` bound to a Function.

    One name, except for `let (a, b) = e`.
    """

    names: tuple[str, ...]
    body: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class Let:
    """`let bindings` and `let rec bindings`, at top level or in a procedure."""

    bindings: tuple[Binding, ...]
    recursive: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Include:
    """`include "file"`."""

    file: str
    span: Span


CheckKind: TypeAlias = Literal["acyclic", "irreflexive", "empty"]


@dataclass(frozen=True, slots=True)
class Check:
    """`[role] [~] kind e [as name]`, also `let rec ... when kind e`.

    `role`: `axiom` (no keyword: executions that fail are forbidden), `flag` (executions that pass are
    flagged with the name), `assert` (must hold), `undefined` (`undefined_unless`, `requires`: flagged when it fails).
    """

    role: Literal["axiom", "flag", "assert", "undefined"]
    kind: CheckKind
    negated: bool
    expression: Expression
    name: str | None
    span: Span


@dataclass(frozen=True, slots=True)
class With:
    """`with name from e`: for each relation in the set `e`, an execution with that relation as `name`."""

    name: str
    expression: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class Procedure:
    """`procedure name(parameters) = body end`."""

    name: str
    parameters: tuple[str, ...]
    body: tuple[Instruction, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Call:
    """`call name(argument) [as name]`."""

    procedure: str
    argument: Expression
    name: str | None
    span: Span


@dataclass(frozen=True, slots=True)
class ForAll:
    """`forall x in e do body end`."""

    element: str
    expression: Expression
    body: tuple[Instruction, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class IfInstructions:
    """`if test instructions else instructions end`."""

    test: Test
    then: tuple[Instruction, ...]
    otherwise: tuple[Instruction, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Enum:
    """`enum name = 'a || 'b`."""

    name: str
    tags: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Annotations:
    """`instructions R[{'once, 'acquire}]`, as bell files have it: which tags an event class may carry."""

    kind: str
    groups: tuple[Expression, ...]
    span: Span


Instruction: TypeAlias = (
    Let | Include | Check | With | Procedure | Call | ForAll | IfInstructions | Enum | Annotations
)


@dataclass(frozen=True, slots=True)
class CatFile:
    """A parsed file: its title (the first line: a name or a string), `options` such as `catdep` and
    `withco`, and its instructions.  `show`, `unshow` and `showas` lines are read and dropped.
    """

    title: str | None
    options: tuple[str, ...]
    instructions: tuple[Instruction, ...]
    source: Source
