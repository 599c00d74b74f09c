"""Macros: the names that C tests call, and what they mean in terms of primitives.

A table is bundled (`litmus.syntax.c.kernel`, `litmus.syntax.c.atomics`); `read` reads another one, in the format of the
kernel's `linux-kernel.def`:

    READ_ONCE(X) __load{once}(X)                            an expression
    smp_store_mb(X,V) { __store{once}(X,V); __fence{mb}; }  statements

The primitives are those of `litmus.syntax.c.primitives`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from litmus.source import Source
from litmus.syntax import reading
from litmus.syntax.c.tree import Call, Expression, Name

_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/|\(\*(?=[\s*]).*?\*\)", re.S)


@dataclass(frozen=True, slots=True)
class Macro:
    """What a name means: `body` is an expression if `value`, else statements, over the formal parameters."""

    formals: tuple[str, ...]
    body: tuple[Expression, ...]
    value: bool


@dataclass(frozen=True, slots=True, eq=False)
class Macros:
    """A table of macros, read from the file `name`.

    `softcoded`: annotations become tags of both accesses of a read-modify-write just as they are written, and the model
    says what they mean (tables since Linux 6.15); otherwise `mb` stands for fences around a read-modify-write that
    succeeds, `acquire` concerns its read only and `release` its write only.
    `borrowed`: names of the table that come from the bundled one (`completed`).
    """

    table: Mapping[str, Macro]
    softcoded: bool = False
    name: str = ""
    borrowed: frozenset[str] = frozenset()


def read(source: Source) -> Macros:
    """The macros of a `.def` file; raises InputError with the place of the first mistake."""
    from litmus.syntax.c.transformer import MacroFile

    text = _COMMENT.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), source.text)
    found: Any = reading.parse(reading.parser("c", "macros", MacroFile()), source, text)
    table = {name: Macro(*parts) for name, *parts in found}
    softcoded = any(_annotated_update(part) for macro in table.values() for part in macro.body)
    return Macros(table, softcoded, source.name)


def expand(macro: Macro, call: Call) -> tuple[Expression, ...]:
    """The body of a macro with the arguments of a call in place; what is the macro's own gets the place of the call."""
    return tuple(_substituted(part, dict(zip(macro.formals, call.arguments, strict=True)), call) for part in macro.body)


def completed(macros: Macros, bundled: Mapping[str, Macro]) -> Macros:
    """A user's table and the bundled macros that it lacks, as far as they are made of what it has itself.

    Each primitive of a borrowed macro occurs in the user's table with the same annotation, up to case, and takes its
    spelling; all updates are alike in this.  So the user's model knows whatever is borrowed.
    """
    known = {_kind(call, macros.softcoded): call.annotation for macro in macros.table.values() for call in calls(macro)}
    lent = {
        name: _spelled(macro, known, macros.softcoded)
        for name, macro in bundled.items()
        if name not in macros.table and all(_kind(call, macros.softcoded) in known for call in calls(macro))
    }
    return replace(macros, table={**macros.table, **lent}, borrowed=frozenset(lent))


def calls(node: object) -> Iterator[Call]:
    """The primitives that a macro, or a part of its body, calls."""
    if isinstance(node, Call) and node.name.startswith("__"):
        yield node
    if isinstance(node, Macro | Expression):
        node = tuple(getattr(node, field.name) for field in fields(node))
    for part in node if isinstance(node, tuple) else ():
        yield from calls(part)


def _kind(call: Call, softcoded: bool) -> tuple[str, str]:
    """What kind of events a primitive makes: its name, or that it is an update, and its annotation in lower case.

    A softcoded table says `noreturn` where others say nothing.
    """
    update = call.name.startswith(("__atomic", "__xchg", "__cmpxchg", "__try_cmpxchg"))
    silent = softcoded and call.name == "__atomic_op" and not call.annotation
    return "update" if update else call.name, "noreturn" if silent else call.annotation.lower()


def _spelled(macro: Macro, known: Mapping[tuple[str, str], str], softcoded: bool) -> Macro:
    """A macro with its annotations spelled as in another table."""

    def changed(part: Any) -> Any:
        if isinstance(part, tuple):
            return tuple(map(changed, part))
        if not isinstance(part, Expression):
            return part
        parts: dict[str, Any] = {field.name: changed(getattr(part, field.name)) for field in fields(part)}
        if isinstance(part, Call) and part.name.startswith("__"):
            parts["annotation"] = known[_kind(part, softcoded)]
        return replace(part, **parts)

    return replace(macro, body=changed(macro.body))


def _substituted(part: Expression, arguments: Mapping[str, Expression], call: Call) -> Expression:
    """An expression of a macro's body with the arguments in place."""
    if isinstance(part, Name):
        return arguments.get(part.name) or replace(part, start=call.start, end=call.end)
    changed: dict[str, object] = {}
    for field in fields(part):
        value = getattr(part, field.name)
        if isinstance(value, Expression):
            changed[field.name] = _substituted(value, arguments, call)
        elif isinstance(value, tuple):
            changed[field.name] = tuple(_substituted(item, arguments, call) for item in value)
    if isinstance(part, Call):
        changed |= {"start": call.start, "end": call.end}
    return replace(part, **changed) if changed else part  # type: ignore[arg-type]


def _annotated_update(part: Expression) -> bool:
    """Whether an atomic operation without a result says its ordering, as only softcoded tables do."""
    return isinstance(part, Call) and part.name == "__atomic_op" and bool(part.annotation)
