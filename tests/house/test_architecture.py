"""The picture in the code: imports point downward only, each outside library has its one place, rooms stay small."""

import ast
import importlib
import subprocess
import sys
from collections import Counter
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

import pytest

import litmus
from tests.house.code import MODULES, ROOMS, ROOT, TREES, Import, imports, is_in, public, room, stage
from tests.house.layers import FLOOR, LITMUS, MMCORE, OF_LITMUS, PAGE, written

ONLY_IN = {"lark": ("litmus.syntax",), "networkx": ("litmus.picture.graphml",),
           "z3": ("litmus.solve.sat.z3",), "argparse": ("litmus.cli", "mmcore.cli"),
           "pytest": ("litmus.testing.plugin",), "hypothesis": ("litmus.testing.strategies",),
           "markdown_it": ("litmus.course.markdown",)}  # fmt: skip
"""Outside libraries, and the only modules (by prefix) that import them."""

TOPS = {"litmus.cli", "litmus.__main__", "mmcore.cli", "mmcore.__main__"}
"""The top: nothing but itself imports it, and nothing else prints or exits."""

MOST_AT_THE_ROOT, MOST_IN_A_FOLDER, MOST_LINES, LONGEST = 8, 20, 300, 40
"""Modules at the root of litmus, files in a folder, lines of a module, lines of a function."""

IMPORTS = {name: imports(name) for name in MODULES}
OURS = {name: {one.module for one in found if one.module in MODULES} for name, found in IMPORTS.items()}
AT_RUN_TIME = {name: {one.module for one in imports(name, types=False) if one.module in MODULES} for name in MODULES}


def _allowed(name: str) -> set[str]:
    """The stages that a stage may import."""
    package, _, own = name.partition(".")
    floor = {f"litmus.{one}" for one in FLOOR}
    if package == "litmus":
        return {name, *floor} if own in FLOOR else {name, *floor, *(f"litmus.{one}" for one in LITMUS[own])}
    if package == "mmcore":
        of_litmus = {"litmus", "litmus.testing", *(f"litmus.{one}" for one in OF_LITMUS)}
        return {name, "mmcore.errors", *(f"mmcore.{one}" for one in MMCORE[own]), *of_litmus}
    return {name, "litmus.testing"}


def _known(name: str) -> bool:
    """Whether the table has the stage of a module."""
    package, _, own = stage(name).partition(".")
    return package == "pytest_litmus" or own in (LITMUS if package == "litmus" else MMCORE) or own in FLOOR or not own


def test_there_is_something_to_look_at() -> None:
    assert {"litmus", "litmus.cli", "litmus.program", "mmcore"} <= set(MODULES)
    assert "litmus.source" in OURS["litmus.program.ir"]
    assert "litmus.unfold.events" in ROOMS or Import("litmus.judge", "Execution") in IMPORTS["litmus.check"]


# --- layers ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", MODULES)
def test_imports_point_downward(name: str) -> None:
    assert _known(name), f"{name} is in no layer: tests/house/layers.py"
    wrong = {other for other in OURS[name] if stage(other) not in _allowed(stage(name))}
    assert wrong == set()


def test_what_the_layers_allow_is_used_and_points_downward() -> None:
    for package, layers in (("litmus", LITMUS), ("mmcore", MMCORE)):
        order = {name: i for i, name in enumerate(layers)}
        for name, below in layers.items():
            me = f"{package}.{name}".rstrip(".")
            used = {stage(other) for module, found in OURS.items() if stage(module) == me for other in found}
            assert all(order[name] < order[other] for other in below), name
            assert {f"{package}.{other}" for other in below} <= used, name


def test_what_mmcore_has_of_litmus_beside_the_face_is_used() -> None:
    used = {stage(other) for name, found in OURS.items() if is_in(name, "mmcore") for other in found}
    assert {f"litmus.{one}" for one in OF_LITMUS} <= used


def test_the_page_shows_the_layers() -> None:
    assert PAGE.read_text(encoding="utf-8") == written(PAGE.read_text(encoding="utf-8")), "layers.py promote"


def test_no_circle_of_modules_at_run_time() -> None:
    try:
        TopologicalSorter(AT_RUN_TIME).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_no_circle_of_modules_with_types() -> None:
    try:
        TopologicalSorter(OURS).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


@pytest.mark.parametrize("depth", [2, 3])
def test_no_circle_of_packages(depth: int) -> None:
    """At depth 3 a package in a stage is one, and so is each module that lies in the stage itself."""
    graph: dict[str, set[str]] = {}
    for name, found in OURS.items():
        me = ".".join(name.split(".")[:depth])
        others = {".".join(other.split(".")[:depth]) for other in found}
        graph.setdefault(me, set()).update(others - {me})
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


@pytest.mark.parametrize("name", MODULES)
def test_of_another_room_only_the_face_is_imported(name: str) -> None:
    """A name or a module in the `__all__` of its package; what lies in one's own room, or around it, is at hand."""
    wrong = [one for one in IMPORTS[name] if one.module in MODULES and not _by_the_face(name, one)]
    assert wrong == []


def _by_the_face(name: str, one: Import) -> bool:
    """Whether an import goes through the faces of the rooms on its way."""
    parts = one.module.split(".")
    path = [".".join(parts[:i]) for i in range(1, len(parts) + 1)]
    shut = [(outer, inner) for outer, inner in pairwise(path) if outer in ROOMS and not is_in(room(name), outer)]
    through = all(inner.rpartition(".")[2] in public(outer) for outer, inner in shut if outer.count(".") >= 1)
    if one.name is None or is_in(room(name), room(one.module)):
        return through
    own_face = one.module not in ROOMS or one.name in public(one.module)
    return through and own_face and not one.name.startswith("_")


def test_only_users_import_the_public_face() -> None:
    inside = {name for name, found in IMPORTS.items() if any(one.module == "litmus" and one.name for one in found)}
    assert {name for name in inside if is_in(name, "litmus")} == set()


def test_nothing_imports_the_command_line() -> None:
    users = {name for name, found in OURS.items() if any(is_in(other, top) for other in found for top in TOPS)}
    assert {name for name in users if not any(is_in(name, top) for top in TOPS)} == set()


@pytest.mark.parametrize(("library", "homes"), ONLY_IN.items())
def test_each_library_has_its_place(library: str, homes: tuple[str, ...]) -> None:
    users = {name for name in MODULES if any(is_in(one.module, library) for one in imports(name, types=False))}
    assert users, f"{library} is used nowhere"
    assert {name for name in users if not any(is_in(name, home) for home in homes)} == set()


# --- rooms ----------------------------------------------------------------------------------------------


def test_the_root_has_only_what_every_reader_needs_first() -> None:
    assert len(list(ROOT.glob("*.py"))) <= MOST_AT_THE_ROOT


def test_no_room_is_crowded() -> None:
    files = Counter(path.parent for path in MODULES.values())
    assert {str(folder): number for folder, number in files.items() if number > MOST_IN_A_FOLDER} == {}


@pytest.mark.parametrize("name", MODULES)
def test_modules_and_functions_are_short(name: str) -> None:
    assert len(MODULES[name].read_text(encoding="utf-8").splitlines()) <= MOST_LINES
    functions = [node for node in ast.walk(TREES[name]) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    assert {f.name for f in functions if (f.end_lineno or 0) - f.lineno >= LONGEST} == set()


@pytest.mark.parametrize("name", MODULES)
def test_every_module_says_what_it_is(name: str) -> None:
    assert (ast.get_docstring(TREES[name]) or "").strip()


@pytest.mark.parametrize("name", ROOMS)
def test_every_room_has_a_face(name: str) -> None:
    module = importlib.import_module(name)
    for one in public(name):
        assert f"{name}.{one}" in MODULES or hasattr(module, one), one


@pytest.mark.parametrize("name", MODULES)
def test_every_module_can_be_imported(name: str) -> None:
    assert importlib.import_module(name).__name__ == name


# --- the public face ------------------------------------------------------------------------------------


def test_public_names_exist_and_are_documented() -> None:
    assert sorted(litmus.__all__) == litmus.__all__
    for name in litmus.__all__:
        value = getattr(litmus, name)
        if callable(value) and hasattr(value, "__module__") and value.__module__.startswith("litmus"):
            assert (value.__doc__ or "").strip(), name


def test_only_the_command_line_prints_or_exits() -> None:
    def calls(name: str) -> set[str]:
        named = (node.func for node in ast.walk(TREES[name]) if isinstance(node, ast.Call))
        return {ast.unparse(function) for function in named}

    wrong = {name for name in MODULES if calls(name) & {"print", "sys.exit", "exit", "os._exit", "input"}}
    assert {name for name in wrong if not any(is_in(name, top) for top in TOPS)} == set()


def test_starting_loads_no_solver_no_parser_and_no_graph_library() -> None:
    program = "import sys, litmus.cli, litmus.cli.check, litmus.report.text; print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT.parent, capture_output=True, check=True)
    loaded = ast.literal_eval(done.stdout.decode())
    assert "litmus.cli.check" in loaded
    assert {"z3", "lark", "networkx", "markdown_it", "multiprocessing"} & set(loaded) == set()
