"""The code of the project as modules, trees and imports."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import litmus

ROOT = Path(litmus.__file__).parent
PACKAGES = ("litmus", "mmcore", "pytest_litmus")
FACE = "litmus"
"""The public face, whose `__all__` has names and no modules."""


def _modules() -> dict[str, Path]:
    """Every module of the project, by name."""
    found = {}
    for package in PACKAGES:
        for path in sorted((ROOT.parent / package).rglob("*.py")):
            parts = path.relative_to(ROOT.parent).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = _modules()
ROOMS = {name for name, path in MODULES.items() if path.name == "__init__.py"}
"""The modules that are packages."""

TREES = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in MODULES.items()}


class Import(NamedTuple):
    """`from module import name`; `module` is the module that is loaded, and without a name it is meant itself."""

    module: str
    name: str | None


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


def imports(name: str, types: bool = True) -> set[Import]:
    """What a module imports, also inside functions; with `types`, also for types only."""
    found = set()
    for node in ast.walk(TREES[name]) if types else _statements(TREES[name]):
        if isinstance(node, ast.Import):
            found |= {Import(alias.name, None) for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}: relative import"
            found |= {_import(str(node.module), alias.name) for alias in node.names}
    return found


def _import(module: str, name: str) -> Import:
    """`from a.b import c` loads `a.b.c` where that is a module of ours, else `a.b`.

    What the public face `litmus` lists is meant itself, also where a module has the same name (`check`, `explain`).
    """
    dotted = f"{module}.{name}"
    listed = module == FACE and name in public(FACE)
    return Import(dotted, None) if dotted in MODULES and not listed else Import(module, name)


def room(name: str) -> str:
    """The package that a module lies in, or is."""
    return name if name in ROOMS else name.rpartition(".")[0]


def stage(name: str) -> str:
    """The part of a name that says the stage: `litmus.syntax` of `litmus.syntax.x86.front`."""
    return ".".join(name.split(".")[:2])


def public(name: str) -> list[str]:
    """The `__all__` of a package."""
    for node in TREES[name].body:
        if isinstance(node, ast.Assign) and any(ast.unparse(target) == "__all__" for target in node.targets):
            value = ast.literal_eval(node.value)
            assert isinstance(value, list)
            return value
    raise AssertionError(f"{name} has no __all__")


def is_in(name: str, prefix: str) -> bool:
    """Whether a module is `prefix` or lies in it."""
    return name == prefix or name.startswith(f"{prefix}.")
