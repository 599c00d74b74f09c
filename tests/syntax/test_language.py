"""The language reference: its tests have the verdicts it says, its statements parse, its refusals are refused."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from litmus import check, load_model
from litmus.errors import InputError
from litmus.lowering import lower
from litmus.lowering.translation import TARGETS
from litmus.program import Program
from litmus.source import Source
from litmus.syntax.native import front as native
from litmus.syntax.native.barriers import BarrierKind
from litmus.syntax.native.tree import UpdateKind
from litmus.verdict import agrees

PAGE = (Path(__file__).parents[2] / "docs" / "language.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.M | re.S)


def blocks(kind: str) -> list[str]:
    return [text for name, text in BLOCKS if name == kind]


def parse(text: str) -> Program:
    return native.parse(Source("language.md", text))


def inside(body: str) -> Program:
    """A fragment of the page as the end of a thread."""
    start = "r0 = 0\nr1 = 0\nr2 = &x\n"
    return parse(f"litmus T\nshared x, y, a[4], p = &x\nthread P0 {{\n{start}{body}\n}}\nexists true")


@pytest.mark.parametrize("text", blocks("litmus"), ids=lambda text: text.split()[1])
def test_a_test_of_the_page_has_its_verdicts(text: str) -> None:
    program = parse(text)
    assert program.expectations
    for item in program.expectations:
        verdict = check(program, load_model(item.model))
        assert verdict.observation is not None
        assert agrees(verdict.observation, item.verdict), item.model


@pytest.mark.parametrize("text", blocks("thread"))
def test_the_statements_of_the_page_parse(text: str) -> None:
    assert inside(text).threads[0].instructions


@pytest.mark.parametrize("text", blocks("refused"))
def test_a_refusal_of_the_page(text: str) -> None:
    body, message = text.splitlines()
    with pytest.raises(InputError) as error:
        inside(body)
    assert error.value.message == message
    assert error.value.span


def test_the_page_has_every_barrier_and_atomic_operation() -> None:
    words = set(re.findall(r"\w+", " ".join(blocks("thread"))))
    assert words >= {*get_args(BarrierKind)}
    assert {*re.findall(r"\w+", PAGE)} >= {*get_args(UpdateKind)}


ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if line.startswith("|")]
BARRIERS = [(name, row) for row in ROWS for name in re.findall(r"`(\w+)`", row[0]) if name in get_args(BarrierKind)]


@pytest.mark.parametrize(("barrier", "row"), BARRIERS, ids=lambda item: item if isinstance(item, str) else "")
def test_the_table_of_barriers_is_what_lowering_does(barrier: str, row: list[str]) -> None:
    for target, cell in zip((*TARGETS, "c"), row[1:], strict=True):
        bare, fenced = (lower(inside(body), target).threads[0].instructions for body in ("", barrier))
        made = [item.text for item in fenced[len(bare) :]]
        assert made == ([] if cell == "nothing" else [cell])
