"""JSON lines: one object an answer, with the same keys in every line, plus `error` where there is no verdict."""

from __future__ import annotations

import json
from typing import Any

from litmus.report.form import Report
from litmus.verdict import Answer, Verdict

KEYS = (
    "test", "path", "arch", "model", "kind", "observation", "holds", "states", "positive", "negative", "flags",
    "bounded", "undecided", "expected", "as_expected", "seconds",
)  # fmt: skip
"""The keys of every line, in order; each is null in a line with an `error`, unless it was known by then."""


class Json(Report):
    """The report `-o json`; every line is complete as soon as its answer is known."""

    def add(self, answer: Answer) -> str:
        """One line for the answer."""
        return json.dumps(line(answer), ensure_ascii=False) + "\n"


def line(answer: Answer) -> dict[str, Any]:
    """The object of one answer; see `KEYS`.

    A test that has no form on the model's architecture is undecided, and the reason says so.
    `states` are objects, name to value as text; null under `--verdict-only`.  `compiler_only` and `reordered` are
    there only for an outcome that needs compile-time reordering, `as_written` only under `--compiler`.
    """
    known = {"test": answer.test, "path": answer.path, "arch": answer.arch, "model": answer.model}
    found = dict.fromkeys(KEYS) | known
    if answer.verdict:
        found |= _verdict(answer.verdict)
    if answer.uncompiled is not None:
        found["undecided"] = answer.uncompiled
    if answer.problem:
        found["error"] = answer.problem.message
    return found


def _verdict(verdict: Verdict) -> dict[str, Any]:
    """The keys that come from the verdict."""
    same = ("kind", "observation", "holds", "positive", "negative", "bounded", "undecided", "expected", "as_expected")
    found: dict[str, Any] = {key: getattr(verdict, key) for key in same}
    found["states"] = [dict(state) for state in verdict.states] if verdict.states_listed else None
    found["flags"] = list(verdict.flags)
    found["seconds"] = round(verdict.seconds, 6)
    if verdict.as_written is not None:
        found["as_written"] = verdict.as_written
    if verdict.compiler_only:
        found |= {"compiler_only": True, "reordered": verdict.reordered}
    return found
