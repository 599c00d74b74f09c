"""The text of a question to its tree: quickly where that can be, else by the grammar `condition.lark`.

What the rules of the grammar make is in `litmus.syntax.question.transformer`.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING

from litmus.errors import InputError
from litmus.source import Source
from litmus.syntax import reading
from litmus.syntax.question.condition_tree import Written
from litmus.syntax.question.quick import quickly

if TYPE_CHECKING:
    from lark import Lark


def read(source: Source, text: str, offset: int) -> Written:
    """The question `text`, which stands at `offset` in `source`; mentions have their places in `text`."""
    try:
        return _remembered(text)
    except InputError:
        return by_grammar(source, text, offset)


@lru_cache(maxsize=4096)
def _remembered(text: str) -> Written:
    return quickly(text) or by_grammar(Source("condition", text), text, 0)


def by_grammar(source: Source, text: str, offset: int) -> Written:
    """The question, read by the grammar; raises InputError with the place of the first mistake."""
    written = reading.parse(_parser(), source, text, offset)
    assert isinstance(written, Written)
    return written


@cache
def _parser() -> Lark:
    """The parser, which builds its result without a tree of lark in between."""
    from litmus.syntax.question.transformer import Questions

    return reading.parser("condition", transformer=Questions())
