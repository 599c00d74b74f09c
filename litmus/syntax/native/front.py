"""The native litmus language (docs/language.md): text to Program, by way of its syntax tree."""

from __future__ import annotations

from typing import Any

from litmus.errors import InputError
from litmus.program import Program
from litmus.source import Source
from litmus.syntax import reading
from litmus.syntax.native.builder import build
from litmus.syntax.native.names import check
from litmus.syntax.native.translate import translate
from litmus.syntax.native.tree import Test


def parse(source: Source) -> Program:
    """The Program of a native test, `arch` "native" and `syntax` its tree.

    Raises InputError, with the place, on a syntax error, an undeclared name or a misused ordering.
    """
    return translate(tree(source), source)


def tree(source: Source) -> Test:
    """The checked syntax tree of a native test; raises InputError as `parse` does."""
    built = build(_parsed(source), source)
    check(built)
    return built


def _parsed(source: Source) -> Any:
    """Lark's tree of a native test."""
    try:
        return reading.parse(reading.parser("native"), source, source.text)
    except InputError as error:
        from litmus.syntax.native.hints import explained

        raise explained(error, source) from None
