"""Command lines of commands: an argument parser whose errors are ours, and what several commands take.

Importing this loads argparse and no stage of the checker; named tuples, as they are the quickest to define.
"""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, HelpFormatter, Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable, Sequence
from typing import NamedTuple, NoReturn

from litmus._version import VERSION
from litmus.errors import UsageError, close_names


class Parser(ArgumentParser):
    """An argument parser whose errors are ours."""

    def error(self, message: str) -> NoReturn:
        """Raises UsageError."""
        raise UsageError(message, hint=f"see {self.prog} --help")


class Command(NamedTuple):
    """One command: its name, which is that of the module with its `run`, one line of help, and what it takes."""

    name: str
    help: str
    add: Callable[[Parser], None] | None = None
    epilog: str = ""


class Program(NamedTuple):
    """A program of commands, whose modules are in `package`."""

    name: str
    description: str
    epilog: str
    package: str
    commands: tuple[Command, ...]

    def parse(self, arguments: Sequence[str]) -> Namespace:
        """The parsed command line; its `run` takes the namespace itself and gives the exit code.

        Raises UsageError for a malformed command line, SystemExit(0) after `--help` and `--version`.
        """
        chosen = self._chosen(arguments)
        parser = Parser(self.name, description=self.description, allow_abbrev=False, epilog=self.epilog,
                        formatter_class=_formatter(self.epilog))  # fmt: skip
        parser.add_argument("--version", action="version", version=f"{self.name} {VERSION}")
        commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
        for command in self.commands:
            added = commands.add_parser(command.name, help=command.help, allow_abbrev=False, epilog=command.epilog,
                                        formatter_class=_formatter(command.epilog))  # fmt: skip
            if command.name == chosen:
                if command.add:
                    command.add(added)
                added.set_defaults(run=_later(f"{self.package}.{chosen}"))
        return parser.parse_args(arguments)

    def _chosen(self, arguments: Sequence[str]) -> str | None:
        """The name of the command, if there is one; refuses an unknown one, with the one most like it."""
        known = [command.name for command in self.commands]
        name = next((word for word in arguments if not word.startswith("-")), None)
        if name is not None and name not in known:
            close = close_names(name, known) or known
            raise UsageError(f"unknown command {name!r}", hint=f"did you mean {' or '.join(close)}?")
        return name


def _formatter(epilog: str) -> type[HelpFormatter]:
    """What shows a page of help: an epilog of several lines as it is."""
    return RawDescriptionHelpFormatter if "\n" in epilog else HelpFormatter


def _later(module: str) -> Callable[[Namespace], int]:
    """The function `run` of a module, imported when it is called."""

    def run(arguments: Namespace) -> int:
        from importlib import import_module

        code: int = import_module(module).run(arguments)
        return code

    return run


# --- what several commands take -------------------------------------------------------------------------


def add_timeout(parser: Parser, what: str) -> None:
    """`--timeout`: what is given up then."""
    parser.add_argument("--timeout", type=seconds, metavar="S", help=f"give {what} after S seconds: undecided")


def add_output(parser: Parser, *forms: str) -> None:
    """`-o`: the form of the answer; the first without it."""
    parser.add_argument("-o", "--output", type=one_of(*forms), metavar="|".join(forms), default=forms[0],
                        help=f"the form of the answer (default: {forms[0]})")  # fmt: skip


def one_of(*choices: str) -> Callable[[str], str]:
    """A word out of a few."""

    def chosen(text: str) -> str:
        if text not in choices:
            raise ArgumentTypeError(f"expected {', '.join(choices[:-1])} or {choices[-1]}, not {text!r}")
        return text

    return chosen


def at_least_1(text: str) -> int:
    """A whole number, 1 or more."""
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise ArgumentTypeError(f"expected a whole number, 1 or more, not {text!r}")
    return int(text)


def seconds(text: str) -> float:
    """A positive, finite number of seconds."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise ArgumentTypeError(f"expected a positive number of seconds, not {text!r}")
    return seconds
