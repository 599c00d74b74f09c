"""The arguments of each command.  Importing this loads argparse and no stage of the checker."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, NoReturn

from litmus._version import VERSION
from litmus.errors import UsageError

if TYPE_CHECKING:
    from argparse import _SubParsersAction

EXIT_CODES = """exit codes:
  0  all as expected
  1  a verdict differs from what its test expects
  2  bad input or usage (other tests are answered all the same)
  3  something undecided and nothing wrong
"""


OUTPUTS = ("text", "herd", "json", "junit", "github")
COMMANDS = ("check", "models", "lower", "show", "explain", "compare", "cache", "learn")


class Parser(ArgumentParser):
    """An argument parser whose errors are ours."""

    def error(self, message: str) -> NoReturn:
        """Raises UsageError."""
        raise UsageError(message, hint=f"see {self.prog} --help")


def parse_arguments(arguments: Sequence[str]) -> Namespace:
    """The parsed command line; its `run` takes the namespace itself and gives the exit code.

    Raises UsageError for a malformed command line, SystemExit(0) after `--help` and `--version`.
    """
    check_command(arguments, COMMANDS)
    parser = Parser(
        "litmus", description="A memory-model checker for litmus tests.", allow_abbrev=False,
        epilog=EXIT_CODES, formatter_class=RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--version", action="version", version=f"litmus {VERSION}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_check(commands)
    _add_models(commands)
    _add_lower(commands)
    _add_show(commands)
    _add_explain(commands)
    _add_compare(commands)
    _add_cache(commands)
    _add_learn(commands)
    return parser.parse_args(arguments)


def check_command(arguments: Sequence[str], known: Sequence[str]) -> None:
    """Refuses an unknown command, with the one most like it."""
    command = next((word for word in arguments if not word.startswith("-")), known[0])
    if command not in known:
        close = get_close_matches(command, known, n=1) or known
        raise UsageError(f"unknown command {command!r}", hint=f"did you mean {' or '.join(close)}?")


def add_models(parser: ArgumentParser, more: str = "") -> None:
    """Which models are asked, and how they and the tests are read; `more` is said of several models."""
    add = parser.add_argument
    add("-m", "--model", action="append", default=[], metavar="MODEL", dest="models",
        help="a model of `litmus models`, a .cat file, or all: one of every architecture; may be repeated"
             f"{more} (default: that of the test's language)")  # fmt: skip
    add("-I", "--include", action="append", default=[], metavar="DIR", help="where a .cat file's includes are found")
    add("--bell", metavar="FILE", help="a bell file to read before the -m models (kernel: linux-kernel.bell)")
    add("--macros", metavar="FILE", help="what the primitives of C tests mean (kernel: linux-kernel.def)")
    add("--conf", metavar="FILE", help="a .cfg file that names model, bell and macros (kernel: linux-kernel.cfg)")
    add("--variant", action="append", default=[], metavar="NAME", dest="variants",
        help="a variant of the models that is on; may be repeated")
    add("--unroll", type=at_least_1, metavar="N", help="how often a loop is unrolled (default: 2)")


def _add_check(commands: _SubParsersAction[Parser]) -> None:
    """`litmus check`."""
    parser = commands.add_parser(
        "check", help="which final states does a model allow?", allow_abbrev=False,
        epilog=EXIT_CODES, formatter_class=RawDescriptionHelpFormatter,
    )  # fmt: skip
    add = parser.add_argument
    add("paths", nargs="+", metavar="PATH", help="a test, a directory, @list (a file of paths), or - (standard input)")
    add_models(parser)
    add("-o", "--output", type=_one_of(*OUTPUTS), metavar="|".join(OUTPUTS), default="text",
        help="the form of the answer (default: text)")  # fmt: skip
    add("--engine", type=_one_of("auto", "z3", "table"), metavar="auto|z3|table", default="auto",
        help="how to solve (default: by size)")  # fmt: skip
    add("--compiler", action="store_true",
        help="also reorder plain accesses as a compiler may (native tests); what a test expects is still about the "
             "machine alone")  # fmt: skip
    add("--timeout", type=seconds, metavar="S", help="give a test up after S seconds: undecided")
    add("--rlimit", type=at_least_1, metavar="N", help="give a test up after N steps of the solver: undecided")
    add("--verdict-only", action="store_true", help="answer the question without finding every final state: faster")
    add("--states", action="store_true", help="list the final states (text output)")
    add("-j", "--jobs", type=at_least_1, default=1, metavar="N", help="work on N tests at a time (default: 1)")
    add("--no-cache", action="store_true", help="answer again what was answered in an earlier run")
    add("--color", type=_one_of("auto", "always", "never"), metavar="auto|always|never", default="auto",
        help="colours (auto: on a terminal)")  # fmt: skip
    parser.set_defaults(run=later("check"))


def _add_models(commands: _SubParsersAction[Parser]) -> None:
    """`litmus models`."""
    parser = commands.add_parser("models", help="list the bundled models", allow_abbrev=False)
    parser.set_defaults(run=later("models"))


def _add_lower(commands: _SubParsersAction[Parser]) -> None:
    """`litmus lower`."""
    parser = commands.add_parser("lower", help="show a native or kernel C test on an architecture", allow_abbrev=False)
    parser.add_argument("--to", required=True, metavar="ARCH", help="x86, aarch64, ppc, riscv, arm, native or c")
    parser.add_argument("path", metavar="FILE", help="a native or kernel C test, or - for standard input")
    parser.set_defaults(run=later("lower"))


def _add_show(commands: _SubParsersAction[Parser]) -> None:
    """`litmus show`."""
    parser = commands.add_parser("show", help="draw an execution, allowed or forbidden", allow_abbrev=False)
    add = parser.add_argument
    add("path", metavar="FILE", help="a test, or - for standard input")
    add_models(parser, "; a page shows them all, a picture the first")
    add("--outcome", metavar="PROPOSITION", help="the outcome to show, as in '0:r0=0 /\\ x=1' (default: the test's)")
    add("-o", "--output", metavar="FILE",
        help="a .svg, .dot or .txt file to write, or .html: a page of every outcome under every model (default: text, "
             "on the terminal)")  # fmt: skip
    add("--timeout", type=seconds, metavar="S", help="give up after S seconds: undecided")
    parser.set_defaults(run=later("show"))


def _add_explain(commands: _SubParsersAction[Parser]) -> None:
    """`litmus explain`."""
    parser = commands.add_parser("explain", help="why is an outcome forbidden, how is it reached?", allow_abbrev=False)
    add = parser.add_argument
    add("path", metavar="FILE", help="a test, or - for standard input")
    add_models(parser)
    add("--outcome", metavar="PROPOSITION", help="the outcome to explain, as in '0:r0=0 /\\ x=1' (default: the test's)")
    add("-o", "--output", type=_one_of("text", "json"), metavar="text|json", default="text",
        help="the form of the answer (default: text)")  # fmt: skip
    add("--timeout", type=seconds, metavar="S", help="give up after S seconds: undecided")
    parser.set_defaults(run=later("explain"))


def _add_compare(commands: _SubParsersAction[Parser]) -> None:
    """`litmus compare`."""
    parser = commands.add_parser(
        "compare", help="the final states of two logs, test by test", allow_abbrev=False,
        epilog="exit codes: 0 the same, 1 something differs, 2 a log cannot be read, 3 something is undecided",
    )  # fmt: skip
    add = parser.add_argument
    add("first", metavar="A", help="a log: what check -o json or -o herd prints, or herd7, or litmus7; or -")
    add("second", metavar="B", help="the log to compare with it")
    add("-o", "--output", type=_one_of("text", "json"), metavar="text|json", default="text",
        help="the form of the answer (default: text)")  # fmt: skip
    add("--common", action="store_true", help="leave out tests that only one log has")
    add("--gained", action="store_true", help="look for states of B that A lacks only: A a model, B a machine")
    parser.set_defaults(run=later("compare"))


def _add_cache(commands: _SubParsersAction[Parser]) -> None:
    """`litmus cache`."""
    parser = commands.add_parser("cache", help="where answers are kept between runs", allow_abbrev=False)
    parser.add_argument("--clear", action="store_true", help="remove all of them")
    parser.set_defaults(run=later("cache"))


def _add_learn(commands: _SubParsersAction[Parser]) -> None:
    """`litmus learn`."""
    parser = commands.add_parser("learn", help="a course on memory ordering, in lessons", allow_abbrev=False)
    add = parser.add_argument
    add("lesson", nargs="?", metavar="N", help="the number of a lesson (default: list them)")
    add("--answer", action="store_true", help="the answer to its exercise, instead of the lesson")
    add("--run", action="store_true", dest="run_tests", help="run the tests of the lesson (or of the answer)")
    add("--save", metavar="DIR", help="write the tests of the lesson (or of the answer) to a folder, to play with")
    parser.set_defaults(run=later("learn"))


def later(command: str, package: str = "litmus.cli") -> Callable[[Namespace], int]:
    """The function `run` of the module of a command, imported when it is called."""

    def run(arguments: Namespace) -> int:
        from importlib import import_module

        code: int = import_module(f"{package}.{command}").run(arguments)
        return code

    return run


def _one_of(*choices: str) -> Callable[[str], str]:
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
