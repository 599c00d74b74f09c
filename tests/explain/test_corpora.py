"""Explanations of published tests: each forbidden outcome has an axiom and a cycle that the evaluator confirms.

The sample is 4 forbidden tests of each folder; 20 of each, and as many allowed ones, are slow tests.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from litmus.case import Case
from litmus.cat.library import Model, load_model
from litmus.cat.theory import Theory
from litmus.explain import explain
from litmus.explain.cause.cycle import Violation
from litmus.explain.cause.ways import Way, ways
from litmus.explain.edge import Edge
from litmus.judge.evaluate import Evaluator, passes
from litmus.program import Program
from litmus.source import Source
from litmus.syntax import parse

MODELS = {"x86": "x86-tso", "aarch64": "armv8", "ppc": "power", "riscv": "riscv", "lkmm": "lkmm", "c11": "rc11"}
FOLDERS = ("x86", "aarch64", "ppc", "riscv", "lkmm")
SAMPLE, MANY = 4, 20

VALUES_OF_NO_EXECUTION = ("C-atomic-cmpxchg-success-03",)
"""Tests whose values no choice of rf and co gives."""


def programs(corpora: Path, folder: str, forbidden: bool, number: int) -> Iterator[Program]:
    """Tests of a folder, spread over it, whose outcome is `exists` and is forbidden, or is not."""
    lines = (corpora / f"{folder}.expected.jsonl").read_text(encoding="utf-8").splitlines()
    rows: list[dict[str, Any]] = [json.loads(line) for line in lines]
    wanted = [row["path"] for row in rows if (row["observation"] == "Never") == forbidden]
    for path in wanted[:: max(1, len(wanted) // number)][:number]:
        program = parse(Source(path, (corpora / path).read_text(encoding="utf-8", errors="replace")))
        if program.condition.kind != "forall":
            yield program


def confirmed(theory: Theory, way: Way, violation: Violation) -> bool:
    """Whether the concrete evaluator agrees: the axiom fails, and its relation has the edges of the cycle."""
    structure = way.execution.structure
    values = Evaluator(theory, structure).values(way.execution)
    failing = [c for c in theory.checks if c.role == "axiom" and not passes(structure.universe, c, values)]
    named = [c for c in failing if c.name == violation.axiom]
    edges = violation.cycle[:1] if violation.kind == "empty" else violation.cycle
    return bool(edges) and circular(violation.cycle) and circular(violation.leaves) and any(
        all(values[c.node.id] >> (e.source * structure.n + e.target) & 1 for e in edges) for c in named
    )


def circular(edges: Sequence[Edge]) -> bool:
    """Whether each edge begins where the one before it ends."""
    return all(a.target == b.source for a, b in zip(edges, (*edges[1:], edges[0]), strict=True))


def check_forbidden(program: Program, model: Model) -> None:
    """Asserts that an explanation names an axiom and cycles that are confirmed."""
    found = explain(program, model)
    assert found.forbidden, program.name
    if program.name in VALUES_OF_NO_EXECUTION:
        assert not found.reasons
        return
    assert found.reasons and found.reasons[0].cycle and found.reasons[0].story, program.name
    for way in islice(ways(Case.of(program, model)), 20):
        theory = model.theory(way.execution.structure.signature)
        assert way.violation is not None and confirmed(theory, way, way.violation), program.name


def check_allowed(program: Program, model: Model) -> None:
    """Asserts that an explanation of an allowed outcome tells a story."""
    found = explain(program, model)
    assert found.forbidden is not True, program.name
    assert found.story is not None or found.forbidden is None, program.name


@pytest.mark.parametrize("folder", FOLDERS)
def test_forbidden_outcomes_have_an_axiom_and_a_cycle(corpora: Path, folder: str) -> None:
    for program in programs(corpora, folder, True, SAMPLE):
        check_forbidden(program, load_model(MODELS[folder]))


@pytest.mark.parametrize("folder", FOLDERS)
def test_allowed_outcomes_have_a_story(corpora: Path, folder: str) -> None:
    for program in programs(corpora, folder, False, SAMPLE):
        check_allowed(program, load_model(MODELS[folder]))


@pytest.mark.slow
@pytest.mark.parametrize("folder", [*FOLDERS, "c11"])
def test_twenty_forbidden_outcomes(corpora: Path, folder: str) -> None:
    for program in programs(corpora, folder, True, MANY):
        check_forbidden(program, load_model(MODELS[folder]))


@pytest.mark.slow
@pytest.mark.parametrize("folder", [*FOLDERS, "c11"])
def test_twenty_allowed_outcomes(corpora: Path, folder: str) -> None:
    for program in programs(corpora, folder, False, 2 * MANY):
        check_allowed(program, load_model(MODELS[folder]))
