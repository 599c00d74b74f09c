"""What a process remembers: every cache in the code is found, has a limit where its arguments are texts, is emptied."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

from litmus import check, load_model, parse, read
from litmus.batch import Batch, Setting, answers
from litmus.check import Options
from litmus.files import find
from litmus.files.caches import caches, empty
from litmus.verdict import Answer
from tests.house.code import MODULES, TREES

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests" / "litmus"

WITHOUT_A_LIMIT = {
    "litmus.cat.library._describe": "the bundled models",
    "litmus.cat.included.own": "files of the package",
    "litmus.files.store.stamp": "no argument",
    "litmus.lowering.translation._table": "the targets",
    "litmus.syntax.c.atomics._atomic": "the orders of C",
    "litmus.syntax.c.expression._parser": "no argument",
    "litmus.syntax.question.reader._parser": "no argument",
    "litmus.syntax.reading.parser": "the grammars",
}
"""The functions that may remember all they are asked, and what they can be asked: never what users write."""


def remembering(name: str) -> Iterator[str]:
    """The functions of a module, or of its classes, that are decorated with a cache."""

    def walk(node: ast.AST, outer: str) -> Iterator[str]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.ClassDef):
                yield from walk(child, f"{outer}.{child.name}")
            elif isinstance(child, ast.FunctionDef) and any(map(is_cache, child.decorator_list)):
                yield f"{outer}.{child.name}"

    return walk(TREES[name], name)


def is_cache(decorator: ast.expr) -> bool:
    """Whether this is `cache`, `lru_cache`, or a call of it."""
    function = decorator.func if isinstance(decorator, ast.Call) else decorator
    return ast.unparse(function).rpartition(".")[2] in ("cache", "lru_cache")


def test_every_cache_is_found() -> None:
    for name in MODULES:
        importlib.import_module(name)
    written = {found for name in MODULES for found in remembering(name)}
    assert len(written) > 30
    assert written == {cache.name for cache in caches()}


def test_a_cache_whose_arguments_are_texts_of_users_has_a_limit() -> None:
    for name in MODULES:
        importlib.import_module(name)
    assert {cache.name for cache in caches() if cache.limit is None} == set(WITHOUT_A_LIMIT)


def test_all_are_emptied_and_the_answers_stay() -> None:
    paths = find([str(TESTS)])
    assert len(paths) > 20
    first = told(paths)
    full = {cache.name: cache.size for cache in caches()}
    assert sum(size > 0 for size in full.values()) > 20
    assert all(cache.limit is None or cache.size <= cache.limit for cache in caches())
    empty()
    assert [cache for cache in caches() if cache.size] == []
    assert set(full) == {cache.name for cache in caches()}
    assert told(paths) == first


def test_what_was_loaded_before_is_as_good_as_before() -> None:
    """Models and programs that a user holds, together with new ones."""
    [path] = find([str(ROOT / "examples" / "SB.litmus")])
    program, models = parse(read(path)), [load_model(name) for name in ("sc", "x86-tso", "lkmm")]
    before = [check(program, model).states for model in models]
    empty()
    assert [check(program, model).states for model in models] == before
    assert [check(parse(read(path)), load_model(model.name)).states for model in models] == before
    assert [check(parse(read(path)), model).states for model in models] == before


def told(paths: tuple[str, ...]) -> list[Answer | tuple[object, ...]]:
    """The answers to tests under all models, without what is measured."""
    found = answers(paths, Batch(Setting(models=("all",)), Options(), advise=True))
    return [a if a.verdict is None else (a.model, a.verdict.observation, a.verdict.states, a.line) for a in found]
