"""What a form of the answers is: something that says what to print as they come."""

from __future__ import annotations

from typing import Protocol

from litmus.verdict import Answer


class Report(Protocol):
    """One way to show answers as they come."""

    def add(self, answer: Answer) -> str:
        """The text to print now that this answer is known; may be empty."""
        ...

    def finish(self) -> str:
        """The text to print after the last answer, also when the run was cut short."""
        ...
