"""Offsets of array elements in other units: each language has its own size of an element."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from litmus.program import Compare, Condition, MemoryAt, Observable, Pointer, Proposition, RegisterAt, Value, mapped


@dataclass(frozen=True, slots=True)
class Rescaled:
    """Turns offsets into others: `before` is the bytes of an element, of each array or of all; `after` of all."""

    before: int | Mapping[str, int]
    after: int

    def pointer(self, pointer: Pointer) -> Pointer:
        """The offset at which the element that a pointer points to is afterwards."""
        before = self.before if isinstance(self.before, int) else self.before[pointer.base]
        return Pointer(pointer.base, pointer.offset // before * self.after)

    def value(self, value: Value) -> Value:
        """A number as it is, a pointer rescaled."""
        return value if isinstance(value, int) else self.pointer(value)

    def observable(self, item: Observable) -> Observable:
        """A register as it is, a location rescaled under its name."""
        return item if isinstance(item, RegisterAt) else MemoryAt(self.pointer(item.pointer), item.name)

    def proposition(self, node: Proposition) -> Proposition:
        """A proposition with every location and pointer in it rescaled."""
        return mapped(node, lambda item: Compare(self.observable(item.left), item.op, self._right(item.right)))

    def _right(self, item: Value | Observable) -> Value | Observable:
        """What stands on the right of a comparison."""
        return self.value(item) if isinstance(item, int | Pointer) else self.observable(item)

    def condition(self, condition: Condition) -> Condition:
        """A condition with its proposition rescaled."""
        return Condition(condition.kind, self.proposition(condition.proposition))
