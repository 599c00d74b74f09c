"""Logs of other runs and other tools: which final states each test had.

Three forms, told apart by their text: our own JSON lines; the logs of herd7 (and our `-o herd`), where the lines after
`States N` are states; the logs of litmus7, where a machine has counted them:

    Test SB Allowed
    Histogram (2 states)
    40    *>0:EAX=0; 1:EAX=0;
    499923:>0:EAX=1; x=1;
    ...
    Observation SB Sometimes 40 499923
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from litmus.errors import InputError, UsageError
from litmus.files import STDIN, SUFFIX
from litmus.report import state_text
from litmus.source import Source

_TEST = re.compile(r"Test\s+(\S+)(?:\s+\w+)?\s*$")
_STATES = re.compile(r"(?:States|Histogram)(?:\s+\(?(\d+)(?:\s+states)?\s*\)?)?\s*$")
_COUNTED = re.compile(r"\s*\d+\s*[:*]>")
_END = re.compile(r"(?:Loop\s+)?(?:Ok|No|Undef|Succeeded|Failed|\?\?)\s*$")
_OBSERVATION = re.compile(r"Observation\s+(\S+)\s+(Never|Sometimes|Always)\b")
_MEMORY = re.compile(r"\[(.*)\]$")


@dataclass(slots=True)
class Entry:
    """What a log says of one test.

    `states`: the final states, each as text (`0:EAX=0; x=1;`); None where the log does not list them.  `model`,
    `observation`: None where the log does not say.  `undecided`: why there is no answer, if there is none.
    """

    test: str
    model: str | None = None
    states: frozenset[str] | None = None
    observation: str | None = None
    undecided: str | None = None


def read_log(path: str) -> tuple[Entry, ...]:
    """The tests of a log, in order; `-` is standard input.

    Raises UsageError if there is no such file, InputError if it holds no tests, ends inside one, or has a line that
    cannot be.
    """
    source = Source("<stdin>" if path == STDIN else path, _text(path))
    entries = tuple(_from_json(source) if source.text.lstrip().startswith("{") else _Reader(source).entries())
    if not entries:
        raise InputError(f"no test in the log {source.name}", hint="a log is what `litmus check -o json` or `-o herd`, "
                         "herd7 or litmus7 prints")  # fmt: skip
    return entries


def _text(path: str) -> str:
    """The text of a file."""
    try:
        data = sys.stdin.buffer.read() if path == STDIN else Path(path).read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"cannot read {path!r}: {reason}", hint="give two logs, or - for standard input") from None
    return data.decode("utf-8", "replace").replace("\r\n", "\n")


# --- JSON lines -----------------------------------------------------------------------------------------


def _from_json(source: Source) -> Iterator[Entry]:
    """The entries of our own JSON lines."""
    offset = 0
    for line in source.text.splitlines(keepends=True):
        if line.strip():
            try:
                yield _from_object(json.loads(line))
            except (ValueError, KeyError, TypeError, AttributeError):
                raise InputError("this is no line of `litmus check -o json`", source.span(offset, offset + len(line)),
                                 "compare whole logs") from None  # fmt: skip
        offset += len(line)


def _from_object(found: dict[str, Any]) -> Entry:
    """The entry of one line; raises KeyError, TypeError or AttributeError for another object."""
    states = found["states"]
    undecided = found.get("error", found["undecided"])
    return Entry(
        test=_name(str(found["test"] if found["test"] is not None else found["path"])),
        model=found["model"],
        states=None if states is None else frozenset(state_text(_normal(state)) for state in states),
        observation=found["observation"],
        undecided="an error" if undecided is None and found["observation"] is None else undecided,
    )


# --- logs of herd7 and litmus7 --------------------------------------------------------------------------


@dataclass(slots=True)
class _Reader:
    """Reads a log line by line."""

    source: Source
    offset: int = 0
    entry: Entry | None = None
    announced: int | None = None
    found: list[str] = field(default_factory=list)
    listing: bool = False

    def entries(self) -> Iterator[Entry]:
        """All entries."""
        for line in self.source.text.splitlines(keepends=True):
            test = None if self.listing else _TEST.match(line)
            if test:
                yield from self._finished()
                self.entry = Entry(_name(test[1]))
            elif self.entry:
                self._line(line.rstrip("\n"), self.entry)
            self.offset += len(line)
        if self.listing:
            raise self._error("the log ends inside a list of states", "run the test again")
        yield from self._finished()

    def _line(self, line: str, entry: Entry) -> None:
        """One line of a test."""
        if self.listing:
            self._listed(line, entry)
        elif states := _STATES.match(line):
            self.announced, self.listing, self.found = int(states[1]) if states[1] else None, True, []
        elif seen := _OBSERVATION.match(line):
            entry.observation = seen[2]

    def _listed(self, line: str, entry: Entry) -> None:
        """One line in the list of states, or the one after it."""
        counted = _COUNTED.match(line)
        if _END.match(line):
            self._check_number()
            entry.states, self.listing = frozenset(self.found), False
        elif counted or "=" in line or not line.strip() or ";" in line:
            self.found.append(_canonical(line[counted.end() :] if counted else line))
        else:
            raise self._error("expected a final state, or Ok or No after the last one", "run the test again")

    def _check_number(self) -> None:
        """Refuses a list with fewer or more states than announced."""
        if self.announced is not None and self.announced != len(self.found):
            raise self._error(f"{self.announced} states are announced, {len(self.found)} are listed", "run it again")

    def _finished(self) -> Iterator[Entry]:
        """The entry that has been read, if it has an answer."""
        if self.entry and (self.entry.states is not None or self.entry.observation is not None):
            yield self.entry

    def _error(self, message: str, hint: str) -> InputError:
        return InputError(message, self.source.span(self.offset, self.offset + 1), hint)


def _name(text: str) -> str:
    """The name of a test; herd7 leaves an ending out that some tests have in their first line."""
    return text.removesuffix(SUFFIX)


def _canonical(line: str) -> str:
    """A state as we write it."""
    parts = (part.strip().partition("=") for part in line.split(";") if part.strip())
    return state_text(_normal({name: value for name, _, value in parts}))


def _normal(state: dict[str, str]) -> dict[str, str]:
    """A state with memory as `x`, not `[x]`, and numbers as decimal ones."""
    return {_MEMORY.sub(r"\1", name.strip()): _value(value.strip()) for name, value in state.items()}


def _value(text: str) -> str:
    """A value; hexadecimal numbers as decimal ones."""
    try:
        return str(int(text, 0))
    except ValueError:
        return text
