"""The built-in functions of cat: `domain`, `range`, `linearisations`, `tag2events` and their like."""

from __future__ import annotations

from collections.abc import Callable

from litmus.cat.built_in import BuiltIn
from litmus.cat.graph import DIFFERENT_VALUES, Node
from litmus.cat.scope import Orders, Partition, Primitive, TagValue, Value, ValueSet, describe
from litmus.errors import InputError, UnsupportedError
from litmus.source import Span


def functions(known: BuiltIn) -> dict[str, Primitive]:
    """The built-in functions, by name."""
    build = known.build

    def end(name: str, make: Callable[[Node], Node]) -> Primitive:
        return Primitive(name, lambda value, span: make(_related(name, value, span)))

    def linearisations(value: Value, span: Span) -> Value:
        return _linearisations(known, value, span)

    made = [
        end("domain", build.domain),
        end("range", build.range),
        end(DIFFERENT_VALUES, lambda pairs: build.intersection((pairs, known.relation(DIFFERENT_VALUES)))),
        Primitive("partition", lambda value, span: Partition(argument(value, span))),
        Primitive("classes-loc", lambda value, span: Partition(argument(value, span))),
        Primitive("linearisations", linearisations),
        Primitive("generate_orders", linearisations),
        Primitive("generate_cos", lambda value, span: Orders(argument(value, span))),
        Primitive("co_locs", lambda value, span: _co_locs(known, value, span)),
        Primitive("tag2events", lambda value, span: _tag2events(known, value, span)),
        Primitive("cross", lambda value, span: _cross(known, value, span)),
        *(Primitive(name, lambda _, __: build.empty) for name in ("same-oa", "at-least-one-writable")),
        Primitive("inter_transitive", lambda _, __: build.empty),
    ]
    return {function.name: function for function in made}


def argument(value: Value, span: Span) -> Node:
    """A value that has to be a set of events or a relation; raises InputError for another one."""
    if isinstance(value, Node):
        return value
    raise InputError(f"a set or a relation is wanted here, not {describe(value)}", span)


def items(value: Value, span: Span) -> tuple[Value, ...]:
    """The elements of a set of values; raises UnsupportedError for a set of events."""
    if isinstance(value, ValueSet):
        return value.items
    if isinstance(value, Node) and value.op == "empty":
        return ()
    raise UnsupportedError(f"going through the elements of {describe(value)} is not supported", span)


def _related(name: str, value: Value, span: Span) -> Node:
    """The argument of `domain` and `range`."""
    node = argument(value, span)
    if not node.is_a(False):
        raise InputError(f"'{name}' wants a relation, and this is a set", span, "write [S] for a relation")
    return node


def _linearisations(known: BuiltIn, value: Value, span: Span) -> Value:
    """`linearisations(S, r)` and `generate_orders(S, r)`: for S = W these are the coherence orders."""
    match value:
        case (Node() as members, Node() as partial) if members is known.build.base("W", True):
            return Orders(partial)
    raise UnsupportedError("linearisations are supported for the writes (W) only", span)


def _co_locs(known: BuiltIn, value: Value, span: Span) -> Value:
    match value:
        case (Node() as partial, Partition(members)):
            return _linearisations(known, (members, partial), span)
    raise InputError("co_locs wants a relation and a partition of a set", span)


def _tag2events(known: BuiltIn, value: Value, span: Span) -> Value:
    if isinstance(value, TagValue):
        return known.tagged(value.name)
    raise InputError(f"a tag is wanted here, not {describe(value)}", span)


def _cross(known: BuiltIn, value: Value, span: Span) -> Value:
    """`cross`: one relation from each set, united."""
    if isinstance(value, Orders):
        return value
    combined: list[Node] = [known.build.empty]
    for choices in items(value, span):
        options = [argument(item, span) for item in items(choices, span)]
        combined = [known.build.union((left, right)) for left in combined for right in options]
    return ValueSet(tuple(combined))
