"""Many executions side by side say of each what it says by itself."""

from __future__ import annotations

from itertools import islice

from hypothesis import given, settings

from litmus.cat.library import load_model
from litmus.cat.theory import Theory
from litmus.judge.columns import Many, columns
from litmus.judge.enumerate import executions
from litmus.judge.evaluate import FEWEST_SIDE_BY_SIDE, Evaluator, passes
from litmus.judge.execution import Execution, co_columns, rf_columns
from litmus.logic.relation import bits
from litmus.program import Program
from litmus.source import Source
from litmus.syntax import parse
from litmus.unfold.events import EventStructure
from litmus.unfold.unfolding import unfold
from tests.strategies import ARM, definitions, model_of, model_texts, programs

SOME = settings(max_examples=40, deadline=None)

ALL_OPERATORS = """"m"
acyclic po | rf | co as axiom
flag ~empty different-values(rf^-1 ; co) as different
flag ~empty ~(rf^-1 ; co) & R * (W \\ IW) & loc as complement
flag ~empty [range(rf)] ; po ; [domain(fr)] as ends
flag ~empty (R \\ domain(fr)) * range(rfe) as product
flag irreflexive (rf^-1 ; co | po | rfe)+ as closure
let rec a = rf | a ; po ; b and b = co | b ; a
flag ~empty a & b as recursive
"""

MP = """litmus MP
shared x = 0, y = 0
thread P0 {
  x.once = 1
  y.once = 1
  x.once = 2
}
thread P1 {
  r0 = y.once
  r1 = x.once
  r2 = x.once
  y.once = 2
}
exists P1:r0 == 1 && P1:r1 == 0
"""


def many(theory: Theory, structure: EventStructure, found: list[Execution]) -> Many:
    """The executions side by side, with every node of the theory."""
    dynamic = {
        "rf": rf_columns(found),
        "co": co_columns(found),
        "different-values": columns([execution.different_values() for execution in found]),
    }
    evaluator = Evaluator(theory, structure)
    return Many(structure.universe, len(found), evaluator.values(found[0]), dynamic, theory.dynamic)


def compare(theory: Theory, structure: EventStructure, found: list[Execution]) -> None:
    """Each check fails side by side where it fails alone."""
    evaluator = Evaluator(theory, structure)
    together = many(theory, structure, found)
    values = [evaluator.values(execution) for execution in found]
    for check in theory.checks:
        assert together.columns(check.node) == columns([v[check.node.id] for v in values])
        alone = [not passes(structure.universe, check, v) for v in values]
        assert list(bits(together.failing(check))) == [i for i, failed in enumerate(alone) if failed]


@SOME
@given(program=programs(ARM, 100, copies=False), text=model_texts())
def test_models_fail_where_they_fail_alone(program: Program, text: str) -> None:
    structure = next(unfold(program).structures())
    theory = model_of(text).theory(structure.signature)
    found = list(islice(executions(structure), 20))
    compare(theory, structure, found)
    fails = any(Evaluator(theory, structure).failing(execution) for execution in found)
    assert (Evaluator(theory, structure).violated(found) is not None) == fails


@SOME
@given(program=programs(ARM, 100, copies=False), text=definitions())
def test_definitions_are_what_they_are_alone(program: Program, text: str) -> None:
    structure = next(unfold(program).structures())
    theory = model_of(f'"m"\n{text}\nflag ~empty p as p\nflag acyclic q as q\n').theory(structure.signature)
    compare(theory, structure, list(islice(executions(structure), 20)))


def case() -> tuple[EventStructure, list[Execution]]:
    """A structure and all its executions."""
    structure = next(unfold(parse(Source("MP", MP))).structures())
    return structure, list(executions(structure))


def test_every_operator() -> None:
    structure, found = case()
    theory = model_of(ALL_OPERATORS).theory(structure.signature)
    compare(theory, structure, found)
    together = many(theory, structure, found)
    assert [check.name for check in theory.checks if not 0 < together.failing(check) < together.full] == []


def test_one_violation_among_many_is_found() -> None:
    structure, found = case()
    evaluator = Evaluator(load_model("sc").theory(structure.signature), structure)
    good = [execution for execution in found if evaluator.failing(execution) is None]
    bad = next(execution for execution in found if evaluator.failing(execution) is not None)
    assert len(good) >= FEWEST_SIDE_BY_SIDE
    assert evaluator.violated(good) is None
    assert evaluator.violated([*good, bad]) is evaluator.failing(bad)
    assert evaluator.violated([bad]) is evaluator.failing(bad)
    assert evaluator.violated([]) is None
