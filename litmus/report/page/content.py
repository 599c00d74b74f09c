"""What a page holds: plain data, ready to be written out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from litmus.picture import Graph
from litmus.verdict import State, Verdict

Answer: TypeAlias = Literal["allowed", "forbidden", "impossible", "undefined", "undecided"]
"""What a model says of an outcome.  Impossible: no execution ends in it, whatever the model; undefined: anything may
happen, as some execution has undefined behaviour, but none that the model describes ends so.
"""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a thread, with its number in the test if it has one there."""

    number: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Listing:
    """The code of one thread."""

    thread: int
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """What one model says of one outcome, with a picture where there is an execution to show.

    `story`: sentences about it; `steps`: what happens in it, one after the other.
    """

    model: str
    answer: Answer
    graph: Graph | None = None
    story: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """A final state, whether it is one that the test asks about, and a cell for each model."""

    state: State
    asked: bool
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A model on a page: its title, and its verdict; `reason` where it has none."""

    model: str
    title: str
    verdict: Verdict | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """A page.  `question` is the condition as text; `left_out` counts outcomes that are too many to show."""

    name: str
    language: str
    description: str
    question: str
    initial: str
    listings: tuple[Listing, ...]
    source: str
    columns: tuple[Column, ...]
    outcomes: tuple[Outcome, ...]
    left_out: int = 0
