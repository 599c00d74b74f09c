"""C tests: the kernel's litmus tests (primitives of the Linux-kernel memory model) and C11 atomics.

The dialect is the field's: parameters of a thread are addresses of shared variables, other names are its registers.
Names of functions mean what a table of macros says (`litmus.syntax.c.macros`): the bundled one, or the user's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from litmus.errors import InputError
from litmus.program import (
    TRUE,
    Condition,
    Expectation,
    Expected,
    Instruction,
    Observable,
    Pointer,
    Program,
    RegisterAt,
    Thread,
)
from litmus.source import Source
from litmus.syntax import reading
from litmus.syntax.assembly import initial
from litmus.syntax.c import dialects as c_dialects
from litmus.syntax.c import locks as c_locks
from litmus.syntax.c.compile import Compiled, Dialect, Scope, compiled
from litmus.syntax.c.macros import Macros
from litmus.syntax.c.sections import Sections, ThreadText, split
from litmus.syntax.c.statement import statements
from litmus.syntax.c.written import CTest, ThreadTree
from litmus.syntax.question import condition

_RESULT = re.compile(r"\bResult:\s*(Never|Sometimes|Always)\b(?!\s*DATARACE)")
VERDICTS: dict[str, Expected] = {"Never": "forbidden", "Sometimes": "allowed", "Always": "always"}
_WRAPPED = re.compile(r"\bATOMIC_(?:VAR_)?INIT\s*\(([^()]*)\)|\(\s*(?:struct\s+)?\w+[\s*]*\)(?=\s*[\w&-])")
_PARAMETER = re.compile(
    r"\s*(?P<type>(?:[\w<>]+\s+)*?[\w<>]+\s*[*\s]*)\b(?P<name>[A-Za-z_]\w*)\s*(?P<array>\[\s*\d*\s*\])?\s*"
)


def parse(source: Source, macros: Macros | None = None) -> Program:
    """The program of a C test; `macros`, if given, come before the bundled table of the kernel, and the program's
    `notes` tell what they lack.

    Raises InputError with the place of the mistake, what was expected, and a hint.
    """
    sections = split(source)
    dialect = c_dialects.of(source.text, macros)
    indices = [thread.index for thread in sections.threads]
    start = _initial(source, sections, indices)
    sizes = tuple(sorted(start.bytes.items()))
    scopes = [_scope(source, thread, start, sizes) for thread in sections.threads]
    code = [_compiled(source, t, scope, dialect) for t, scope in zip(sections.threads, scopes, strict=True)]
    for thread, found in zip(sections.threads, code, strict=True):
        for name in found.changed:
            start.registers.setdefault((thread.index, name), Pointer(name))
    shared = start.names() | {name for scope in scopes for name in scope.parameters}
    names = _Names(source, dict(zip(indices, code, strict=True)), start, shared, sections.question_at)
    asked = condition.parse(source, sections.question, sections.question_at, names.resolve)
    threads = tuple(_thread(source, t, found) for t, found in zip(sections.threads, code, strict=True))
    return Program(
        name=sections.name,
        arch=dialect.arch,
        threads=threads,
        condition=_asked(source, asked, sections.question_at),
        memory=start.memory,
        registers=start.registers,
        locations=asked.locations,
        filter=asked.filter,
        expectations=(*asked.expectations, *_expectations(source, sections.header)),
        source=source,
        syntax=CTest(tuple(map(_tree, sections.threads, scopes, code)), dialect.macros),
        notes=tuple(_notes(sections.name, threads, code, dialect.macros)),
    )


def _notes(name: str, threads: tuple[Thread, ...], code: list[Compiled], macros: Macros) -> Iterator[str]:
    """What a reader has to know: functions that the user's table has not, locks that are not only locks."""
    for function in dict.fromkeys(function for found in code for function in found.borrowed):
        yield f"'{function}' is not in {macros.name}: it has its bundled meaning"
    for lock in c_locks.mixed(threads):
        yield f"{name}: the lock '{lock}' is also accessed by other means, of which the kernel's model says nothing"


# --- header and initial state ---------------------------------------------------------------------------


def _expectations(source: Source, header: str) -> tuple[Expectation, ...]:
    """What a `Result:` comment says of the condition under the kernel's model.

    DEADLOCK, Maybe, and results of tests with data races (`Never DATARACE`) say nothing.
    """
    match = _RESULT.search(header)
    return (Expectation("lkmm", VERDICTS[match[1]], source.span(*match.span())),) if match else ()


def _initial(source: Source, sections: Sections, indices: list[int]) -> initial.Initial:
    """The initial state; `ATOMIC_INIT(1)` and casts are taken off their values."""

    def register(index: int, name: str, at: int) -> str:
        if index not in indices:
            raise InputError(f"there is no thread P{index}, expected one of {', '.join(f'P{i}' for i in indices)}",
                             source.span(at), "threads count from 0")  # fmt: skip
        return name

    text = _WRAPPED.sub(_unwrapped, sections.initial) if "(" in sections.initial else sections.initial
    return initial.read(source, text, sections.initial_at, len(text), register)


def _unwrapped(match: re.Match[str]) -> str:
    """What stands in `ATOMIC_INIT(...)`, or nothing for a cast, as long as before."""
    if match[1] is None:
        return " " * len(match[0])
    before = match.start(1) - match.start()
    return " " * before + match[1] + " "


# --- threads --------------------------------------------------------------------------------------------


def _scope(source: Source, thread: ThreadText, start: initial.Initial, sizes: tuple[tuple[str, int], ...]) -> Scope:
    """What is known of a thread before its code is read."""
    registers = frozenset(name for index, name in start.registers if index == thread.index)
    names, wrong = _parameters(thread.parameters)
    if wrong:
        first, last = (thread.parameters_at + place for place in wrong)
        raise InputError("this is no parameter, expected the address of a shared variable, such as 'int *x'",
                         source.span(first, max(last, first + 1)), "write 'int *x'")  # fmt: skip
    return Scope(names, registers, sizes)


@lru_cache(maxsize=4096)
def _parameters(text: str) -> tuple[tuple[str, ...], tuple[int, int] | None]:
    """The names of parameters, and the place of the first one that is no pointer, if there is one."""
    names, at = [], 0
    for part in text.split(",") if text.strip() not in ("", "void") else ():
        match = _PARAMETER.fullmatch(part)
        if not match or not ("*" in match["type"] or match["array"]):
            begin = at + len(part) - len(part.lstrip())
            return (), (begin, begin + len(part.strip()))
        names.append(match["name"])
        at += len(part) + 1
    return tuple(names), None


def _compiled(source: Source, thread: ThreadText, scope: Scope, dialect: Dialect) -> Compiled:
    """The code of a thread, places counted from its body; errors are moved into the source."""
    try:
        return _remembered(f"P{thread.index}", thread.body, scope, dialect)
    except InputError as error:
        first, last = getattr(error.span, "start", 0), getattr(error.span, "end", 1)
        raise type(error)(
            error.message, source.span(thread.body_at + first, thread.body_at + last), error.hint
        ) from None


@lru_cache(maxsize=8192)
def _remembered(name: str, text: str, scope: Scope, dialect: Dialect) -> Compiled:
    return compiled(name, text, statements(text, 0, len(text)), scope, dialect)


def _thread(source: Source, thread: ThreadText, found: Compiled) -> Thread:
    """The thread with its places in the source."""
    return Thread(thread.index, tuple([_moved(source, i, thread.body_at) for i in found.instructions]))


def _tree(thread: ThreadText, scope: Scope, found: Compiled) -> ThreadTree:
    """The thread as it was written."""
    return ThreadTree(thread.index, thread.at, scope.parameters, found.body, thread.body_at)


def _moved(source: Source, instruction: Instruction, by: int) -> Instruction:
    """An instruction with its place in the source."""
    span = instruction.span
    if span is None:
        return instruction
    place = source.span(span.start + by, span.end + by)
    return Instruction(instruction.text, instruction.operations, instruction.labels, place)


# --- question -------------------------------------------------------------------------------------------


class _Names:
    """What the names in a question stand for."""

    def __init__(
        self, source: Source, threads: dict[int, Compiled], start: initial.Initial, shared: set[str], offset: int
    ) -> None:
        self.source = source
        self.threads = threads
        self.start = start
        self.shared = shared
        self.offset = offset

    def resolve(self, mention: condition.Mention) -> Observable:
        """The local variable or the location that is mentioned; raises InputError if the test has no such thing."""
        if mention.thread is None:
            self._known(mention, self.shared, f"the test has no location '{mention.name}'",
                        f"add '{mention.name}=0;' to the initial state")  # fmt: skip
            return condition.memory(mention, self.start.size(mention.name))
        if mention.thread not in self.threads:
            raise self._error(mention, f"there is no thread P{mention.thread}", "threads count from 0")
        known = self.threads[mention.thread].locals
        self._known(mention, known, f"P{mention.thread} has no local variable '{mention.name}'", "check the name")
        return RegisterAt(mention.thread, mention.name, mention.shown)

    def _known(self, mention: condition.Mention, names: frozenset[str] | set[str], message: str, hint: str) -> None:
        if mention.name not in names:
            listed = sorted(names)
            message += f", expected one of {', '.join(listed)}" if listed else ""
            raise self._error(mention, message, reading.suggestion(mention.name, listed) or hint)

    def _error(self, mention: condition.Mention, message: str, hint: str) -> InputError:
        return InputError(message, self.source.span(self.offset + mention.start, self.offset + mention.end), hint)


def _asked(source: Source, asked: condition.Question, offset: int) -> Condition:
    """The condition; a test that only shows locations asks nothing, which always holds."""
    if asked.condition:
        return asked.condition
    if asked.locations:
        return Condition("forall", TRUE)
    raise InputError("no condition, expected 'exists', '~exists' or 'forall'", source.span(offset),
                     "end the test with, for example, 'exists (x=1)'")  # fmt: skip
