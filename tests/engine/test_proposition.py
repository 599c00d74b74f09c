"""Propositions: one fold, one map, one way to write them."""

from hypothesis import given
from hypothesis import strategies as st

from litmus.program import (
    And,
    Compare,
    MemoryAt,
    Not,
    Notation,
    Observable,
    Or,
    Pointer,
    Proposition,
    RegisterAt,
    comparisons,
    folded,
    mapped,
    mentioned,
    predicate,
    written,
)

OBSERVABLES: tuple[Observable, ...] = (
    RegisterAt(0, "EAX", "0:EAX"), RegisterAt(1, "EBX", "1:EBX"), MemoryAt(Pointer("x"), "x"),
)  # fmt: skip
OPERATORS = {"=": int.__eq__, "!=": int.__ne__, "<": int.__lt__, ">=": int.__ge__}
SIDES = st.sampled_from(OBSERVABLES)
COMPARISONS = st.builds(Compare, SIDES, st.sampled_from(sorted(OPERATORS)), st.integers(-1, 2) | SIDES)
PROPOSITIONS: st.SearchStrategy[Proposition] = st.recursive(
    COMPARISONS,
    lambda inner: st.builds(Not, inner)
    | st.builds(And, st.lists(inner, max_size=3).map(tuple))
    | st.builds(Or, st.lists(inner, max_size=3).map(tuple)),
    max_leaves=8,
)
PYTHON = Notation(" and ", " or ", "not ({})", "True", "False")


def truth(proposition: Proposition, values: dict[str, int]) -> bool:
    """The truth of a proposition, by plain recursion."""
    match proposition:
        case Compare(left, op, right):
            other = right if isinstance(right, int) else values[getattr(right, "name", "")]
            return OPERATORS[op](values[left.name], other)
        case Not(argument):
            return not truth(argument, values)
        case And(arguments):
            return all(truth(argument, values) for argument in arguments)
        case Or(arguments):
            return any(truth(argument, values) for argument in arguments)


@given(PROPOSITIONS)
def test_the_fold_and_the_map_reach_every_node(proposition: Proposition) -> None:
    rebuilt: Proposition = folded(
        proposition, lambda node: node, lambda parts: And(tuple(parts)), lambda parts: Or(tuple(parts)), Not
    )
    assert rebuilt == proposition == mapped(proposition, lambda node: node)
    renamed = mapped(proposition, lambda node: Compare(node.left, "=", 7))
    assert [(node.op, node.right) for node in comparisons(renamed)] == [("=", 7) for _ in comparisons(proposition)]


@given(PROPOSITIONS, st.tuples(*[st.integers(-1, 2)] * len(OBSERVABLES)))
def test_a_predicate_is_the_truth(proposition: Proposition, values: tuple[int, ...]) -> None:
    named = {item.name: value for item, value in zip(OBSERVABLES, values, strict=True)}
    assert predicate(proposition, OBSERVABLES)(values) == truth(proposition, named)
    assert {item.name for item in mentioned(proposition)} <= set(named)


@given(PROPOSITIONS, st.tuples(*[st.integers(-1, 2)] * len(OBSERVABLES)), st.booleans())
def test_what_is_written_means_the_same(proposition: Proposition, values: tuple[int, ...], spare: bool) -> None:
    """Python reads it back, also with the fewest brackets: its connectives bind as those of all notations here."""
    named = {item.name: value for item, value in zip(OBSERVABLES, values, strict=True)}

    def compare(node: Compare) -> str:
        return str(truth(node, named))

    notation = Notation(PYTHON.conjunction, PYTHON.disjunction, PYTHON.negation, PYTHON.true, PYTHON.false, spare)
    assert eval(written(proposition, compare, notation)) is truth(proposition, named)
