"""Front ends: the text of a test, in any of its languages, to a Program.

The first word of a test names its language; each language is a module of this package, imported when needed.
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import import_module

from litmus.errors import InputError
from litmus.program import LANGUAGES as ROWS
from litmus.program import Expectation, Program
from litmus.source import Source
from litmus.syntax import reading

__all__ = [
    "LANGUAGES", "aarch64", "arm", "assembly", "c", "cat", "native", "parse", "ppc", "question", "reading", "riscv",
    "x86",
]  # fmt: skip

LANGUAGES = {word: row.name for row in ROWS.values() for word in row.words}
"""The first word of a test to the module with its `parse(source)`."""

_FIRST_WORD = re.compile(r"(?:\s|\(\*.*?\*\)|//[^\n]*|/\*.*?\*/|#[^\n]*)*([\w-]*)", re.S)

_NATIVE_WORDS = ("shared", "thread", "exists", "forall", "never")
_C_THREAD = re.compile(r"^\s*(?:void\s+)?P\d+\s*\(", re.M)


def parse(source: Source, macros: Source | None = None) -> Program:
    """The program that a test is; raises InputError with the place of the first mistake.

    A test that expects two different things of one model is a mistake.

    `macros`: a file that says what the primitives of C tests mean (the kernel's `linux-kernel.def`).
    """
    match = _FIRST_WORD.match(source.text)
    word = match[1] if match else ""
    if word not in LANGUAGES:
        raise _unknown(source, word, match.start(1) if match else 0)
    language = import_module(f"litmus.syntax.{LANGUAGES[word]}.front")
    program: Program = language.parse(source) if macros is None or word != "C" else language.parse(source, read(macros))
    _check_expectations(program)
    return program


@lru_cache(maxsize=64)
def read(macros: Source) -> object:
    """The macros of a file, read once."""
    return import_module("litmus.syntax.c.macros").read(macros)


def _check_expectations(program: Program) -> None:
    """Refuses a second expectation of one model that is another one."""
    known: dict[str, Expectation] = {}
    for expectation in program.expectations:
        first = known.setdefault(expectation.model, expectation)
        if first.verdict != expectation.verdict:
            where = f" in line {first.span.line}" if first.span else ""
            message = f"{expectation.model} is expected to be {expectation.verdict}, and {first.verdict}{where}"
            raise InputError(message, expectation.span, "keep one of the two")


def _unknown(source: Source, word: str, at: int) -> InputError:
    """The error at a first word that names no language."""
    known = ", ".join(f"'{name}'" for name in LANGUAGES)
    shown = f"unknown language '{word}'" if word else "this is not a litmus test"
    hint = reading.suggestion(word, LANGUAGES) or _missing_header(source.text, word)
    return InputError(f"{shown}, expected one of {known}", source.span(at, at + max(1, len(word))), hint)


def _missing_header(text: str, word: str) -> str:
    """What to begin a text with that begins with no language."""
    if word in _NATIVE_WORDS:
        return "begin a test in the native language with a line 'litmus NAME'"
    if _C_THREAD.search(text):
        return "begin a C test with a line 'C NAME'"
    return "begin the test with its language and its name, as in 'X86 SB'"
