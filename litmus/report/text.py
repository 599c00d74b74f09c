"""The report for people: a table with a row for each test and a column for each model, and a summary.

What a reader has to know beyond the observation stands in lines under the row: an expectation that is not
met, why a test is undecided, a loop that was cut, a flag of the model, a reordering by the compiler, and
the final states when they are asked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from litmus.report.condition import condition_text, state_text
from litmus.report.form import PLAIN, Report, Style
from litmus.verdict import Answer, Verdict

WIDEST_NAME = 48
"""Longer test names push their row to the right."""

GREEN, RED, YELLOW, DIM = "32", "31", "33", "2"

KERNEL = "lkmm"
"""The model whose promises to portable code the models of architectures have to keep."""

_EXPECTED = {
    "allowed": "expected an allowed outcome",
    "forbidden": "expected a forbidden outcome",
    "always": "expected this outcome always",
}


class Text(Report):
    """The report `-o text`.  The paths that will come set the width: most tests are named as their files."""

    advises = True

    def __init__(self, style: Style = PLAIN) -> None:
        super().__init__(style)
        self._width = min(max(map(len, ("test", *(Path(path).stem for path in style.paths)))), WIDEST_NAME)
        self._models: tuple[str, ...] = ()
        self._row: list[Answer] = []
        self._count: Counter[str] = Counter()
        self._seconds = 0.0

    def add(self, answer: Answer) -> str:
        """The row of a test and the lines under it, once its last model has answered."""
        self._row.append(answer)
        self._tally(answer)
        return self._flush() if answer.last else ""

    def finish(self) -> str:
        """What is left of the last row, and the summary."""
        return self._flush() + self._summary()

    def _flush(self) -> str:
        """The row that has been collected; a new heading where the models change."""
        row, self._row = self._row, []
        if not any(answer.verdict for answer in row):
            return ""
        models = tuple(answer.model or "" for answer in row)
        heading = self._heading(models) if models != self._models else []
        return "".join(f"{line.rstrip()}\n" for line in (*heading, self._line(row), *self._notes(row)))

    def _heading(self, models: tuple[str, ...]) -> list[str]:
        """The names of the columns, after an empty line unless it is the first heading."""
        blank = [""] if self._models else []
        self._models = models
        return [*blank, "  ".join(("test".ljust(self._width), *(model.ljust(_column(model)) for model in models)))]

    def _line(self, row: list[Answer]) -> str:
        """The observations of one test."""
        name = (row[0].test or row[0].path).ljust(self._width)
        broken = _broken(row)
        return "  ".join((name, *(self._cell(answer, answer in broken) for answer in row)))

    def _cell(self, answer: Answer, broken: bool) -> str:
        """An observation, and whether it is the expected one; `!` if the model breaks a promise of the kernel's."""
        text, color = ("-", DIM) if answer.uncompiled is not None else _cell(answer.verdict)
        text, color = (f"{text} !", RED) if broken else (text, color)
        return self._paint(text, color) + " " * (_column(answer.model or "") - len(text))

    def _notes(self, row: list[Answer]) -> Iterator[str]:
        """The lines under a row."""
        yield from (f"    - {models}: {reason}" for models, reason in _uncompiled(row))
        if broken := _broken(row):
            yield f"    ! {', '.join(str(a.model) for a in broken)}: allows what {KERNEL} forbids"
        for answer in row:
            if answer.verdict:
                yield from (f"    {answer.model}: {note}" for note in notes(answer.verdict))
                if self._style.states:
                    yield from (f"    {line}" for line in _state_lines(answer, answer.verdict))

    def _paint(self, text: str, color: str) -> str:
        """The text in a colour, if colours are on."""
        return f"\x1b[{color}m{text}\x1b[0m" if self._style.color and color else text

    def _tally(self, answer: Answer) -> None:
        """Counts one answer for the summary."""
        self._count["tests"] += answer.last
        self._count["errors"] += answer.problem is not None
        if answer.verdict:
            self._seconds += answer.verdict.seconds
            self._count[answer.verdict.observation or "undecided"] += 1
            self._count[str(answer.verdict.as_expected)] += 1

    def _summary(self) -> str:
        """One line: how many tests, verdicts, disagreements, errors."""
        count = self._count
        seen = [f"{count[name]} {name}" for name in ("Never", "Sometimes", "Always", "undecided") if count[name]]
        parts = [_plural(count["tests"], "test"), *([", ".join(seen)] if seen else [])]
        if count["True"] or count["False"]:
            wrong = self._paint(f"{count['False']} WRONG", RED) if count["False"] else "0 wrong"
            parts.append(f"{count['True']} as expected, {wrong}")
        if count["errors"]:
            parts.append(self._paint(_plural(count["errors"], "error"), RED))
        return ("\n" if self._models else "") + "; ".join((*parts, f"{self._seconds:.2f} s")) + "\n"


def _column(model: str) -> int:
    """The width of a column: a whole `Sometimes WRONG` fits."""
    return max(len(model), len("Sometimes WRONG"))


def _broken(row: list[Answer]) -> list[Answer]:
    """The answers that allow an outcome of the condition's proposition that the kernel's model forbids."""
    promised = next((a.verdict.observation for a in row if a.model == KERNEL and a.verdict), None)
    if promised not in ("Never", "Always"):
        return []
    return [a for a in row if a.verdict and a.verdict.observation not in (None, promised)]


def _uncompiled(row: list[Answer]) -> Iterator[tuple[str, str]]:
    """The models for which a test could not be compiled, by reason."""
    for reason in dict.fromkeys(answer.uncompiled for answer in row if answer.uncompiled is not None):
        yield ", ".join(str(answer.model) for answer in row if answer.uncompiled == reason), reason


def _plural(number: int, noun: str) -> str:
    """`1 test`, `2 tests`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _cell(verdict: Verdict | None) -> tuple[str, str]:
    """The text of a cell and its colour (empty: none)."""
    if verdict is None:
        return "error", RED
    if verdict.observation is None:
        return "undecided", YELLOW
    if verdict.as_expected is None:
        return verdict.observation, ""
    if verdict.as_expected:
        return f"{verdict.observation} ok", GREEN
    return f"{verdict.observation} WRONG", RED


def notes(verdict: Verdict) -> Iterator[str]:
    """What a reader has to know beyond the observation."""
    if verdict.as_expected is False and verdict.expected:
        yield f"{_EXPECTED[verdict.expected]}, found {verdict.machine}"
    if verdict.observation is None:
        yield f"undecided: {verdict.undecided or 'no reason given'}"
    if verdict.bounded:
        yield "a loop was cut at the unrolling bound: outcomes that need more rounds are not seen (--unroll)"
    yield from (f"flag: {flag.describe()}" for flag in verdict.flagged)
    yield from verdict.advice
    if verdict.compiler_only:
        yield "possible only after reordering by the compiler" + _reordered(verdict.reordered)
    elif verdict.machine != verdict.observation:
        yield f"without reordering by the compiler: {verdict.machine}"


def _reordered(program: str | None) -> str:
    """The reordered program, indented."""
    return ":\n" + "\n".join(f"        {line}" for line in program.rstrip().splitlines()) if program else ""


def _state_lines(answer: Answer, verdict: Verdict) -> Iterator[str]:
    """The final states, those that satisfy the proposition marked with `*`."""
    condition = answer.condition
    asked = f", {condition_text(condition)}" if condition else ""
    holds = "" if verdict.holds is None else " holds" if verdict.holds else " does not hold"
    yield f"{answer.model}: {_plural(len(verdict.states), 'state')}{asked}{holds}"
    for state, hit in zip(verdict.states, verdict.satisfying, strict=True):
        yield f"  {'*' if hit else ' '} {state_text(state)}"
