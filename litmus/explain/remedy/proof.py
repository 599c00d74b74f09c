"""Which orderings of a program carry the proof that an outcome is forbidden.

Each is taken out of the program, and the model is asked again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from litmus.cat import Model
from litmus.check import Options, check
from litmus.errors import LitmusError
from litmus.explain.explanation import Ordering, Role
from litmus.explain.remedy.constructs import Construct, constructs, without
from litmus.explain.words import place_of
from litmus.judge import Execution
from litmus.program import Program, Value
from litmus.program.term import evaluate
from litmus.unfold import RegisterWalker, Walker, unfold


@dataclass(frozen=True, slots=True)
class Proof:
    """The orderings of a program with their roles, and some of them that forbid the outcome without the others (all
    that are needed, where these do).
    """

    orderings: tuple[Ordering, ...]
    enough: tuple[Ordering, ...]


def proof(program: Program, judge: Model, own_words: bool, options: Options, found: Sequence[Execution]) -> Proof:
    """What carries the proof that a model forbids the outcome of a program, which is lowered for the model.

    `found`: executions with the outcome, for the values that it takes.
    """
    before = _ordered_by(program, judge, options)
    roles: list[tuple[Construct, Ordering]] = []
    for construct in constructs(program, own_words):
        changed = construct.remove(program)
        if _ordered_by(changed, judge, options) != before:
            role = _role(is_forbidden(changed, judge, options))
            if role == "undecided" and construct.replace is not None:
                construct, role = _with_a_constant(construct, program, judge, options, found)
            roles.append((construct, Ordering(construct.place, construct.kind, construct.words, role)))
    return Proof(tuple(item for _, item in roles), _enough(program, judge, options, roles))


def _with_a_constant(
    construct: Construct, program: Program, judge: Model, options: Options, found: Sequence[Execution]
) -> tuple[Construct, Role]:
    """A data dependency whose value would depend on itself without it: the value that the outcome takes, as a constant,
    if it is always the same.
    """
    values = {value for execution in found for value in _stored(construct, execution)}
    if len(values) != 1 or construct.replace is None:
        return construct, "undecided"
    constant = replace(construct, remove=construct.replace(values.pop()))
    return constant, _role(is_forbidden(constant.remove(program), judge, options))


def _stored(construct: Construct, execution: Execution) -> Iterator[Value]:
    """The values that a statement stores in an execution."""
    for event in execution.structure.events:
        if event.kind != "W" or event.instruction is None or event.value is None or execution.values is None:
            continue
        place = place_of(event.thread, event.instruction, True)
        if (place.thread, place.line) == (construct.place.thread, construct.place.line):
            yield evaluate(event.value, execution.values)


def _enough(
    program: Program, judge: Model, options: Options, found: list[tuple[Construct, Ordering]]
) -> tuple[Ordering, ...]:
    """The orderings left after taking out one redundant one after the other, as long as the outcome stays forbidden."""
    left = found
    redundant = [pair for pair in found if pair[1].role == "redundant"]
    if is_forbidden(without(program, (c for c, _ in redundant)), judge, options):
        return tuple(item for _, item in found if item.role != "redundant")
    for pair in reversed(redundant):
        rest = [other for other in left if other is not pair]
        gone = (construct for construct, item in found if (construct, item) not in rest)
        if is_forbidden(without(program, gone), judge, options):
            left = rest
    return tuple(item for _, item in left)


def is_forbidden(program: Program, judge: Model, options: Options) -> bool | None:
    """Whether the model forbids what the program asks about; None if undecided, or if it cannot be answered."""
    try:
        verdict = check(program, judge, replace(options, verdict_only=True, compiler=False))
    except LitmusError:
        return None
    if verdict.observation is None:
        return None
    return verdict.observation == ("Always" if program.condition.kind == "forall" else "Never")


def _role(forbidden: bool | None) -> Role:
    """The role of an ordering, by whether the outcome is forbidden without it."""
    return "undecided" if forbidden is None else "redundant" if forbidden else "needed"


def _ordered_by(program: Program, judge: Model, options: Options) -> list[object]:
    """All that a model sees of a program, but for the values: what orders nothing does not change it."""
    walker = RegisterWalker if judge.registers else Walker
    return [(s.n, dict(s.sets), dict(s.relations)) for s in unfold(program, options.unroll, walker).structures()]
