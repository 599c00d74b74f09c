"""Progress: one line on a terminal that says which test is being worked on, and goes away."""

from __future__ import annotations

import os
from time import perf_counter
from typing import TextIO

from litmus.verdict import Answer

PERIOD = 0.1
"""Seconds between two lines, at least."""

SETTLED = 1.0
"""Seconds before anything is said about the time that is left."""

WIDTH = 100
"""Longer lines are cut, and those that a narrower terminal would break."""

_CLEAR = "\r\x1b[K"


class Progress:
    """The progress line of a run over `paths`; silent unless `stream` is a terminal."""

    def __init__(self, paths: tuple[str, ...], stream: TextIO) -> None:
        self._paths = paths
        self._stream = stream
        self._on = stream.isatty() and len(paths) > 1
        self._done = 0
        self._start = perf_counter()
        self._drawn = float("-inf")
        self._visible = False
        self._width = _width(stream)

    def show(self, answer: Answer | None = None) -> None:
        """Draws the line again, now that `answer` is known."""
        self._done += answer is not None and answer.last
        now = perf_counter()
        if self._on and self._done < len(self._paths) and now - self._drawn >= PERIOD:
            line = f"{self._done} of {len(self._paths)} done{self._left(now)}, at {self._paths[self._done]}"
            self._write(_CLEAR + line[: self._width])
            self._drawn, self._visible = now, True

    def _left(self, now: float) -> str:
        """How long the rest will take, as far as it can be told: at the pace so far."""
        passed = now - self._start
        if self._done == 0 or passed < SETTLED:
            return ""
        seconds = round(passed / self._done * (len(self._paths) - self._done))
        return f", {seconds // 60}:{seconds % 60:02} left"

    def clear(self) -> None:
        """Takes the line away, to make place for output."""
        if self._visible:
            self._write(_CLEAR)
            self._visible = False

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


def _width(stream: TextIO) -> int:
    """The number of characters that a line may have."""
    try:
        return min(WIDTH, os.get_terminal_size(stream.fileno()).columns - 1)
    except (OSError, ValueError):  # no terminal, or one that does not say
        return WIDTH
