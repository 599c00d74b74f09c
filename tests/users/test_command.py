"""What a command line makes of what goes wrong: a message on standard error and an exit code, never a traceback."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence

import pytest

import litmus.cli
from litmus.cli import answer
from litmus.errors import InputError, InternalError, UsageError


def outcome(error: BaseException | int, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """The exit code and standard error of a command that ends like this."""

    def run(_: Namespace) -> int:
        if isinstance(error, int):
            return error
        raise error

    def parse(_: Sequence[str]) -> Namespace:
        return Namespace(run=run)

    return answer(parse, []), capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (0, 0, ""),
        (3, 3, ""),
        (UsageError("no such thing", hint="try another"), 2, "error: no such thing\nhint: try another\n"),
        (InputError("not like this"), 2, "error: not like this\n"),
        (InternalError("two opinions"), 2, "internal error: two opinions; please report it\n"),
        (KeyError("x"), 2, "internal error: KeyError: 'x'; please report it\n"),
        (RecursionError(), 2, "error: the input is nested too deeply\nhint: take some of the nesting out\n"),
        (KeyboardInterrupt(), 130, ""),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else None,
)
def test_errors_are_messages(
    error: BaseException | int, code: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert outcome(error, capsys) == (code, message)


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (BrokenPipeError(), 141, ""),
        (OSError(28, "No space left on device"), 2, "error: the answer cannot be written: No space left on device\n"),
        (PermissionError(13, "Permission denied", "x.svg"), 2, "error: cannot use 'x.svg': Permission denied\n"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else None,
)
def test_where_nothing_can_be_written_the_rest_is_dropped(
    error: BaseException, code: int, message: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    dropped: list[bool] = []
    monkeypatch.setattr(litmus.cli, "_discard", lambda: dropped.append(True))
    assert outcome(error, capsys) == (code, message)
    assert dropped == [True]
