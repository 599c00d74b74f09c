"""Answers as a text that can be read back, so that a run can print what an earlier one found.

JSON: a tuple is a list, an object of one of our classes has its name under the key `""`.  The text of the test and
its path are left out: the reader has the test, which may have moved.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

from litmus.judge import Access, Flagged
from litmus.program import And, Compare, Condition, Instruction, MemoryAt, Not, Or, Pointer, RegisterAt
from litmus.source import Source, Span
from litmus.verdict import Answer, Verdict

_CLASSES: Mapping[str, Callable[..., Any]] = {
    c.__name__: c
    for c in (Access, And, Answer, Compare, Condition, Flagged, Instruction, MemoryAt, Not, Or, Pointer, RegisterAt,
              Source, Span, Verdict)
}  # fmt: skip
_CLASS = ""
"""The key of the name of a class; nothing that a test can name is empty."""

_LEFT_OUT: dict[type, dict[str, Any]] = {
    Answer: {"path": ""},
    Verdict: {"path": "", "witnesses": ()},
    Instruction: {"operations": ()},
}
"""What is not kept: paths, and what no report shows."""


def written(answers: Sequence[Answer], source: Source) -> str:
    """The text of the answers to the test in a source."""
    return json.dumps([_plain(answer, source) for answer in answers], ensure_ascii=False)


def read_back(text: str, path: str, source: Source) -> tuple[Answer, ...] | None:
    """The answers that `written` made a text of, to the same test at a path; None for a text that is not one."""
    reader = _Reader(source)
    try:
        found = reader.tuples(json.loads(text, object_hook=reader.made))
    except (ValueError, TypeError, KeyError):
        return None
    if not isinstance(found, tuple) or not all(isinstance(answer, Answer) for answer in found):
        return None
    return tuple(_at(path, answer) for answer in found)


def _plain(value: Any, source: Source) -> Any:
    """A value as JSON can say it."""
    if isinstance(value, Source) and value.text == source.text:
        return None
    if is_dataclass(value):
        kept = {field.name: getattr(value, field.name) for field in fields(value)} | _LEFT_OUT.get(type(value), {})
        return {_CLASS: type(value).__name__} | {name: _plain(item, source) for name, item in kept.items()}
    if isinstance(value, Mapping):
        return {key: _plain(item, source) for key, item in value.items()}
    return [_plain(item, source) for item in value] if isinstance(value, tuple) else value


def _at(path: str, answer: Answer) -> Answer:
    """The answer to a test at a path."""
    return replace(answer, path=path, verdict=answer.verdict and replace(answer.verdict, path=path))


@dataclass(frozen=True, slots=True)
class _Reader:
    """Makes our objects of JSON's, with places in a source."""

    source: Source

    def made(self, found: dict[str, Any]) -> Any:
        """An object of one of our classes, or a mapping."""
        named = {key: self.tuples(value) for key, value in found.items()}
        if _CLASS not in named:
            return named
        chosen = _CLASSES[named.pop(_CLASS)]
        if chosen is Span and named["source"] is None:
            named["source"] = self.source
        return chosen(**named)

    def tuples(self, value: Any) -> Any:
        """A list, and the lists in it, as tuples."""
        return tuple(map(self.tuples, value)) if isinstance(value, list) else value
