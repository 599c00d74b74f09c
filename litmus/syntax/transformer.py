"""The base of what makes a tree of ours while lark parses: one method for each rule of a grammar.

It imports lark, so a module of such methods is imported where a text has to be parsed, and not before.  The parser
calls the methods itself (`reading.parser`), so that an error of ours comes out as it is.  Where every node needs its
place and its depth, a front end walks the tree of lark from the top instead, as those of cat and of
native tests do.
"""

from __future__ import annotations

from typing import Any

from lark import Token, Transformer, Tree

__all__ = ["Rules", "place"]


class Rules(Transformer[Any, Any]):
    """Methods are named after the rules; a rule without one is a bug, but for those that lark makes of `x*`."""

    def __default__(self, data: str, children: list[Any], meta: Any) -> Tree[Any]:
        assert data.startswith("_"), f"{type(self).__name__} has no method for the rule '{data}'"
        return Tree(data, children, meta)


def place(token: Token) -> tuple[int, int]:
    """Where a token stands."""
    return token.start_pos or 0, token.end_pos or 0
