"""C expressions: text to syntax tree, by the grammar `c.lark`, each distinct text once.

What the rules of the grammar make is in `litmus.syntax.c.transformer`.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING

from litmus.source import Source
from litmus.syntax import reading
from litmus.syntax.c.tree import Expression

if TYPE_CHECKING:
    from lark import Lark


@lru_cache(maxsize=16384)
def expression(text: str) -> Expression:
    """The expression that `text` is; places count from its start.

    Raises InputError with a span in a source that is `text` alone.
    """
    found = reading.parse(_parser(), Source("C", text), text)
    assert isinstance(found, Expression)
    return found


@cache
def _parser() -> Lark:
    from litmus.syntax.c.transformer import Expressions

    return reading.parser("c", "sequence", Expressions())
