"""The frame that assembly tests of every architecture share: header, initial state, thread table, question.

    X86 SB                      architecture and name, then a description, `Key=value` lines
    { x=0; y=0; }               initial state (litmus.syntax.assembly.initial)
     P0         | P1         ;  the threads, one column each
     MOV [x],$1 | MOV [y],$1 ;  one instruction a cell, with labels (`L:`) before it
    exists (0:EAX=0)            the question (litmus.syntax.question.condition)

The module of an architecture gives a `Language` (litmus.syntax.assembly.language) with its instructions and
registers, and a `parse(source)` that calls `parse` here.  `(* comments *)` may be anywhere; what follows `<<` is
skipped.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from litmus.errors import InputError
from litmus.program import TRUE, Condition, Observable, Pointer, Program, RegisterAt, Thread
from litmus.source import Source
from litmus.syntax import reading
from litmus.syntax.assembly import initial, sizes, table
from litmus.syntax.assembly.language import Language, meaning
from litmus.syntax.question import condition

__all__ = ["Language", "blank_comments", "parse"]

_HEADER = re.compile(r"\s*(?P<arch>\w+)[ \t]+(?P<name>[^\s(\"{;]+)")
_QUOTED = re.compile(r'"[^"]*"')
_INFO = re.compile(r"^[ \t]*([A-Za-z][\w./-]*)[ \t]*=[ \t]*(.*?)[ \t]*$", re.M)
_COMMENT = re.compile(r"\(\*|\*\)")


def parse(source: Source, language: Language, text: str | None = None) -> Program:
    """The program of a test; `text`, if given, is read instead of the source's own and has its offsets.

    Raises InputError with the place of the mistake, what was expected, and a hint.
    """
    text = blank_comments(source, source.text if text is None else text)
    header = _HEADER.match(text)
    if not header:
        raise InputError("expected an architecture and a name", source.span(0), "begin the test like 'X86 SB'")
    opening, closing = _braces(source, text, header.end())
    question = condition.START.search(text, closing + 1)
    table_end = question.start() if question else _question_start(text, closing + 1)
    threads = table.columns(source, text, closing + 1, table_end, language)
    indices = [thread.index for thread in threads]
    start = initial.read(source, text, opening + 1, closing, partial(_register, source, language, indices))
    _bind(source, language, threads, start, opening)
    sizes.check([(thread.index, thread.code) for thread in threads], start.registers)
    names = _Names(source, language, threads, indices, start, table_end)
    asked = condition.parse(source, text[table_end:].split("<<", 1)[0], table_end, names.resolve)
    return Program(
        name=header["name"],
        arch=language.arch,
        threads=tuple(Thread(thread.index, tuple(thread.instructions)) for thread in threads),
        condition=_asked(source, asked, table_end),
        memory=start.memory,
        registers=start.registers,
        locations=asked.locations,
        filter=asked.filter,
        expectations=asked.expectations,
        source=source,
        info=dict(_INFO.findall(text, header.end(), opening)),
    )


def blank_comments(source: Source, text: str) -> str:
    """The text with its comments, which may nest, turned into spaces: offsets stay."""
    if "(*" not in text:
        return text
    pieces, depth, at = [], 0, 0
    for mark in _COMMENT.finditer(text):
        if mark[0] == "(*":
            if not depth:
                pieces.append(text[at : mark.start()])
                at = mark.start()
            depth += 1
        elif depth:
            depth -= 1
            if not depth:
                pieces.append(re.sub(r"[^\n]", " ", text[at : mark.end()]))
                at = mark.end()
    if depth:
        raise InputError("this comment does not end", source.span(at, at + 2), "close it with '*)'")
    return "".join((*pieces, text[at:]))


# --- sections -------------------------------------------------------------------------------------------


def _braces(source: Source, text: str, start: int) -> tuple[int, int]:
    """Offsets of the braces around the initial state: the first outside quotes, and its partner."""
    quoted = [(match.start(), match.end()) for match in _QUOTED.finditer(text, start)] if '"' in text else []
    opening = text.find("{", start)
    while opening >= 0 and any(first < opening < last for first, last in quoted):
        opening = text.find("{", opening + 1)
    if opening < 0:
        raise InputError("no initial state, expected '{'", source.span(start), "write '{ }' before the threads")
    depth = 0
    for brace in re.finditer(r"[{}]", text[opening:]):
        depth += 1 if brace[0] == "{" else -1
        if not depth:
            return opening, opening + brace.start()
    raise InputError("the initial state does not end, expected '}'", source.span(opening), "add '}'")


def _question_start(text: str, start: int) -> int:
    """Where a question without a known keyword must begin: after the last row."""
    return text.rfind(";", start) + 1 or len(text)


def _asked(source: Source, asked: condition.Question, offset: int) -> Condition:
    """The condition; a test that only shows locations asks nothing, which always holds."""
    if asked.condition:
        return asked.condition
    if asked.locations:
        return Condition("forall", TRUE)
    raise InputError("no condition, expected 'exists', '~exists', 'forall' or 'final'", source.span(offset),
                     "end the test with, for example, 'exists (x=1)'")  # fmt: skip


# --- names ----------------------------------------------------------------------------------------------


def _register(source: Source, language: Language, threads: Sequence[int], index: int, name: str, at: int) -> str:
    """The canonical register `index:name`, written at an offset."""
    if index not in threads:
        raise InputError(f"there is no thread P{index}, expected one of {', '.join(f'P{i}' for i in threads)}",
                         source.span(at), "threads count from 0")  # fmt: skip
    found = language.register(name)
    if found is None:
        sample = ", ".join(language.names[:4])
        raise InputError(f"'{name}' is no register of {language.arch}, expected a register such as {sample}",
                         source.span(at, at + len(f"{index}:{name}")),
                         reading.suggestion(name, language.names) or "check the name")  # fmt: skip
    return found


def _bind(
    source: Source, language: Language, threads: Sequence[table.Column], start: initial.Initial, offset: int
) -> None:
    """Gives the symbolic registers that the initial state names without a thread to the threads that use them."""
    for name, value in start.symbols.items():
        used = re.compile(rf"{name}\b")
        for thread in threads:
            if any(used.search(instruction.text) for instruction in thread.instructions):
                register = _register(source, language, [thread.index], thread.index, name, offset)
                start.registers.setdefault((thread.index, register), value)


@dataclass(frozen=True, slots=True)
class _Names:
    """What the names in a question stand for; each is looked up once."""

    source: Source
    language: Language
    threads: Sequence[table.Column]
    indices: Sequence[int]
    initial: initial.Initial
    offset: int
    found: dict[tuple[int | None, str, int | None], Observable] = field(default_factory=dict)

    def resolve(self, mention: condition.Mention) -> Observable:
        """The register or location that is mentioned; raises InputError if the test has no such thing."""
        key = (mention.thread, mention.name, mention.index)
        found = self.found.get(key)
        if found is None:
            found = self.found[key] = self._look_up(mention)
        return found

    def _look_up(self, mention: condition.Mention) -> Observable:
        if mention.thread is None:
            self._check_location(mention)
            return condition.memory(mention, self.initial.size(mention.name))
        at = self.offset + mention.start
        register = _register(self.source, self.language, self.indices, mention.thread, mention.name, at)
        shown = f"{mention.thread}:{register}" if self.language.canonical else mention.shown
        return RegisterAt(mention.thread, register, shown)

    def _check_location(self, mention: condition.Mention) -> None:
        """A location of the question must occur in the initial state or in the code."""
        if Pointer(mention.name) in self.initial.memory or mention.name in self.initial.names():
            return
        codes = (i.text for thread in self.threads for i in thread.instructions if i.text)
        used = {name for code in codes for name in meaning(self.language, code).locations}
        if mention.name not in used:
            known = sorted(used | self.initial.names())
            raise InputError(
                f"the test has no location '{mention.name}', expected one of {', '.join(known) or 'none'}",
                self.source.span(self.offset + mention.start, self.offset + mention.end),
                reading.suggestion(mention.name, known) or f"add '{mention.name}=0;' to the initial state",
            )
