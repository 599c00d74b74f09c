"""The command line.  Nothing outside this package prints or decides an exit code.

Exit codes: 0 all as expected; 1 a verdict differs from what its test expects; 2 bad input or usage, also when
other tests were answered; 3 something undecided and nothing wrong; 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Callable, Sequence

from litmus.cli.arguments import parse_arguments
from litmus.errors import InternalError, LitmusError

BAD_INPUT = 2
INTERRUPTED = 130
CLOSED_PIPE = 141
"""As a program that a closed pipe killed: 128 + SIGPIPE."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command line (that of the process by default) and gives its exit code.

    Raises SystemExit after `--help` and `--version`, as argparse does.
    """
    return answer(parse_arguments, sys.argv[1:] if arguments is None else arguments)


def answer(parse: Callable[[Sequence[str]], Namespace], arguments: Sequence[str]) -> int:
    """Parses a command line and runs its command; the exit code.  Errors become messages."""
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
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left in the buffer goes nowhere
        return CLOSED_PIPE
    except Exception as error:
        print(f"internal error: {type(error).__name__}: {error}; please report it", file=sys.stderr)
        return BAD_INPUT
