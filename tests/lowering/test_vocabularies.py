"""A new word of the native language is forgotten nowhere: every barrier, ordering and update in every table."""

from __future__ import annotations

from importlib import import_module
from typing import get_args

import pytest

from litmus import program as ir
from litmus.cat.vocabulary import TAGS
from litmus.errors import InputError, UnsupportedError
from litmus.lowering import TARGETS, linux, lower, render
from litmus.lowering.barriers import CALLS, Fences
from litmus.lowering.compiler import reorderings
from litmus.lowering.target import Target
from litmus.lowering.translation import WIDER
from litmus.source import Source
from litmus.syntax import parse
from litmus.syntax.native import builder, names, translate
from litmus.syntax.native import tree as ast
from litmus.syntax.native.barriers import FENCES, BarrierKind, BarrierWords
from litmus.testing import strategies

TABLES = (*TARGETS, *WIDER.values())
LANGUAGES = (*TARGETS, "c")
BARRIERS, ORDERINGS, UPDATES = get_args(BarrierKind), get_args(ast.Ordering), get_args(ast.UpdateKind)
ARGUMENTS = {"cmpxchg": ", 0, 1", "add_unless": ", 1, 2"}
WITHOUT_RESULT = {("x86", "fetch_and"), ("x86", "fetch_or"), ("x86", "fetch_xor")}
"""What has no instruction that gives the old value."""


def table(target: str) -> Target:
    found: Target = import_module(f"litmus.lowering.{target}").TARGET
    return found


def program(statement: str) -> ir.Program:
    return parse(Source("T", f"litmus T\nshared x\nthread P0 {{\n  {statement}\n}}\nexists x == 0\n"))


def tree_of(made: ir.Program) -> ast.Test:
    assert isinstance(made.syntax, ast.Test)
    return made.syntax


def reads_back(statement: str) -> None:
    """The statement is translated, printed and read again, and lowered to every language, whose text reads back."""
    made = program(statement)
    assert any(instruction.operations for instruction in made.threads[0].instructions)
    assert f"  {statement}\n" in render(made)
    assert tree_of(parse(Source("T", render(made)))) == tree_of(made)
    assert [tree_of(one) for one in reorderings(made)] == [tree_of(made)]
    for language in LANGUAGES:
        try:
            lowered = lower(made, language)
        except UnsupportedError:
            assert refused(statement, language)
            continue
        assert parse(Source("T", render(lowered))).arch == lowered.arch
        if language == "c":
            lower(lowered, "native")


def refused(statement: str, language: str) -> bool:
    """Whether a language is known to lack this."""
    kind = statement.removeprefix("r0 = ").split("(")[0]
    full = ".once" not in statement and ".acquire" not in statement and "release" not in statement
    only_full = language == "c" and kind == "add_unless" and not (full and ".acq_rel" not in statement)
    return ((language, kind) in WITHOUT_RESULT and statement.startswith("r0")) or only_full


# --- tables -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [BarrierWords, Fences], ids=lambda words: words.__name__)
def test_the_types_of_the_tables_have_every_barrier(words: type) -> None:
    assert tuple(words.__annotations__) == BARRIERS


@pytest.mark.parametrize("target", TABLES)
def test_a_target_has_every_barrier(target: str) -> None:
    assert tuple(table(target).fences) == BARRIERS


@pytest.mark.parametrize("target", TABLES)
def test_a_target_has_every_ordering(target: str) -> None:
    found = table(target)
    assert set(found.read) == {"plain", *builder.READ}
    assert set(found.write) == {"plain", *builder.WRITE}
    assert {"plain", *builder.READ, *builder.WRITE, *builder.UPDATE} == set(ORDERINGS)


def test_every_barrier_has_its_own_tag_which_models_may_use() -> None:
    assert set(FENCES) == set(CALLS) == set(BARRIERS)
    tags = list(FENCES.values())
    assert len({*tags}) == len(tags) and TAGS.issuperset(map(str, tags))


def test_every_ordering_has_tags_which_models_may_use() -> None:
    for tags in (translate.READ_TAGS, translate.WRITE_TAGS):
        assert tuple(tags) == ORDERINGS
        assert TAGS.issuperset(tag for found in tags.values() for tag in found)  # type: ignore[attr-defined]
    assert set(linux.SUFFIX) == set(ORDERINGS) - {"plain"}
    assert tuple(translate.OrderingTags.__annotations__) == ORDERINGS


def test_every_update_that_fetches_has_its_operator() -> None:
    assert tuple(translate.OPERATORS) == get_args(ast.FetchKind)
    assert set(UPDATES) == {*get_args(ast.FetchKind), "xchg", "cmpxchg", "add_unless"}


def test_the_words_are_reserved_and_the_front_end_knows_them() -> None:
    assert names.RESERVED.issuperset((*BARRIERS, *UPDATES))
    assert builder.BARRIERS == BARRIERS and builder.UPDATES == UPDATES


def test_random_programs_have_every_barrier_and_ordering() -> None:
    assert strategies.BARRIERS == BARRIERS
    assert ("", *(f".{word}" for word in builder.READ)) == strategies.LOADS
    assert ("", *(f".{word}" for word in builder.WRITE)) == strategies.STORES
    assert ("", *(f".{word}" for word in builder.UPDATE)) == strategies.UPDATE_ORDERS


# --- the way of a statement -------------------------------------------------------------------------------


@pytest.mark.parametrize("barrier", BARRIERS)
def test_a_barrier_goes_everywhere(barrier: BarrierKind) -> None:
    reads_back(barrier)
    [instruction] = program(barrier).threads[0].instructions
    assert instruction.operations == (ir.Fence(frozenset({FENCES[barrier]})),)


@pytest.mark.parametrize("ordering", ORDERINGS)
def test_an_ordering_goes_everywhere(ordering: ast.Ordering) -> None:
    place = "x" if ordering == "plain" else f"x.{ordering}"
    for statement, allowed in ((f"r0 = {place}", builder.READ), (f"{place} = 1", builder.WRITE)):
        if ordering in ("plain", *allowed):
            reads_back(statement)
        else:
            with pytest.raises(InputError, match="is no ordering of a"):
                program(statement)


@pytest.mark.parametrize("ordering", builder.UPDATE)
@pytest.mark.parametrize("kind", UPDATES)
def test_an_update_goes_everywhere(kind: ast.UpdateKind, ordering: ast.Ordering) -> None:
    call = f"{kind}(x.{ordering}{ARGUMENTS.get(kind, ', 1')})"
    reads_back(f"r0 = {call}")
    reads_back(call)
