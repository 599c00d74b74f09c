"""What names stand for while a model is interpreted: values, and the scopes that hold them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from litmus.cat.graph import Node
from litmus.source import Span
from litmus.syntax.cat import tree as cat


@dataclass(frozen=True, slots=True, eq=False)
class Closure:
    """A function and where it was written."""

    function: cat.Function
    scope: Scope


@dataclass(frozen=True, slots=True, eq=False)
class Primitive:
    """A built-in function; its argument is one value, a tuple of values for several parameters."""

    name: str
    apply: Callable[[Value, Span], Value]


@dataclass(frozen=True, slots=True)
class TagValue:
    """A constant of an enumeration."""

    name: str


@dataclass(frozen=True, slots=True)
class ValueSet:
    """A set of values that are no events: tags, or whole relations."""

    items: tuple[Value, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Partition:
    """A set of events, divided by location."""

    members: Node


@dataclass(frozen=True, slots=True, eq=False)
class Orders:
    """All relations that order the writes of each location totally and contain `partial`."""

    partial: Node


@dataclass(frozen=True, slots=True, eq=False)
class ProcedureValue:
    """A procedure and where it was written."""

    procedure: cat.Procedure
    scope: Scope


Value: TypeAlias = (
    "Node | tuple[Value, ...] | Closure | Primitive | TagValue | ValueSet | Partition | Orders | ProcedureValue"
)


class Scope:
    """Names and their values, inside an outer scope."""

    __slots__ = ("names", "outer", "shared")

    def __init__(self, outer: Scope | None = None, names: dict[str, Value] | None = None) -> None:
        self.outer = outer
        self.names: dict[str, Value] = {} if names is None else names
        self.shared = False

    def find(self, name: str) -> Value | None:
        """The value of a name, or None."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.outer
        return None

    def bind(self, values: Mapping[str, Value]) -> None:
        """Gives names their values; functions written before go on seeing what these names were then."""
        if self.shared:
            self.names, self.shared = dict(self.names), False
        self.names.update(values)

    def now(self) -> Scope:
        """The scope as a function written here sees it, whatever is bound later."""
        self.shared = True
        return Scope(self.outer and self.outer.now(), self.names)

    def known(self) -> list[str]:
        """All names in sight."""
        return [*self.names, *(self.outer.known() if self.outer else ())]


def describe(value: Value) -> str:
    """What a value is, for messages."""
    match value:
        case Node(is_set=True):
            return "a set"
        case Node():
            return "a relation"
        case tuple():
            return f"a tuple of {len(value)}"
        case Closure() | Primitive():
            return "a function"
        case TagValue(name):
            return f"the tag '{name}'"
        case ProcedureValue():
            return "a procedure"
    return "a set of values"
