"""The picture in the code: imports point downward only, and each outside library has its one place."""

import ast
import importlib
import subprocess
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import litmus

ROOT = Path(litmus.__file__).parent
PACKAGES = ("litmus", "mmcore", "pytest_litmus")

LOWEST = {"litmus.errors", "litmus.relation", "litmus._version", "litmus.cache"}
"""Modules that import nothing of ours."""

ONLY_IN = {"lark": ("litmus.syntax",), "z3": ("litmus.solve.z3",), "argparse": ("litmus.cli", "mmcore.cli"),
           "pytest": ("litmus.pytest_plugin",), "hypothesis": ("litmus.testing.strategies",)}  # fmt: skip
"""Outside libraries, and the only modules (by prefix) that import them."""

GROUNDING = tuple(
    f"litmus.{name}"
    for name in ("ground", "formulas", "gates", "tabulation", "readings", "acyclic", "circuit", "truth", "pairs")
)
"""From a structure to the literals of a solver or of tables."""

NEVER = [
    ("litmus.report", ("litmus.check", "litmus.cli", "litmus.solve", *GROUNDING, "litmus.syntax")),
    ("litmus.evaluate", (*GROUNDING, "litmus.solve", "litmus.check")),
    ("litmus.enumerate", (*GROUNDING, "litmus.solve", "litmus.check")),
    ("litmus.solve", ("litmus.syntax", "litmus.check", "litmus.enumerate", "litmus.lowering")),
    ("litmus.syntax", ("litmus.solve", "litmus.check", *GROUNDING, "litmus.evaluate")),
    ("litmus.lowering", ("litmus.solve", "litmus.check", *GROUNDING)),
    ("litmus.program", ("litmus.syntax", "litmus.cat", "litmus.events")),
    ("litmus.cat", ("litmus.solve", "litmus.check", *GROUNDING, "litmus.cli")),
    ("litmus.explain", ("litmus.report", "litmus.cli")),
    ("litmus.explain.cycle", ("litmus.ground", "litmus.solve", "litmus.check")),
    ("litmus.check", ("litmus.explain", "litmus.report")),
    ("litmus.picture", ("litmus.execution", "litmus.verdict", "litmus.report", "litmus.explain", "litmus.check")),
    ("litmus.report.page", ("litmus.explain", "litmus.gallery")),
    ("litmus.explain", ("litmus.gallery",)),
    ("litmus.course", ("litmus.syntax", "litmus.check", "litmus.report", "litmus.cli")),
    ("litmus", ("mmcore", "pytest_litmus")),
    ("mmcore.core", ("mmcore.trace", "mmcore.scenario", "mmcore.check", "mmcore.machine", "mmcore.audit")),
    ("mmcore.machine", ("mmcore.trace", "mmcore.scenario", "mmcore.check", "litmus.check")),
    ("mmcore.interleaved", ("mmcore.cli", "mmcore.check", "litmus.check", "litmus.syntax")),
]
"""What a module (by prefix) never imports, directly or by way of others (by prefix)."""

NOT_ABOVE = {"litmus.cli", "litmus.__main__", "mmcore.cli", "mmcore.__main__"}
"""The top: nothing but itself imports it."""


def _modules() -> dict[str, Path]:
    """Every module of the project, by name."""
    found = {}
    for package in PACKAGES:
        for path in sorted((ROOT.parent / package).rglob("*.py")):
            parts = path.relative_to(ROOT.parent).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = _modules()
TREES = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in MODULES.items()}


def _only_for_types(node: ast.AST) -> bool:
    """Whether this is `if TYPE_CHECKING:`."""
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    """All nodes below, without what is under `if TYPE_CHECKING:`."""
    for child in ast.iter_child_nodes(node):
        if _only_for_types(child):
            continue
        yield child
        yield from _statements(child)


def _imported(name: str, types: bool = False) -> set[str]:
    """The modules that a module names in its imports, also inside functions; with `types`, also for types only."""
    found = set()
    for node in ast.walk(TREES[name]) if types else _statements(TREES[name]):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}: relative import"
            found |= {_module(f"{node.module}.{alias.name}") for alias in node.names}
    return found


def _module(dotted: str) -> str:
    """The module that `from a.b import c` loads: `a.b.c` where that is a module of ours, else `a.b`."""
    return dotted if dotted in MODULES else dotted.rpartition(".")[0]


IMPORTS = {name: _imported(name) for name in MODULES}
OURS = {name: {other for other in found if other in MODULES} for name, found in IMPORTS.items()}


def _below(name: str) -> set[str]:
    """All modules of ours that a module imports, directly or by way of others.

    Not by way of the packages that they lie in: `litmus` itself gathers the public names.
    """
    found: set[str] = set()
    waiting = [name]
    while waiting:
        new = OURS[waiting.pop()] - found
        found |= new
        waiting += new
    return found


def _is(name: str, prefix: str) -> bool:
    """Whether a module is `prefix` or lies in it; a last part may go on: `solve.z3` names `solve.z3_acyclic` too."""
    return name == prefix or name.startswith((f"{prefix}.", f"{prefix}_"))


def test_there_is_something_to_look_at() -> None:
    assert {"litmus", "litmus.cli", "litmus.program", "mmcore"} <= set(MODULES)
    assert "litmus.source" in OURS["litmus.program"]
    assert "litmus.source" in _below("litmus.report.text")


def test_only_users_import_the_public_face() -> None:
    assert {name for name, found in OURS.items() if "litmus" in found} == set()


def test_no_import_cycles() -> None:
    try:
        TopologicalSorter(OURS).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


@pytest.mark.parametrize("name", sorted(LOWEST & set(MODULES)))
def test_lowest_modules_import_nothing_of_ours(name: str) -> None:
    assert OURS[name] == set()


@pytest.mark.parametrize(("library", "homes"), ONLY_IN.items())
def test_each_library_has_its_place(library: str, homes: tuple[str, ...]) -> None:
    users = {name for name, found in IMPORTS.items() if any(_is(other, library) for other in found)}
    assert {name for name in users if not any(_is(name, home) for home in homes)} == set()


@pytest.mark.parametrize(("above", "below"), NEVER)
def test_imports_point_downward(above: str, below: tuple[str, ...]) -> None:
    wrong = {
        f"{name} -> {other}"
        for name in MODULES
        if _is(name, above)
        for other in _below(name)
        if any(_is(other, prefix) for prefix in below)
    }
    assert wrong == set()


def test_nothing_imports_the_command_line() -> None:
    tops = ("litmus.cli", "mmcore.cli")
    users = {name for name, found in OURS.items() if any(_is(other, top) for other in found for top in tops)}
    assert {name for name in users if not any(_is(name, top) for top in NOT_ABOVE)} == set()


def test_only_the_command_line_prints_or_exits() -> None:
    def calls(name: str) -> set[str]:
        named = (node.func for node in ast.walk(TREES[name]) if isinstance(node, ast.Call))
        return {ast.unparse(function) for function in named}

    wrong = {name for name in MODULES if calls(name) & {"print", "sys.exit", "exit", "os._exit", "input"}}
    assert {name for name in wrong if not any(_is(name, top) for top in NOT_ABOVE)} == set()


@pytest.mark.parametrize("name", MODULES)
def test_every_module_says_what_it_is(name: str) -> None:
    assert (ast.get_docstring(TREES[name]) or "").strip()


def test_public_names_exist_and_are_documented() -> None:
    assert sorted(litmus.__all__) == litmus.__all__
    for name in litmus.__all__:
        value = getattr(litmus, name)
        if callable(value) and hasattr(value, "__module__") and value.__module__.startswith("litmus"):
            assert (value.__doc__ or "").strip(), name


@pytest.mark.parametrize("name", MODULES)
def test_every_module_can_be_imported(name: str) -> None:
    assert importlib.import_module(name).__name__ == name


def test_starting_loads_no_solver_no_parser_and_no_graph_library() -> None:
    program = "import sys, litmus.cli, litmus.cli.check, litmus.report.text; print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT.parent, capture_output=True, check=True)
    loaded = ast.literal_eval(done.stdout.decode())
    assert "litmus.cli.check" in loaded
    assert {"z3", "lark", "networkx", "multiprocessing"} & set(loaded) == set()
