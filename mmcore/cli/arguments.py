"""The arguments of each command.  Importing this loads argparse, and neither the checker nor a scenario."""

from __future__ import annotations

from argparse import Namespace, RawDescriptionHelpFormatter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from litmus._version import VERSION
from litmus.cli.arguments import Parser, at_least_1, check_command, later, seconds

if TYPE_CHECKING:
    from argparse import _SubParsersAction

EXIT_CODES = """exit codes:
  0  all as expected
  1  something is not as expected
  2  bad input or usage
  3  something undecided and nothing wrong
"""

SCENARIO_HELP = "a scenario by its name, or a Python file that defines one"

PACKAGE = "mmcore.cli"
COMMANDS = ("list", "check", "run", "export", "explain")


def parse_arguments(arguments: Sequence[str]) -> Namespace:
    """The parsed command line; its `run` takes the namespace itself and gives the exit code.

    Raises UsageError for a malformed command line, SystemExit(0) after `--help` and `--version`.
    """
    check_command(arguments, COMMANDS)
    parser = Parser(
        "mmcore", description="Races of the kernel's memory management: run, checked and explained.",
        allow_abbrev=False, epilog=EXIT_CODES, formatter_class=RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--version", action="version", version=f"mmcore {VERSION}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_list(commands)
    _add_check(commands)
    _add_run(commands)
    _add_export(commands)
    _add_explain(commands)
    return parser.parse_args(arguments)


def _add_list(commands: _SubParsersAction[Parser]) -> None:
    """`mmcore list`."""
    parser = commands.add_parser("list", help="list the scenarios and their variants", allow_abbrev=False)
    parser.set_defaults(run=later("list", PACKAGE))


def _add_check(commands: _SubParsersAction[Parser]) -> None:
    """`mmcore check`."""
    parser = commands.add_parser(
        "check", help="is the bad outcome of a scenario possible, under each model?", allow_abbrev=False,
        epilog=EXIT_CODES, formatter_class=RawDescriptionHelpFormatter,
    )  # fmt: skip
    add = parser.add_argument
    add("scenarios", nargs="*", metavar="SCENARIO", help=SCENARIO_HELP)
    add("--all", action="store_true", help="check every scenario of `mmcore list`")
    add("--variant", action="append", default=[], metavar="NAME", dest="variants",
        help="a variant; may be repeated (default: all)")  # fmt: skip
    add("-m", "--model", action="append", default=[], metavar="MODEL", dest="models",
        help="a model of `litmus models` or a .cat file; may be repeated (default: those of the expectations)")
    add("--timeout", type=seconds, metavar="S", help="give a verdict up after S seconds: undecided")
    add("-o", "--output", choices=("text", "json"), default="text", help="the form of the answer (default: text)")
    parser.set_defaults(run=later("check", PACKAGE))


def _add_export(commands: _SubParsersAction[Parser]) -> None:
    """`mmcore export`."""
    parser = commands.add_parser("export", help="write a scenario as a litmus test", allow_abbrev=False)
    add = parser.add_argument
    add("scenario", metavar="SCENARIO", help=SCENARIO_HELP)
    add("--variant", default="fixed", metavar="NAME", help="a variant (default: fixed)")
    add("--format", choices=("c", "native"), default="c",
        help="the kernel's C litmus tests, or the native language (default: c)")  # fmt: skip
    parser.set_defaults(run=later("export", PACKAGE))


def _add_explain(commands: _SubParsersAction[Parser]) -> None:
    """`mmcore explain`."""
    parser = commands.add_parser("explain", help="what pairs with what in a scenario, and why", allow_abbrev=False)
    add = parser.add_argument
    add("scenario", metavar="SCENARIO", help=SCENARIO_HELP)
    add("--variant", action="append", default=[], metavar="NAME", dest="variants",
        help="with -m, a variant to explain; may be repeated (default: all)")  # fmt: skip
    add("-m", "--model", action="append", default=[], metavar="MODEL", dest="models",
        help="also explain the verdict of a model on each variant; may be repeated")  # fmt: skip
    parser.set_defaults(run=later("explain", PACKAGE))


def _add_run(commands: _SubParsersAction[Parser]) -> None:
    """`mmcore run`."""
    parser = commands.add_parser(
        "run", help="run a scenario under many schedules", allow_abbrev=False,
        epilog=EXIT_CODES, formatter_class=RawDescriptionHelpFormatter,
    )  # fmt: skip
    add = parser.add_argument
    add("scenario", nargs="?", metavar="SCENARIO", help=f"{SCENARIO_HELP} (default: all that `mmcore list` shows)")
    add("--variant", default="all", metavar="NAME", help="a variant of the scenario, or all (default: all)")
    add("--schedules", type=at_least_1, default=10_000, metavar="N",
        help="how many random schedules to run (default: 10000)")  # fmt: skip
    add("--seed", type=int, default=0, metavar="S", help="the seed of the random schedules (default: 0)")
    add("--exhaustive", action="store_true", help="look at every schedule instead")
    add("--save", metavar="FILE", help="write the failing schedule of a variant to a file")
    add("--replay", metavar="FILE", help="run the schedule of a file again, and nothing else")
    add("-o", "--output", choices=("text", "json"), default="text", help="the form of the answer (default: text)")
    parser.set_defaults(run=later("run", PACKAGE))
