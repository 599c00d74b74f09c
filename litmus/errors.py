"""The errors of litmus: one tree, each with a message, a place and a hint.

`LitmusError` is the user's fault (bad input, an unknown model, a refused feature): the command line prints
it and exits with 2.  `InternalError` is ours: a bug, named as such, with the test that shows it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NoReturn, Protocol


class Place(Protocol):
    """Where an error is: a `litmus.source.Span`, seen from below."""

    def describe(self) -> str:
        """`file:line:column`, counted from 1."""
        ...

    def excerpt(self) -> str:
        """The source line and a caret line under it."""
        ...


class LitmusError(Exception):
    """Something the user can mend: `message` says what, `span` where, `hint` what to try."""

    def __init__(self, message: str, span: Place | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.span = span
        self.hint = hint

    def report(self) -> str:
        """The whole error for a person: place, message, excerpt with caret, hint."""
        lines = [f"{self.span.describe()}: error: {self.message}" if self.span else f"error: {self.message}"]
        if self.span:
            lines.append(self.span.excerpt())
        if self.hint:
            lines.append(f"hint: {self.hint}")
        return "\n".join(lines)


class InputError(LitmusError):
    """A test or a model that cannot be read: a syntax error, an unknown name, a wrong type."""


class UnsupportedError(InputError):
    """Well-formed input that this version refuses to answer, named (mixed-size accesses, a cat construct)."""


class UsageError(LitmusError):
    """A wrong command line or API call: an unknown model name, a file that does not exist."""


class InternalError(Exception):
    """A bug in litmus: a witness that its own model rejects, a stage whose promise is broken."""


def assert_never(value: NoReturn) -> NoReturn:
    """Ends a ladder over a closed vocabulary: mypy refuses it where a word is left over; at run time InternalError."""
    raise InternalError(f"a word that nobody expects here: {value!r}")


def close_names(name: str, known: Iterable[str], most: int = 1) -> list[str]:
    """The known names that are most like a misspelt one, best first; none where none is like it."""
    from difflib import get_close_matches  # only mistakes pay for it

    return get_close_matches(name, list(known), most)
