"""The registers of a C thread, before and after it is compiled: which names it assigns, which it reads first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from litmus.native import tree as ast
from litmus.syntax import c_tree as tree


def assigned(node: object) -> Iterator[str]:
    """The names that a part of a thread declares or assigns."""
    if isinstance(node, tree.Declared):
        yield node.name
    elif isinstance(node, tree.Assigned | tree.Stepped) and isinstance(node.target, tree.Name):
        yield node.target.name
    elif isinstance(node, tree.Prefixed) and node.op in ("++", "--") and isinstance(node.argument, tree.Name):
        yield node.argument.name
    for part in _parts(node):
        yield from assigned(part)


def _parts(node: object) -> tuple[object, ...]:
    """The direct parts of a node of either tree."""
    if isinstance(node, tuple):
        return node
    known = isinstance(node, tree.Expression | tree.Statement | ast.Node)
    return tuple(getattr(node, field.name) for field in fields(node)) if known else ()  # type: ignore[arg-type]


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
