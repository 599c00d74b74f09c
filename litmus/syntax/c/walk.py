"""What can be told of C threads by looking over their trees: assigned names, pointers, jumps, accesses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from litmus.syntax.c import tree as tree


def parts(node: object) -> Iterator[object]:
    """The direct parts of a node of the tree; none of anything else."""
    if isinstance(node, tuple):
        yield from node
    elif isinstance(node, tree.Expression | tree.Statement):
        for field in fields(node):
            yield getattr(node, field.name)


def assigned(node: object) -> Iterator[str]:
    """The names that a thread declares, assigns, or takes the address of."""
    if isinstance(node, tree.Declared):
        yield node.name
    elif isinstance(node, tree.Assigned | tree.Stepped) and isinstance(node.target, tree.Name):
        yield node.target.name
    elif isinstance(node, tree.Prefixed) and node.op in ("++", "--") and isinstance(node.argument, tree.Name):
        yield node.argument.name
    for part in parts(node):
        yield from assigned(part)


def elements(node: object) -> Iterator[tuple[str, int | None]]:
    """The local variables with what they point to."""
    if isinstance(node, tree.Declared):
        yield node.name, node.element
    for part in parts(node):
        yield from elements(part)


def jumps(node: object) -> Iterator[str]:
    """The jumps out of a statement; those of a loop in it stay in it."""
    if isinstance(node, tree.Jump):
        yield node.word
    inner = (word for part in parts(node) for word in jumps(part))
    yield from (word for word in inner if word == "return" or not isinstance(node, tree.Loop))


def accesses(node: object) -> bool:
    """Whether an expression has memory events, or changes a variable."""
    if isinstance(node, tree.Call | tree.Assigned | tree.Stepped | tree.Index):
        return True
    if isinstance(node, tree.Prefixed):
        if node.op == "&":
            return any(map(accesses, parts(node.argument)))
        if node.op in ("*", "++", "--"):
            return True
    return any(map(accesses, parts(node)))
