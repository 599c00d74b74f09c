"""The errors of mmcore: a rule of the kernel that a routine breaks, or a scenario that cannot be checked.

Both are `LitmusError`s, so that the command line prints them like every other mistake of the user.
"""

from __future__ import annotations

from typing import NoReturn

from litmus import InternalError, LitmusError


class Misuse(LitmusError):
    """A routine breaks a rule of the kernel: `rule` in one sentence, `source` where the kernel states or checks it."""

    def __init__(self, what: str, rule: str, source: str) -> None:
        super().__init__(f"{what}: {rule} ({source})")
        self.rule = rule
        self.source = source


class ScenarioError(LitmusError):
    """A scenario that cannot be run or checked: an unknown name, a clash of names, a condition that no test can say."""


def assert_never(value: NoReturn) -> NoReturn:
    """Ends a choice between kinds, all of which it names: raises InternalError for any other, and mypy finds it."""
    raise InternalError(f"nobody has thought of {value!r}")
