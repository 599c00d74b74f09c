"""JUnit's XML, which continuous integration systems show: a suite for each model, a case for each test.

A verdict that is not as expected is a failure.  A test that could not be read, or stays undecided, is an error:
neither passed.  A test that has no form on a model's architecture is skipped.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from litmus.report.failure import failure
from litmus.report.form import PLAIN, Report, Style
from litmus.verdict import Answer, Verdict

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

UNREADABLE = "unreadable"
"""The suite of the tests that have no answer under any model."""

_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Junit(Report):
    """The report `-o junit`: one document, printed at the end."""

    advises = True

    def __init__(self, style: Style = PLAIN) -> None:
        super().__init__(style)
        self._suites: dict[str, list[Answer]] = {}

    def add(self, answer: Answer) -> str:
        """Nothing yet: the head of the document counts all answers."""
        self._suites.setdefault(answer.model or UNREADABLE, []).append(answer)
        return ""

    def finish(self) -> str:
        """The document."""
        from xml.etree.ElementTree import Element, indent, tostring

        every = [answer for suite in self._suites.values() for answer in suite]
        root = Element("testsuites", {"name": "litmus", **_counts(every)})
        for model, answers in self._suites.items():
            suite = _child(root, "testsuite", name=model, **_counts(answers))
            for answer in answers:
                _add_case(suite, answer)
        indent(root)
        return f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(root, encoding="unicode")}\n'


def _add_case(suite: Element, answer: Answer) -> None:
    """One test under one model."""
    case = _child(
        suite, "testcase", name=answer.test or answer.path, classname=answer.model or UNREADABLE, file=answer.path,
        time=f"{_seconds(answer):.6f}", **({} if answer.line is None else {"line": str(answer.line)}),
    )  # fmt: skip
    kind, message, text = _outcome(answer)
    if kind:
        _child(case, kind, message=message).text = _clean(text)
    elif answer.verdict:
        _child(case, "system-out").text = _clean(f"Observation {answer.verdict.observation}")


def _outcome(answer: Answer) -> tuple[str, str, str]:
    """The element that says what is wrong (empty: nothing is), its message, its text."""
    if answer.uncompiled is not None:
        return "skipped", answer.uncompiled, ""
    if answer.problem:
        return "error", answer.problem.message, answer.problem.report
    verdict = answer.verdict
    if verdict is None or verdict.observation is None:
        return "error", "undecided", _text(answer, verdict)
    if verdict.as_expected is False:
        return "failure", f"expected {verdict.expected}, found {verdict.machine}", _text(answer, verdict)
    return "", "", ""


def _text(answer: Answer, verdict: Verdict | None) -> str:
    """What the text report says, for a person."""
    return failure(verdict, answer.condition, answer.path) if verdict and answer.condition else ""


def _counts(answers: Sequence[Answer]) -> dict[str, str]:
    """The attributes that count."""
    kinds = [_outcome(answer)[0] for answer in answers]
    numbers = {"tests": len(answers), "failures": kinds.count("failure"), "errors": kinds.count("error"),
               "skipped": kinds.count("skipped")}  # fmt: skip
    return {key: str(number) for key, number in numbers.items()} | {"time": f"{sum(map(_seconds, answers)):.6f}"}


def _seconds(answer: Answer) -> float:
    """The CPU time of an answer."""
    return answer.verdict.seconds if answer.verdict else 0.0


def _child(parent: Element, tag: str, **attributes: str) -> Element:
    """A new last child."""
    from xml.etree.ElementTree import SubElement

    return SubElement(parent, tag, {key: _clean(value) for key, value in attributes.items()})


def _clean(text: str) -> str:
    """The text without the characters that XML 1.0 cannot say."""
    return _NOT_XML.sub("?", text)
