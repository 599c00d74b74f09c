"""The arguments of each command.  Importing this loads argparse, and neither the checker nor a scenario."""

from __future__ import annotations

from argparse import ArgumentTypeError, Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING

from litmus._version import VERSION
from litmus.cli.arguments import Parser
from litmus.errors import UsageError

if TYPE_CHECKING:
    from argparse import _SubParsersAction

EXIT_CODES = """exit codes:
  0  all as expected
  1  something is not as expected
  2  bad input or usage
  3  something undecided and nothing wrong
"""

COMMANDS = ("run",)


def parse_arguments(arguments: Sequence[str]) -> Namespace:
    """The parsed command line; its `run` takes the namespace itself and gives the exit code.

    Raises UsageError for a malformed command line, SystemExit(0) after `--help` and `--version`.
    """
    _check_command(arguments)
    parser = Parser(
        "mmcore", description="Races of the kernel's memory management: run, checked and explained.",
        allow_abbrev=False, epilog=EXIT_CODES, formatter_class=RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--version", action="version", version=f"mmcore {VERSION}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_run(commands)
    return parser.parse_args(arguments)


def _check_command(arguments: Sequence[str]) -> None:
    """Refuses an unknown command, with the one most like it."""
    command = next((word for word in arguments if not word.startswith("-")), COMMANDS[0])
    if command not in COMMANDS:
        close = get_close_matches(command, COMMANDS, n=1) or COMMANDS
        raise UsageError(f"unknown command {command!r}", hint=f"did you mean {' or '.join(close)}?")


def _add_run(commands: _SubParsersAction[Parser]) -> None:
    """`mmcore run`."""
    parser = commands.add_parser(
        "run", help="run a scenario under many schedules", allow_abbrev=False,
        epilog=EXIT_CODES, formatter_class=RawDescriptionHelpFormatter,
    )  # fmt: skip
    add = parser.add_argument
    add("scenario", nargs="?", metavar="SCENARIO", help="a scenario by its name (default: all)")
    add("--variant", default="all", metavar="NAME", help="a variant of the scenario, or all (default: all)")
    add("--schedules", type=_at_least_1, default=10_000, metavar="N",
        help="how many random schedules to run (default: 10000)")  # fmt: skip
    add("--seed", type=int, default=0, metavar="S", help="the seed of the random schedules (default: 0)")
    add("--exhaustive", action="store_true", help="look at every schedule instead")
    add("--save", metavar="FILE", help="write the failing schedule of a variant to a file")
    add("--replay", metavar="FILE", help="run the schedule of a file again, and nothing else")
    add("-o", "--output", choices=("text", "json"), default="text", help="the form of the answer (default: text)")
    parser.set_defaults(run=_later("run"))


def _later(command: str) -> Callable[[Namespace], int]:
    """The function `run` of `mmcore.cli.<command>`, imported when it is called."""

    def run(arguments: Namespace) -> int:
        from importlib import import_module

        code: int = import_module(f"mmcore.cli.{command}").run(arguments)
        return code

    return run


def _at_least_1(text: str) -> int:
    """A whole number, 1 or more."""
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise ArgumentTypeError(f"expected a whole number, 1 or more, not {text!r}")
    return int(text)
