"""How every language is read: grammars from package data, parsers built once, lark's errors as ours.

Lark is imported only when a text has to be parsed; what the rules of a grammar make of it is in modules named
`transformer`, on the base `litmus.syntax.transformer`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

from litmus.errors import InputError, close_names
from litmus.files.store import user_folder
from litmus.source import Source

if TYPE_CHECKING:
    from lark import Lark, Token, Transformer, Tree, UnexpectedInput

MOST_TO_TRY = 3
"""No more than this many expected things are a hint."""

MOST_NAMED = 8
"""No more than this many expected things are listed in a message."""

CONTEXT_FREE = frozenset({"cat"})
"""The grammars whose words are the same everywhere in a text.  One regular expression finds them all; the others need
one for each set of words that may follow, which take a millisecond each to compile.
"""


_SIGNS = {
    "$END": "end of input", "AND": "'&&'", "OR": "'||'", "_ELSE": "'else'", "_COMMA": "','",
    "_OPENING_PARENTHESIS": "'('", "_CLOSING_PARENTHESIS": "')'", "_NEWLINE": "end of line",
    "TESTNAME": "the name of the test",
}  # fmt: skip
"""Terminals that are shown neither by their pattern nor by their name."""

_AND, _OR = ("/\\", "&&"), ("\\/", "||")
_SAME = {"&": _AND, "&&": _AND, "and": _AND, "|": _OR, "||": _OR, "or": _OR, "/\\": _AND, "\\/": _OR,
         "!": ("~",), "~": ("!",), "=": ("==",), "==": ("=",), "!=": ("<>",), ";": (",",), ",": (";",)}  # fmt: skip
"""Signs and words, and what other notations write in their place."""


@cache
def parser(grammar: str, start: str = "start", transformer: Transformer[Any, Any] | None = None) -> Lark:
    """The LALR parser of `litmus/grammar/<grammar>.lark` for the rule `start`; its trees carry positions.

    A grammar may `%import` from its neighbours: `%import .condition.value`.  With a transformer, which runs
    inside the parser, the result is what it makes of the start rule, instead of a tree.

    The tables are kept between runs (see `_kept`), as building them takes longer than checking a test.
    """
    from lark import Lark

    return Lark.open_from_package(
        "litmus",
        f"{grammar}.lark",
        ["grammar"],
        parser="lalr",
        lexer="basic" if grammar in CONTEXT_FREE else "contextual",
        start=start,
        propagate_positions=transformer is None,
        transformer=transformer,
        cache=_kept(f"{grammar}-{start}{'-tree' if transformer is None else ''}"),
    )


def _kept(name: str) -> str | bool:
    """The file in the user's cache directory for the tables of a parser; False where there can be none.

    Lark rebuilds the tables whenever the file is not of this very grammar, lark and Python, or is damaged.
    """
    folder = user_folder()
    if folder is None:
        return False
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
    except OSError:
        return False
    usable = os.access(folder, os.R_OK | os.W_OK)
    return os.path.join(folder, "{}-{}.{}".format(name, *sys.version_info)) if usable else False


def parse(parser: Lark, source: Source, text: str, offset: int = 0) -> Tree[Token]:
    """The tree of `text`, which stands at `offset` in `source`; positions in the tree count from `text`.

    Raises InputError with the place of the first bad character or word, what was expected there, and a hint.
    """
    from lark import UnexpectedInput

    try:
        return parser.parse(text)
    except UnexpectedInput as error:
        raise input_error(parser, error, source, text, offset) from None


def input_error(parser: Lark, error: UnexpectedInput, source: Source, text: str, offset: int) -> InputError:
    """A lark error on `text`, which stands at `offset` in `source`, as an error of ours."""
    found, start = _found(error, text)
    expected = _expected(parser, error)
    wanted = f", expected {_listed(expected)}" if expected else ""
    shown = f"unexpected {_quoted(found)}" if found else "unexpected end of input"
    return InputError(shown + wanted, source.span(offset + start, offset + start + max(len(found), 1)),
                      _hint(found, expected))  # fmt: skip


def _quoted(found: str) -> str:
    """What was found, for a person."""
    return "end of line" if found == "\n" else repr(found)


def number(text: str) -> int:
    """The value of a decimal or `0x` number with or without a sign."""
    return int(text, 16 if "x" in text.lower() else 10)


def suggestion(name: str, known: Iterable[str]) -> str | None:
    """`did you mean X?` for the known name most like `name`, if one is like it."""
    folded = {word.lower(): word for word in known}
    close = close_names(name.lower(), folded)
    return f"did you mean {folded[close[0]]}?" if close else None


def _found(error: UnexpectedInput, text: str) -> tuple[str, int]:
    """The word that was not expected and its offset in `text`; the empty word at the end."""
    from lark import UnexpectedToken

    if isinstance(error, UnexpectedToken) and error.token.type != "$END":
        return str(error.token).rstrip(" \t") or " ", error.token.start_pos or 0
    at = error.pos_in_stream if isinstance(error.pos_in_stream, int) and error.pos_in_stream >= 0 else len(text)
    if isinstance(error, UnexpectedToken) or at >= len(text):
        return "", len(text.rstrip())
    return _word(text, at), at


def _word(text: str, at: int) -> str:
    """The identifier-like word that begins at `at`, or the one character there."""
    end = at
    while end < len(text) and (text[end].isalnum() or text[end] in "_."):
        end += 1
    return text[at : max(end, at + 1)]


def _expected(parser: Lark, error: UnexpectedInput) -> list[str]:
    """What could have stood there, for a person: keywords and signs quoted, other terminals by their name."""
    stopped: Any = error.interactive_parser
    return sorted({_shown(parser, name) for name in stopped.accepts()})


def _shown(parser: Lark, name: str) -> str:
    """A terminal for a person: `'exists'`, `end of input`, `a register`."""
    from lark.lexer import PatternStr

    if name in _SIGNS:
        return _SIGNS[name]
    pattern = parser.get_terminal(name).pattern
    if isinstance(pattern, PatternStr):
        return f"'{pattern.value}'"
    return name.lower().replace("_", " ").strip()


def _listed(expected: list[str]) -> str:
    """The first few of the expected things, as a phrase."""
    shown = expected[:MOST_NAMED]
    if len(expected) > MOST_NAMED:
        return ", ".join(shown) + ", ..."
    return shown[0] if len(shown) == 1 else ", ".join(shown[:-1]) + " or " + shown[-1]


def _hint(found: str, expected: list[str]) -> str:
    """What to try: the expected keyword most like what was found, or the first expected thing."""
    keywords = [word.strip("'") for word in expected if word.startswith("'")]
    close = suggestion(found, keywords) if found.isidentifier() else None
    if close:
        return close
    same = next((sign for sign in _SAME.get(found, ()) if sign in keywords), None)
    if same:
        return f"write {same} for {found}"
    if not expected:
        return "check the spelling of this word"
    if expected[0] == "end of input":
        return f"remove {_quoted(found)}"
    if not found:
        return f"add {expected[0]}"
    if len(expected) > MOST_TO_TRY:
        return "up to there the text is well-formed: look at what stands just before"
    return f"replace {_quoted(found)} by {_listed(expected)}"
