"""The public face: every name is there whatever was imported before, and none is loaded before it is used."""

import ast
import pickle
import subprocess
import sys
from itertools import permutations

import pytest

import litmus
from tests.house.code import ROOT

ORDERS = ("import litmus.check", "import litmus.explain.why", "from litmus import check, explain", "litmus.check",
          "from litmus.check import Options")  # fmt: skip
"""Ways to come by `check` and `explain`, which are modules as well."""


def loaded(*arguments: str) -> set[str]:
    """The modules that a command line has loaded in the end."""
    program = (
        "import sys, contextlib, io\nfrom litmus.cli import main\n"
        "with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):\n"
        f"    main({list(arguments)!r})\nprint(sorted(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT.parent, capture_output=True, check=True)
    found = ast.literal_eval(done.stdout.decode())
    assert isinstance(found, list)
    return set(found)


@pytest.mark.parametrize("order", list(permutations(ORDERS, 2)))
def test_public_names_are_never_hidden_by_modules(order: tuple[str, ...]) -> None:
    lines = ["import litmus", *order, "assert callable(litmus.check) and callable(litmus.explain)",
             "from litmus import *", "assert callable(check) and callable(explain)"]  # fmt: skip
    subprocess.run([sys.executable, "-c", "\n".join(lines)], cwd=ROOT.parent, check=True)


def test_every_public_name_has_a_home() -> None:
    assert set(litmus._HOME) == set(litmus.__all__) - {"__version__"}
    assert set(litmus.__all__) <= set(dir(litmus))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = litmus.nothing  # type: ignore[attr-defined]


def test_public_values_can_be_sent_to_other_processes() -> None:
    assert pickle.loads(pickle.dumps(litmus.Options(unroll=3))) == litmus.Options(unroll=3)
    assert pickle.loads(pickle.dumps(litmus.check)) is litmus.check


def test_importing_it_loads_nothing_of_the_checker() -> None:
    line = "import sys; before = set(sys.modules); import litmus; print(sorted(m for m in set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", line], cwd=ROOT.parent, capture_output=True, check=True, text=True)
    assert {one for one in ast.literal_eval(done.stdout) if one.startswith("litmus")} == {"litmus", "litmus._version"}


@pytest.mark.parametrize("command", [("--version",), ("--help",), ("learn",), ("models",)])
def test_a_command_loads_only_what_it_needs(command: tuple[str, ...]) -> None:
    found = loaded(*command)
    idle = {"litmus.check", "litmus.ground", "litmus.solve", "litmus.judge", "litmus.explain", "litmus.report.text"}
    assert found & {"z3", "lark", "networkx", "multiprocessing", *idle} == set()
    assert "markdown_it" not in found or command == ("learn",)
    if command != ("models",):
        assert found & {"litmus.cat", "litmus.unfold", "litmus.program"} == set()
