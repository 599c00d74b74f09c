"""The instructions of a front end as a table, with those that are known and refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic

from litmus.errors import InputError, UnsupportedError
from litmus.program import Operation
from litmus.syntax import reading
from litmus.syntax.assembly.operands import LineOf


@dataclass(frozen=True, slots=True)
class Instructions(Generic[LineOf]):
    """The instructions of `language` (as people call it), by their names in lower case.

    `refused`: those that are known and not supported, with what it is that is not.  `example`: a few, for a hint.
    `spelled`: how a name is proposed.
    """

    language: str
    forms: Mapping[str, Callable[[LineOf], tuple[Operation, ...]]]
    refused: Mapping[str, str]
    example: str
    spelled: Callable[[str], str] = str

    def operations(self, line: LineOf) -> tuple[Operation, ...]:
        """What an instruction does; raises InputError for one that is not in the table, or what its form raises."""
        form = self.forms.get(line.mnemonic)
        if form is None:
            raise self._unknown(line)
        return form(line)

    def _unknown(self, line: LineOf) -> InputError:
        """The error at a mnemonic that is not in the table."""
        span = line.source.span(0, len(line.mnemonic))
        if line.mnemonic in self.refused:
            message = f"{line.shown} is not supported ({self.refused[line.mnemonic]})"
            return UnsupportedError(message, span, "write the test without it")
        close = reading.suggestion(line.mnemonic, map(self.spelled, self.forms))
        hint = close or f"write an instruction such as {self.example}"
        return InputError(f"unknown {self.language} instruction '{line.shown}'", span, hint)
