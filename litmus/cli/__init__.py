"""The command line.  Nothing outside this package prints or decides an exit code.

A program is a table of commands (`arguments`), each a module here with a `run` that gives an exit code (`exit`);
`answer` runs one command line of such a program.
"""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from io import TextIOWrapper

from litmus.cli.arguments import parse_arguments
from litmus.cli.exit import BAD_INPUT, CLOSED_PIPE, INTERRUPTED
from litmus.errors import InternalError, LitmusError

__all__ = ["answer", "exit", "main", "parser"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command line (that of the process by default) and gives its exit code.

    Raises SystemExit after `--help` and `--version`, as argparse does.
    """
    return answer(parse_arguments, sys.argv[1:] if arguments is None else arguments)


def answer(parse: Callable[[Sequence[str]], Namespace], arguments: Sequence[str]) -> int:
    """Parses a command line and runs its command; the exit code.  Errors become messages."""
    _open_streams()
    try:
        command = parse(arguments)
        code: int = command.run(command)
        sys.stdout.flush()
        return code
    except LitmusError as error:
        print(error.report(), file=sys.stderr)
        return BAD_INPUT
    except InternalError as error:
        print(f"internal error: {error}; please report it", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _discard()
        return CLOSED_PIPE
    except RecursionError:
        print("error: the input is nested too deeply\nhint: take some of the nesting out", file=sys.stderr)
        return BAD_INPUT
    except OSError as error:
        _discard()
        what = "the answer cannot be written" if error.filename is None else f"cannot use {error.filename!r}"
        print(f"error: {what}: {error.strerror or error}", file=sys.stderr)
        return BAD_INPUT
    except Exception as error:
        print(f"internal error: {type(error).__name__}: {error}; please report it", file=sys.stderr)
        return BAD_INPUT


def _open_streams() -> None:
    """Makes both streams take all that is written: closed ones go nowhere, no character is without an encoding.

    What does not go to a terminal is UTF-8, as tests are; so JSON stays JSON, and a lowered test can be read back.
    """
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 (open until the end)
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="backslashreplace")


def _discard() -> None:
    """Sends what is left in the buffer of standard output nowhere, so that the end of the process does not fail."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
