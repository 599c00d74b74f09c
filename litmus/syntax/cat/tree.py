"""The syntax tree of cat (Alglave, Cousot, Maranget: Syntax and semantics of the weak consistency model
specification language cat, 2016), as `litmus.syntax.cat.front` builds it.  Every node has its span.

Instructions are here, expressions and tests in `litmus.syntax.cat.expression_tree`; this module has the names of all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from litmus.source import Source, Span
from litmus.syntax.cat.expression_tree import (
    Apply,
    Binding,
    CompareTest,
    Connective,
    EmptyRelation,
    Expression,
    Function,
    If,
    LetIn,
    MatchSet,
    MatchTag,
    Name,
    NotTest,
    Operator,
    SetLiteral,
    Tag,
    Test,
    Try,
    TupleLiteral,
    Universe,
    Variant,
)

__all__ = [
    "Annotations",
    "Apply",
    "Binding",
    "Call",
    "CatFile",
    "Check",
    "CheckKind",
    "CompareTest",
    "Connective",
    "EmptyRelation",
    "Enum",
    "Expression",
    "ForAll",
    "Function",
    "If",
    "IfInstructions",
    "Include",
    "Instruction",
    "Let",
    "LetIn",
    "MatchSet",
    "MatchTag",
    "Name",
    "NotTest",
    "Operator",
    "Procedure",
    "SetLiteral",
    "Tag",
    "Test",
    "Try",
    "TupleLiteral",
    "Universe",
    "Variant",
    "With",
]


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


Instruction: TypeAlias = Let | Include | Check | With | Procedure | Call | ForAll | IfInstructions | Enum | Annotations


@dataclass(frozen=True, slots=True)
class CatFile:
    """A parsed file: its title (the first line: a name or a string), `options` such as `catdep` and
    `withco`, and its instructions.  `show`, `unshow` and `showas` lines are read and dropped.
    """

    title: str | None
    options: tuple[str, ...]
    instructions: tuple[Instruction, ...]
    source: Source
