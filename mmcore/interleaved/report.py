"""What `mmcore run` has found about a variant, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mmcore.interleaved.graph import Failure
from mmcore.interleaved.schedule import Taken
from mmcore.interleaved.search import Found
from mmcore.scenario import Variant

NAMES = {"bad": "the bad outcome", "misuse": "a misuse", "deadlock": "a deadlock"}


@dataclass(frozen=True, slots=True)
class Failing:
    """A failing schedule: how it fails, and its steps."""

    failure: Failure
    steps: tuple[Taken, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """A variant that was run.

    `wrong`: whether the bad outcome is expected; None where nothing is.  `stopped`: the run was interrupted.
    """

    scenario: str
    variant: str
    wrong: bool | None
    exhaustive: bool
    found: Found
    failing: tuple[Failing, ...]
    seconds: float
    stopped: bool = False

    @property
    def as_expected(self) -> bool:
        """Whether a wrong variant showed its bad outcome, and any other nothing."""
        if self.wrong is None:
            return True
        return "bad" in self.found.failing if self.wrong else not self.found.failing

    @property
    def undecided(self) -> bool:
        """Whether nothing failed, and an exhaustive search did not see everything, or every schedule was cut."""
        found = self.found
        return not found.failing and (not found.complete if self.exhaustive else found.given_up == found.schedules > 0)


def wrong(variant: Variant) -> bool | None:
    """Whether some schedule must reach the bad outcome of a variant; None if its expectations do not say.

    What the kernel's model forbids happens in no schedule.  (The bare model `sc` knows no grace periods.)
    """
    if "Never" in (variant.expected.get("sc"), variant.expected.get("lkmm")):
        return False
    return True if "sc" in variant.expected else None


def lines(report: Report, with_steps: bool) -> Iterator[str]:
    """A line on the variant, and the failing schedules."""
    yield f"{report.scenario}/{report.variant}: {_verdict(report)}"
    for failing in report.failing:
        yield f"  {failing.failure.kind}: {failing.failure.text}"
        if with_steps:
            yield from (f"    {line}" for line in table(failing.steps))


def _verdict(report: Report) -> str:
    found = report.found
    told = " and ".join(NAMES[kind] for kind in found.failing) or "nothing wrong"
    notes = [_count(found.states, "state")]
    if found.given_up:
        notes.append(f"{found.given_up} cut in a loop")
    if report.undecided:
        seen = "not every schedule was seen" if report.exhaustive else "no schedule was seen to its end"
        notes.append(f"undecided: {seen}")
    if report.stopped:
        notes.append("interrupted")
    if not report.as_expected:
        notes.append("expected: the bad outcome" if report.wrong else "expected: nothing wrong")
    over = "every schedule looked at" if found.complete else _count(found.schedules, "schedule")
    return f"{told}; {over}, {', '.join(notes)}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def table(steps: Sequence[Taken]) -> Iterator[str]:
    """The steps in columns: number, thread, primitive, effect, source."""
    calls = [f"{step.primitive}({step.subject})" for step in steps]
    widths = [max((len(text) for text in texts), default=0) for texts in
              ([step.thread for step in steps], calls, [step.effect for step in steps])]  # fmt: skip
    for number, (step, call) in enumerate(zip(steps, calls, strict=True), start=1):
        cells = (text.ljust(width) for text, width in zip((step.thread, call, step.effect), widths, strict=True))
        yield f"{number:3}  {'  '.join(cells)}  {step.source}"


def record(report: Report) -> dict[str, Any]:
    """The report as an object for JSON."""
    return {
        "scenario": report.scenario, "variant": report.variant, "wrong": report.wrong,
        "exhaustive": report.exhaustive, "schedules": report.found.schedules, "states": report.found.states,
        "cut": report.found.given_up, "complete": report.found.complete,
        "failures": [kept(failing) for failing in report.failing], "as_expected": report.as_expected,
        "undecided": report.undecided,
        "interrupted": report.stopped, "seconds": round(report.seconds, 3),
    }  # fmt: skip


def kept(failing: Failing) -> dict[str, Any]:
    """A failing schedule as an object for JSON: its visible steps, which are enough to run it again."""
    names = ("thread", "primitive", "subject", "effect", "source")
    steps = [{name: getattr(step, name) for name in names} for step in failing.steps if step.visible]
    return {"kind": failing.failure.kind, "text": failing.failure.text, "steps": steps}
