"""Flags name what raised them, and a data race the marking that ends it."""

from __future__ import annotations

import pytest

from litmus.cat.library import load_model
from litmus.check import Options, check
from litmus.explain.remedy.marking import advice
from litmus.source import Source
from litmus.syntax import parse

TEST = """C race
{}
P0(int *x, int *y) {
  %s;
  smp_store_release(y, 1);
}
P1(int *x, int *y) {
  int r0;
  int r1;
  r0 = READ_ONCE(*y);
  r1 = %s;
}
exists (1:r0=1 /\\ 1:r1=0)
"""


def advised(written: str, read: str) -> tuple[list[str], list[str | None]]:
    program, model = parse(Source("race.litmus", TEST % (written, read))), load_model("lkmm")
    found = check(program, model).flagged
    return [f.describe() for f in found], [advice(program, model, f, Options()) for f in found]


def test_a_race_names_both_accesses_with_their_lines() -> None:
    (said,), _ = advised("*x = 1", "*x")
    assert said.startswith("data-race: P0 line 4, `*x = 1") and "P1 line 11, `r1 = *x" in said
    assert said.endswith("both access x, and neither happens before the other")


@pytest.mark.parametrize(
    ("written", "read", "end"),
    [
        ("*x = 1", "READ_ONCE(*x)", "WRITE_ONCE() for P0 line 4"),
        ("WRITE_ONCE(*x, 1)", "*x", "READ_ONCE() for P1 line 11"),
    ],
)
def test_one_marking_is_enough_where_the_other_access_is_marked(written: str, read: str, end: str) -> None:
    _, (sentence,) = advised(written, read)
    assert sentence is not None and sentence.startswith(f"it is no data race any more with {end}")


def test_two_plain_accesses_are_both_marked() -> None:
    _, (sentence,) = advised("*x = 1", "*x")
    assert sentence is not None and "WRITE_ONCE() for P0" in sentence and "and READ_ONCE() for P1" in sentence


def test_marked_accesses_race_with_nothing() -> None:
    assert advised("WRITE_ONCE(*x, 1)", "READ_ONCE(*x)") == ([], [])
