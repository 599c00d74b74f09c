"""What each command takes.  Importing this loads argparse, and neither the checker nor a scenario."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence

from litmus.cli.exit import meaning
from litmus.cli.parser import Command, Parser, Program, add_timeout, at_least_1

EXIT_CODES = meaning("something is not as expected")
SCENARIO_HELP = "a scenario by its name, or a Python file that defines one"


def parse_arguments(arguments: Sequence[str]) -> Namespace:
    """The parsed command line: see `Program.parse`."""
    return PROGRAM.parse(arguments)


def _check(parser: Parser) -> None:
    """`mmcore check`."""
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help=SCENARIO_HELP)
    parser.add_argument("--all", action="store_true", help="check every scenario of `mmcore list`")
    _add_several(parser, "--variant", "NAME", "variants", "a variant; may be repeated (default: all)")
    _add_several(parser, "--model", "MODEL", "models", "a model of `litmus models` or a .cat file; may be repeated "
                 "(default: those of the expectations)", "-m")  # fmt: skip
    add_timeout(parser, "a verdict up")
    _add_output(parser)


def _run(parser: Parser) -> None:
    """`mmcore run`."""
    add = parser.add_argument
    add("scenario", nargs="?", metavar="SCENARIO", help=f"{SCENARIO_HELP} (default: all that `mmcore list` shows)")
    add("--variant", default="all", metavar="NAME", help="a variant of the scenario, or all (default: all)")
    add("--schedules", type=at_least_1, default=10_000, metavar="N",
        help="how many random schedules to run (default: 10000)")  # fmt: skip
    add("--seed", type=int, default=0, metavar="S", help="the seed of the random schedules (default: 0)")
    add("--exhaustive", action="store_true", help="look at every schedule instead")
    add("--save", metavar="FILE", help="write the failing schedule of a variant to a file")
    add("--replay", metavar="FILE", help="run the schedule of a file again, and nothing else")
    _add_output(parser)


def _export(parser: Parser) -> None:
    """`mmcore export`."""
    add = parser.add_argument
    add("scenario", metavar="SCENARIO", help=SCENARIO_HELP)
    add("--variant", default="fixed", metavar="NAME", help="a variant (default: fixed)")
    add("--format", choices=("c", "native"), default="c",
        help="the kernel's C litmus tests, or the native language (default: c)")  # fmt: skip


def _explain(parser: Parser) -> None:
    """`mmcore explain`."""
    parser.add_argument("scenario", metavar="SCENARIO", help=SCENARIO_HELP)
    _add_several(parser, "--variant", "NAME", "variants",
                 "with -m, a variant to explain; may be repeated (default: all)")  # fmt: skip
    _add_several(parser, "--model", "MODEL", "models",
                 "also explain the verdict of a model on each variant; may be repeated", "-m")  # fmt: skip


def _add_several(parser: Parser, option: str, metavar: str, into: str, help: str, *short: str) -> None:
    """An option that may be repeated."""
    parser.add_argument(*short, option, action="append", default=[], metavar=metavar, dest=into, help=help)


def _add_output(parser: Parser) -> None:
    """`-o`: the form of the answer."""
    parser.add_argument("-o", "--output", choices=("text", "json"), default="text",
                        help="the form of the answer (default: text)")  # fmt: skip


PROGRAM = Program(
    "mmcore", "Races of the kernel's memory management: run, checked and explained.", EXIT_CODES, "mmcore.cli",
    (
        Command("list", "list the scenarios and their variants"),
        Command("check", "is the bad outcome of a scenario possible, under each model?", _check, EXIT_CODES),
        Command("run", "run a scenario under many schedules", _run, EXIT_CODES),
        Command("export", "write a scenario as a litmus test", _export),
        Command("explain", "what pairs with what in a scenario, and why", _explain),
    ),
)  # fmt: skip
