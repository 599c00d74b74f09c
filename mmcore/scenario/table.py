"""The answers to a scenario: one for each variant and model, as a table or as JSON lines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from litmus import Answer, Verdict
from litmus.report.json import line
from mmcore.scenario.scenario import Scenario, Variant


@dataclass(frozen=True, slots=True)
class Cell:
    """The answer of one model to one variant: a verdict, or why there is none; and the observation expected, if any."""

    scenario: Scenario
    variant: Variant
    model: str
    verdict: Verdict | None = None
    reason: str | None = None

    @property
    def expected(self) -> str | None:
        """The observation that the scenario expects."""
        return self.variant.expected.get(self.model)

    @property
    def as_expected(self) -> bool | None:
        """Whether the observation is the expected one; None without an expectation or an answer."""
        if self.expected is None or self.verdict is None or self.verdict.observation is None:
            return None
        return self.verdict.observation == self.expected

    def text(self) -> str:
        """The answer in a word, and the expectation where it differs."""
        if self.verdict is None:
            return "-"
        found = self.verdict.observation or "undecided"
        return f"{found} (expected {self.expected})" if self.as_expected is False else found

    def json(self) -> str:
        """One line, as `litmus check -o json` writes it, with `scenario` and `variant`."""
        name = f"{self.scenario.name}-{self.variant.name}"
        answer = Answer(path="", test=name, arch="c", model=self.model, verdict=self.verdict, uncompiled=self.reason)
        expected = {None: None, "Never": "forbidden", "Sometimes": "allowed", "Always": "always"}[self.expected]
        found: dict[str, Any] = {"scenario": self.scenario.name, "variant": self.variant.name, **line(answer)}
        found |= {"path": None, "expected": expected, "as_expected": self.as_expected}
        return json.dumps(found, ensure_ascii=False)


def table(scenario: Scenario, models: Sequence[str], rows: Sequence[Sequence[Cell]]) -> Iterator[str]:
    """The lines of a scenario's answers: a row for each variant, a column for each model."""
    yield f"{scenario.name}: {scenario.title}"
    yield f"bad: {scenario.bad}"
    lines = [("variant", *models), *((cells[0].variant.name, *(cell.text() for cell in cells)) for cells in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for words in lines:
        yield "  " + "  ".join(word.ljust(width) for word, width in zip(words, widths, strict=True)).rstrip()
    yield from _notes([cell for cells in rows for cell in cells])


def _notes(cells: Sequence[Cell]) -> Iterator[str]:
    """Why cells are empty or undecided, and whether a loop was cut, each said once."""
    found = [f"{cell.model}: {cell.reason}" for cell in cells if cell.reason]
    for cell in cells:
        if cell.verdict and cell.verdict.undecided:
            found.append(f"{cell.variant.name} under {cell.model}: undecided, {cell.verdict.undecided}")
        if cell.verdict and cell.verdict.bounded:
            found.append(f"{cell.variant.name}: a loop was cut")
    yield from (f"  {note}" for note in dict.fromkeys(found))
