"""Closed vocabularies: each word is known to every table that takes things apart by it.

A ladder that forgets a word fails mypy (`assert_never`); here the tables are walked with a model that has all of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import get_args

import pytest

from litmus.cat import OPERATORS, CheckKind, Node, Theory, Values
from litmus.cat.algebra import operate
from litmus.cat.graph import ANTITONE, Monotone
from litmus.cat.recursion import _vanishes
from litmus.cat.theory import CheckRole
from litmus.cat.vocabulary import EVENT_SETS
from litmus.check import Options, check
from litmus.errors import InternalError, assert_never
from litmus.explain.cause.cycle import Reasons
from litmus.explain.cause.derivation import Derivations
from litmus.explain.cause.lexicon import Lexicon
from litmus.ground.bounds import bounded
from litmus.judge.columns import Many, columns
from litmus.judge.enumerate import executions
from litmus.judge.evaluate import Evaluator, passes
from litmus.judge.execution import Execution, co_columns, rf_columns
from litmus.logic import bits
from litmus.source import Source
from litmus.syntax import parse
from litmus.unfold import EVENT_KINDS, EventStructure, RegisterWalker, unfold
from tests.strategies import model_of

EVERYTHING = """"m"
acyclic po | rf | co as axiom
assert empty 0 as nothing
undefined_unless irreflexive (rf^-1 ; co) ; (rf | id) as unless
flag ~empty ~(rf^-1 ; co) & R * (W \\ IW) & loc as complement
flag ~empty [range(rf)] ; po ; [domain(rf^-1 ; co)] as ends
flag ~empty (R \\ domain(rf^-1 ; co)) * range(rf & ext) as product
flag ~empty rf ; (_ * R) as all
flag ~empty (rf | [range(rf)]) ; po as own
flag irreflexive (rf^-1 ; co | po | rf)+ as closure
flag ~acyclic (rf^-1 ; co) | po as cyclic
let rec a = rf | a ; po ; b and b = co | b ; a
flag ~empty a & b as recursive
"""
"""A model with every operator, kind and role."""

PROGRAM = parse(Source("MP", """litmus MP
shared x = 0, y = 0
thread P0 {
  x.once = 1
  y.once = 1
  x.once = 2
}
thread P1 {
  r0 = y.once
  r1 = x.once
  y.once = r1
}
exists P1:r0 == 1 && P1:r1 == 0
"""))  # fmt: skip


@cache
def case() -> tuple[Theory, EventStructure, list[Execution]]:
    """The theory of the model on the only structure of the program, and all its executions."""
    [structure] = unfold(PROGRAM).structures()
    return model_of(EVERYTHING).theory(structure.signature), structure, list(executions(structure))


def nodes(theory: Theory) -> list[Node]:
    """Every node that a check uses, arguments first."""
    found: dict[Node, None] = {}

    def visit(node: Node, seen: set[Node]) -> None:
        if node not in seen:
            seen.add(node)
            for argument in node.args:
                visit(argument, seen)
            found[node] = None

    seen = set[Node]()
    for one in theory.checks:
        visit(one.node, seen)
    return list(found)


def values() -> Iterator[tuple[Execution, Values]]:
    """The executions with the values of all nodes."""
    theory, structure, found = case()
    evaluator = Evaluator(theory, structure)
    return ((execution, evaluator.values(execution)) for execution in found)


def test_the_model_has_every_operator_kind_and_role() -> None:
    theory, _, _ = case()
    assert {node.op for node in nodes(theory)} == set(OPERATORS)
    assert {one.kind for one in theory.checks} == set(get_args(CheckKind))
    assert {one.role for one in theory.checks} == set(get_args(CheckRole))


def test_an_operator_grows_or_shrinks() -> None:
    assert set(get_args(Monotone)) | ANTITONE == set(OPERATORS)
    assert set(get_args(Monotone)) & ANTITONE == set()


def test_concrete_sets_know_every_operator() -> None:
    theory, structure, _ = case()
    for _, known in values():
        for node in nodes(theory):
            if node.op == "base" or node.op == "fix":
                with pytest.raises(InternalError):
                    operate(structure.universe, node, known)
            else:
                assert operate(structure.universe, node, known) == known[node.id]


def test_columns_know_every_operator_and_kind() -> None:
    theory, structure, found = case()
    known = [one for _, one in values()]
    dynamic = {"rf": rf_columns(found), "co": co_columns(found)}
    many = Many(structure.universe, len(found), known[0], dynamic, theory.dynamic)
    for node in nodes(theory):
        assert many.columns(node) == columns([one[node.id] for one in known])
    for one in theory.checks:
        failing = [i for i, of in enumerate(known) if not passes(structure.universe, one, of)]
        assert list(bits(many.failing(one))) == failing


def test_bounds_know_every_operator() -> None:
    theory, structure, found = case()
    may = {"rf": 0, "co": 0}
    must = dict.fromkeys(may, -1)
    for execution in found:
        for name, value in (("rf", execution.rf), ("co", execution.co)):
            may[name] |= value
            must[name] &= value
    bounds = bounded(theory, structure, may, must)
    for _, known in values():
        for node in nodes(theory):
            value = known[node.id]
            assert bounds.must[node.id] & ~value == value & ~bounds.may[node.id] == 0, node


@pytest.mark.parametrize("engine", ["table", "z3"])
def test_literals_know_every_operator_kind_and_role(engine: str) -> None:
    theory, structure, found = case()
    evaluator = Evaluator(theory, structure)
    allowed = [execution for execution in found if evaluator.failing(execution) is None]
    raised = {flag.name for execution in allowed for flag in evaluator.flags(execution)}
    assert len(raised) > 5
    verdict = check(PROGRAM, model_of(EVERYTHING), Options(engine=engine))
    assert set(verdict.flags) == raised


def test_derivations_know_every_operator() -> None:
    theory, structure, _ = case()
    lexicon = Lexicon(theory)
    for _, known in values():
        derivations = Derivations(lexicon, structure.universe, known)
        for node in nodes(theory):
            for a, b in () if node.is_set else structure.universe.pairs_of(known[node.id]):
                edge = derivations.derive(node, a, b).edge
                assert (edge.source, edge.target) == (a, b)


@pytest.mark.parametrize("axiom", get_args(CheckKind))
@pytest.mark.parametrize("negated", ["", "~"])
def test_reasons_know_every_kind(axiom: str, negated: str) -> None:
    _, structure, found = case()
    theory = model_of(f'"m"\n{negated}{axiom} (po | rf | rf^-1 ; co)+ & id as axiom\n').theory(structure.signature)
    evaluator = Evaluator(theory, structure)
    failing = 0
    for execution in found:
        violation = Reasons(evaluator).violation(execution)
        assert (violation is None) == (evaluator.failing(execution) is None)
        if violation is not None:
            failing += 1
            assert (violation.kind, bool(violation.cycle)) == (negated + axiom, not negated)
    assert failing


def test_what_vanishes_is_known_of_every_operator() -> None:
    theory, _, _ = case()
    vanishing = [node for node in nodes(theory) if _vanishes(node, {})]
    assert {node.op for node in vanishing} == {"empty"}
    assert not any(known[node.id] for _, known in values() for node in vanishing)


def test_models_can_name_the_events_of_every_kind() -> None:
    assert set(EVENT_KINDS) <= EVENT_SETS
    text = "X86 T\n{ }\n P0 ;\n MOV EAX,[x] ;\n MFENCE ;\n CMP EAX,$1 ;\n JNE L ;\n MOV [x],$1 ;\n L: ;\nexists (x=1)\n"
    structures = unfold(parse(Source("T.litmus", text)), 2, RegisterWalker).structures()
    assert {event.kind for structure in structures for event in structure.events} == set(EVENT_KINDS)


def test_a_word_that_nobody_expects_is_our_fault() -> None:
    with pytest.raises(InternalError, match="'xor'"):
        assert_never("xor")  # type: ignore[arg-type]
