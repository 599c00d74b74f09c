"""What a form of the answers is: something that says what to print as they come."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from litmus.verdict import Answer


class Style(NamedTuple):
    """How answers are to be shown, by forms that can.

    `paths`: of the tests that will come, as far as known.  `states`: list the final states.  `color`: use colours.
    """

    paths: Sequence[str] = ()
    states: bool = False
    color: bool = False


PLAIN = Style()


class Report(ABC):
    """One way to show answers as they come; it is made once a run."""

    advises: ClassVar[bool] = False
    """Whether it tells what would end a flag, which has to be found out."""

    lists_states: ClassVar[bool] = False
    """Whether it is nothing without the final states."""

    def __init__(self, style: Style = PLAIN) -> None:
        self._style = style

    @abstractmethod
    def add(self, answer: Answer) -> str:
        """The text to print now that this answer is known; may be empty."""

    def finish(self) -> str:
        """The text to print after the last answer, also when the run was cut short; nothing, where `add` tells all."""
        return ""
