"""Explanations as text: a heading, each reason in two sentences with its cycle, what is needed, or the story."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from textwrap import shorten, wrap

from litmus.explain.explanation import Barrier, Explanation, Ordering, Reason, Step, Story
from litmus.report.condition import proposition_text

WIDTH = 100
"""Sentences are wrapped here."""

LONGEST_OUTCOME = 200
"""Longer outcomes are cut."""

MOST_REASONS = 6
"""So many reasons are shown."""

MACHINES = {
    "interleaving": "the threads interleaved, each in its own order",
    "memory": "one memory for all; a read may be early, a write late, where nothing orders them",
    "store buffers": "a write waits in its thread's store buffer until it is drained into memory",
    "copies": "a write reaches each thread at its own time",
}  # fmt: skip


def text(explanation: Explanation) -> str:
    """The explanation for a person, ended by a newline."""
    return "".join(f"{line.rstrip()}\n" for line in _lines(explanation))


def _lines(explanation: Explanation) -> Iterator[str]:
    """All lines."""
    answer = {True: "forbidden", False: "allowed", None: "undecided"}[explanation.forbidden]
    outcome = shorten(proposition_text(explanation.outcome), LONGEST_OUTCOME, placeholder=" ...")
    yield f"{explanation.test}, {explanation.model}: {answer}: {outcome}"
    if explanation.forbidden is None:
        yield f"  {explanation.undecided or 'no reason given'}"
    yield from _forbidden(explanation) if explanation.forbidden else ()
    yield from _story(explanation.story) if explanation.story else ()
    yield from _repair(explanation.repair) if explanation.repair else ()
    yield from (f"  note: {note}" for note in explanation.notes)


# --- forbidden ------------------------------------------------------------------------------------------


def _forbidden(explanation: Explanation) -> Iterator[str]:
    """How many ways to the outcome there are, what forbids them, and which orderings that needs."""
    if not explanation.ways:
        yield "  No choice of rf and co gives these values, whatever the model."
        return
    more = "" if explanation.complete else " that were looked at (there are more)"
    yield f"  {_ways(explanation.ways)} to get it{more}, {'all ' if explanation.ways > 1 else ''}forbidden:"
    yield from _reasons(explanation.reasons)
    yield from _orderings(explanation)


def _reasons(reasons: Sequence[Reason]) -> Iterator[str]:
    """The reasons; of those about one location by itself only one, and that only where there are no others."""
    telling = [reason for reason in reasons if not reason.coherence] or list(reasons[:1])
    for reason in telling[:MOST_REASONS]:
        yield from _reason(reason)
    others = [reason for reason in reasons if reason not in telling[:MOST_REASONS]]
    if others:
        axioms = ", ".join(dict.fromkeys(reason.axiom for reason in others))
        yield f"  by {axioms} ({_ways(sum(reason.ways for reason in others))}): {_what(others)}"


def _what(others: Sequence[Reason]) -> str:
    """What the reasons that are not shown have in common."""
    if all(reason.coherence for reason in others):
        return "accesses of one location by itself would be out of order"
    return "more reasons, not shown here"


def _ways(number: int) -> str:
    """`1 way`, `2 ways`."""
    return "1 way" if number == 1 else f"{number} ways"


def _reason(reason: Reason) -> Iterator[str]:
    """One reason: its axiom, its two sentences, its cycle with a line for each statement and one for each edge."""
    yield f"  by {reason.axiom} ({_ways(reason.ways)}):"
    yield from (f"    {line}" for line in wrap(reason.story, WIDTH - 4))
    width = max((len(str(step.source)) for step in reason.cycle), default=0)
    for step in reason.cycle:
        yield f"      {str(step.source).ljust(width)}  {step.source.text}"
        yield f"      {' ' * width}    {_arrow(step)}"
    if reason.cycle:
        yield f"      {reason.cycle[-1].target} again"


def _arrow(step: Step) -> str:
    """`| barrier by StoreStore`."""
    via = "" if step.via is None else f" by {step.via.text}"
    return f"| {step.relation}{via}"


def _orderings(explanation: Explanation) -> Iterator[str]:
    """What is needed, redundant, enough, and not known."""
    yield from _listed("needed", "take out any one of these, and it becomes possible", explanation.having("needed"))
    redundant = explanation.having("redundant")
    yield from _listed("redundant", "take out any one of these, and it stays forbidden", redundant)
    if explanation.enough and explanation.enough != explanation.having("needed"):
        yield from _listed("enough", "together these forbid it without the others", explanation.enough)
    yield from _listed("undecided", "what happens without one of these is not known", explanation.having("undecided"))


def _listed(title: str, meaning: str, orderings: Iterable[Ordering]) -> Iterator[str]:
    """A list of orderings under its title, if there are any."""
    found = list(orderings)
    if found:
        yield f"  {title} ({meaning}):"
        width = max(len(str(ordering.place)) for ordering in found)
        yield from (f"    {str(ordering.place).ljust(width)}  {ordering.words}" for ordering in found)


def _repair(barriers: Iterable[Barrier]) -> Iterator[str]:
    """The barriers that forbid an allowed outcome."""
    yield "  to forbid it, put in:"
    for barrier in barriers:
        yield f"    {barrier.text} before {barrier.before} ({barrier.before.text})"


# --- allowed --------------------------------------------------------------------------------------------


def _story(story: Story) -> Iterator[str]:
    """The steps, and what is out of order in them."""
    yield f"  step by step ({MACHINES[story.machine]}):"
    yield from (f"    {number}. {step}" for number, step in enumerate(story.steps, 1))
    for sentence in story.reordered:
        yield from (f"  {line}" for line in wrap(sentence, WIDTH - 2))
    if story.machine == "interleaving":
        yield "  Nothing is out of order, so no barrier forbids it."
