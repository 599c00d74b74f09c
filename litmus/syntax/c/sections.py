"""The sections of a C test: header, initial state, threads, question.

    C MP                                 name, then a comment, perhaps with `Result: Never`
    { int x = 1; atomic_t a; }           initial state (litmus.syntax.assembly.initial)
    P0(int *x) { WRITE_ONCE(*x, 1); }    threads
    exists (x=1)                         the question (litmus.syntax.question.condition)

`(* *)` comments may be anywhere but in threads, where `(*x)` is C; `//` and `/* */` comments anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from litmus.errors import InputError
from litmus.source import Source
from litmus.syntax.assembly.frame import blank_comments

_HEADER = re.compile(r"\s*C[ \t]+(?P<name>[^\s(\"{;]+)")
_OUTSIDE = re.compile(r'(?P<open>\(\*)|//[^\n]*|/\*.*?\*/|"[^"\n]*"|(?P<brace>[{}])', re.S)
_INSIDE = re.compile(r"(?P<open>\(\*)|(?P<close>\*\))")
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.S)
_THREAD = re.compile(r"\s*(?:(?:static|inline|void)\s*\*?\s*)*\bP(?P<index>\d+)\s*(?=\()")

_BRACKETS = {"()": re.compile(r"[()]"), "{}": re.compile(r"[{}]")}


@dataclass(frozen=True, slots=True)
class ThreadText:
    """A thread as written: its parameters and its body without brackets, and where they begin in the source."""

    index: int
    at: int
    parameters: str
    parameters_at: int
    body: str
    body_at: int


@dataclass(frozen=True, slots=True)
class Sections:
    """The sections of a test.  In `initial` (up to the closing brace) and `question` comments are blank.

    `header` is as written, comments included; `initial_at` is where the initial state begins, after its brace, in both
    `initial` and the source; `question_at` is where `question` begins in the source.
    """

    name: str
    header: str
    initial: str
    initial_at: int
    threads: tuple[ThreadText, ...]
    question: str
    question_at: int


def split(source: Source) -> Sections:
    """The sections of a test; raises InputError where one is missing or does not end."""
    opening, closing = _initial(source)
    start = blank(source, source.text[:closing])
    header = _HEADER.match(start)
    if not header:
        raise InputError("expected 'C' and a name", source.span(0), "begin the test like 'C MP'")
    code = _blank_c(source.text)
    threads = tuple(_threads(source, code, closing + 1))
    end = threads[-1].body_at + len(threads[-1].body) + 1 if threads else closing + 1
    if not threads:
        at = end + len(code[end:]) - len(code[end:].lstrip())
        raise InputError("this test has no threads, expected 'P0'", source.span(at), "write 'P0(int *x) { ... }'")
    return Sections(
        header["name"], source.text[:opening], start, opening + 1, threads, blank(source, source.text[end:]), end
    )


def blank(source: Source, text: str) -> str:
    """The text with its comments of all kinds turned into spaces."""
    return _blank_c(blank_comments(source, text))


def _blank_c(text: str) -> str:
    """The text with its C comments turned into spaces."""
    return _COMMENT.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text) if "/" in text else text


def _initial(source: Source) -> tuple[int, int]:
    """Where the braces of the initial state are."""
    opening = depth = -1
    for brace in _braces(source.text):
        if opening < 0:
            opening, depth = brace.start(), 0
        depth += 1 if brace[0] == "{" else -1
        if depth <= 0:
            return opening, brace.start()
    if opening < 0:
        raise InputError("no initial state, expected '{'", source.span(0), "write '{ }' before the threads")
    raise InputError("the initial state does not end, expected '}'", source.span(opening), "add '}'")


def _braces(text: str) -> Iterator[re.Match[str]]:
    """The braces outside comments and quotes."""
    at = depth = 0
    while mark := (_INSIDE if depth else _OUTSIDE).search(text, at):
        at = mark.end()
        if mark["open"]:
            depth += 1
        elif depth:
            depth -= 1
        elif mark["brace"]:
            yield mark


def _threads(source: Source, code: str, at: int) -> Iterator[ThreadText]:
    """The threads from a place on."""
    seen: set[int] = set()
    while head := _THREAD.match(code, at):
        begin, index = head.start("index") - 1, int(head["index"])
        if index in seen:
            raise InputError(f"there are two threads P{index}", source.span(begin, head.end()), "number them P0, P1")
        seen.add(index)
        closing = _partner(source, code, head.end(), "()")
        brace = closing + 1 + len(code[closing + 1 :]) - len(code[closing + 1 :].lstrip())
        if code[brace : brace + 1] != "{":
            raise InputError(f"expected '{{' after the parameters of P{index}", source.span(brace), "add '{'")
        at = _partner(source, code, brace, "{}") + 1
        first, body = head.end() + 1, brace + 1
        yield ThreadText(index, begin, code[first:closing], first, code[body : at - 1], body)


def _partner(source: Source, code: str, opening: int, brackets: str) -> int:
    """Where the bracket at a place is closed."""
    depth = 0
    for mark in _BRACKETS[brackets].finditer(code, opening):
        depth += 1 if mark[0] == brackets[0] else -1
        if not depth:
            return mark.start()
    raise InputError(f"this '{brackets[0]}' is not closed", source.span(opening), f"add '{brackets[1]}'")
