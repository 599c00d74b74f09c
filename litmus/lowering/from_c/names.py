"""The registers of a compiled C thread: which it mentions, and which it assigns first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from litmus.syntax.native import tree as ast


def _parts(node: object) -> tuple[object, ...]:
    """The direct parts of a node."""
    if isinstance(node, tuple):
        return node
    return tuple(getattr(node, field.name) for field in fields(node)) if isinstance(node, ast.Node) else ()


def names(node: object) -> Iterator[str]:
    """The registers of native statements, in the order of mention, repetitions included."""
    if isinstance(node, ast.Register):
        yield node.name
    register = getattr(node, "register", None) if isinstance(node, ast.Node) else None
    for part in _parts(node):
        if not isinstance(part, str):
            yield from names(part)
    if isinstance(register, str):
        yield register


def settled(name: str, code: tuple[ast.Statement, ...]) -> bool:
    """Whether the first statement that mentions a register assigns it, whatever happens."""
    for statement in code:
        mentions = list(names(statement))
        if name in mentions:
            plain = isinstance(statement, ast.Compute | ast.Read | ast.Update)
            return plain and mentions.count(name) == 1 and mentions[-1] == name
    return False
