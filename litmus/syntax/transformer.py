"""From rules of a grammar to trees of ours: the base of the transformers that run inside lark's parsers.

The modules that derive from it import lark, and so are imported only when a text has to be parsed.
"""

from __future__ import annotations

from typing import Any, TypeVar

from lark import Transformer

from litmus.errors import InternalError

Result = TypeVar("Result")


class Rules(Transformer[Any, Result]):
    """A method for each rule of a grammar, under the rule's name; a rule without a method is a fault of ours."""

    def __default__(self, data: Any, children: list[Any], meta: Any) -> Any:
        raise InternalError(f"the rule '{data}' of the grammar has no method")
