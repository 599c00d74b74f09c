"""Atomic read-modify-writes: what they compute, and how the kernel spells them.

Source: Documentation/atomic_t.txt (the families, and the ordering of each: none without a return value, full with one
unless its name says otherwise, none where a conditional one fails).
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

Result: TypeAlias = Literal["none", "old", "new", "zero", "done"]
Order: TypeAlias = Literal["full", "acquire", "release", "relaxed"]

_NEW: dict[str, Callable[[Any, Any], Any]] = {
    "add": operator.add, "sub": operator.sub, "or": operator.or_, "and": operator.and_, "xor": operator.xor,
    "andnot": lambda old, mask: old & ~mask, "xchg": lambda old, value: value,
}  # fmt: skip
_SUFFIX = {"full": "", "acquire": "_acquire", "release": "_release", "relaxed": "_relaxed"}


@dataclass(frozen=True, slots=True)
class Update:
    """One kind of read-modify-write.

    `operation`: `add`, `sub`, `or`, `and`, `andnot`, `xor`, `xchg`; `cmpxchg` (writes `operand` if the cell holds
    `against`); `add_unless` (adds `operand` unless the cell holds `against`).  `result`: the value of the call: none,
    the old or the new value, whether the new value is zero, or whether it was done.
    """

    operation: str
    operand: Any
    against: Any = None
    result: Result = "none"
    order: Order = "full"

    def applies(self, old: Any) -> Any:
        """Whether the cell is written, from what it held."""
        if self.operation == "cmpxchg":
            return old == self.against
        return old != self.against if self.operation == "add_unless" else True

    def new(self, old: Any) -> Any:
        """What the cell holds afterwards, where `applies`."""
        if self.operation == "cmpxchg":
            return self.operand
        return _NEW["add" if self.operation == "add_unless" else self.operation](old, self.operand)

    def value(self, old: Any, new: Any, done: Any) -> Any:
        """The value of the call."""
        match self.result:
            case "none":
                return 0
            case "old":
                return old
            case "new":
                return new
            case "zero":
                return new == 0
        return done

    def apply(self, old: Any) -> tuple[Any, Any]:
        """What the cell holds afterwards, and the value of the call, truth being 0 or 1."""
        done = self.applies(old)
        new = self.new(old) if done else old
        value = self.value(old, new, done)
        return new, int(value) if isinstance(value, bool) else value

    def spelled(self, place: str, operand: str, against: str) -> str:
        """The call in the kernel's C."""
        suffix = _SUFFIX[self.order] if self.result != "none" else ""
        match self.operation, self.result:
            case "xchg", _:
                return f"xchg{suffix}({place}, {operand})"
            case "cmpxchg", _:
                return f"cmpxchg{suffix}({place}, {against}, {operand})"
            case "add_unless", _:
                return f"atomic_add_unless({place}, {operand}, {against})"
            case name, "none":
                return f"atomic_{name}({operand}, {place})"
            case name, "old":
                return f"atomic_fetch_{name}{suffix}({operand}, {place})"
            case name, "new":
                return f"atomic_{name}_return{suffix}({operand}, {place})"
            case name, _:
                return f"atomic_{name}_and_test({operand}, {place})"
