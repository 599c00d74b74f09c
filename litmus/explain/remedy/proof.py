"""Which orderings of a program carry the proof that an outcome is forbidden.

Each is taken out of the program, and the model is asked again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from litmus.case import Case
from litmus.check import Options, check
from litmus.errors import LitmusError
from litmus.explain.explanation import Ordering, Role
from litmus.explain.remedy.constructs import Construct, constructs, without
from litmus.explain.words import place_of
from litmus.judge import Execution
from litmus.program import Value
from litmus.program.term import evaluate


@dataclass(frozen=True, slots=True)
class Proof:
    """The orderings of a program with their roles, and some of them that forbid the outcome without the others (all
    that are needed, where these do).
    """

    orderings: tuple[Ordering, ...]
    enough: tuple[Ordering, ...]


def proof(case: Case, options: Options, found: Sequence[Execution]) -> Proof:
    """What carries the proof that a model forbids the outcome of a program.

    `found`: executions with the outcome, for the values that it takes.
    """
    before = _ordered_by(case, options)
    roles: list[tuple[Construct, Ordering]] = []
    for construct in constructs(case.test, case.own_words):
        changed = case.changed(construct.remove(case.test))
        if _ordered_by(changed, options) != before:
            role = _role(is_forbidden(changed, options))
            if role == "undecided" and construct.replace is not None:
                construct, role = _with_a_constant(construct, case, options, found)
            roles.append((construct, Ordering(construct.place, construct.kind, construct.words, role)))
    return Proof(tuple(item for _, item in roles), _enough(case, options, roles))


def _with_a_constant(
    construct: Construct, case: Case, options: Options, found: Sequence[Execution]
) -> tuple[Construct, Role]:
    """A data dependency whose value would depend on itself without it: the value that the outcome takes, as a constant,
    if it is always the same.
    """
    values = {value for execution in found for value in _stored(construct, execution)}
    if len(values) != 1 or construct.replace is None:
        return construct, "undecided"
    constant = replace(construct, remove=construct.replace(values.pop()))
    return constant, _role(is_forbidden(case.changed(constant.remove(case.test)), options))


def _stored(construct: Construct, execution: Execution) -> Iterator[Value]:
    """The values that a statement stores in an execution."""
    for event in execution.structure.events:
        if event.kind != "W" or event.instruction is None or event.value is None or execution.values is None:
            continue
        place = place_of(event.thread, event.instruction, True)
        if (place.thread, place.line) == (construct.place.thread, construct.place.line):
            yield evaluate(event.value, execution.values)


def _enough(case: Case, options: Options, found: list[tuple[Construct, Ordering]]) -> tuple[Ordering, ...]:
    """The orderings left after taking out one redundant one after the other, as long as the outcome stays forbidden."""
    left = found
    redundant = [pair for pair in found if pair[1].role == "redundant"]
    if is_forbidden(case.changed(without(case.test, (c for c, _ in redundant))), options):
        return tuple(item for _, item in found if item.role != "redundant")
    for pair in reversed(redundant):
        rest = [other for other in left if other is not pair]
        gone = (construct for construct, item in found if (construct, item) not in rest)
        if is_forbidden(case.changed(without(case.test, gone)), options):
            left = rest
    return tuple(item for _, item in left)


def is_forbidden(case: Case, options: Options) -> bool | None:
    """Whether the model forbids what the program asks about; None if undecided, or if it cannot be answered."""
    try:
        verdict = check(case.test, case.model, replace(options, verdict_only=True, compiler=False))
    except LitmusError:
        return None
    if verdict.observation is None:
        return None
    return verdict.observation == ("Always" if case.test.condition.kind == "forall" else "Never")


def _role(forbidden: bool | None) -> Role:
    """The role of an ordering, by whether the outcome is forbidden without it."""
    return "undecided" if forbidden is None else "redundant" if forbidden else "needed"


def _ordered_by(case: Case, options: Options) -> list[object]:
    """All that a model sees of a program, but for the values: what orders nothing does not change it."""
    return [(s.n, dict(s.sets), dict(s.relations)) for s in case.unfold(options.unroll).structures()]
