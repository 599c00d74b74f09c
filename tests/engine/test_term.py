"""Terms: folding, and the operators on numbers and on addresses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from litmus.errors import UnsupportedError
from litmus.program import Pointer
from litmus.program.term import (
    INTEGER_OPERATORS,
    Operation,
    Read,
    Term,
    added_constant,
    apply,
    compute,
    evaluate,
    read_keys,
)

BINARY = sorted(set(INTEGER_OPERATORS) - {"neg", "~", "!"} - {f"{s}{n}" for s in "us" for n in (8, 16, 32, 64)})
UNARY = ["-", "~", "!", "u8", "u16", "u32", "u64", "s8", "s16", "s32", "s64"]
SMALL = st.integers(-300, 300)


@st.composite
def terms(draw: st.DrawFn, depth: int = 3) -> Term:
    """A term over the reads 0, 1 and 2, folded as it is built."""
    if not depth or draw(st.booleans()):
        return draw(st.sampled_from([Read(0), Read(1), Read(2)]) | SMALL)
    if draw(st.booleans()):
        return apply(draw(st.sampled_from(UNARY)), draw(terms(depth - 1)))
    return apply(draw(st.sampled_from(BINARY)), draw(terms(depth - 1)), draw(terms(depth - 1)))


def substitute(term: Term, values: dict[int, int]) -> Term:
    """The term with its reads replaced, folded from the leaves up."""
    if isinstance(term, Read):
        return values[term.key]
    if isinstance(term, Operation):
        return apply(term.op, *(substitute(a, values) for a in term.arguments))
    return term


@given(terms(), st.tuples(SMALL, SMALL, SMALL))
def test_evaluating_is_folding_with_the_values_known(term: Term, values: tuple[int, int, int]) -> None:
    known = dict(enumerate(values))
    assert evaluate(term, known) == substitute(term, known)


@given(terms())
def test_a_term_without_reads_is_a_value(term: Term) -> None:
    assert isinstance(term, Read | Operation) == bool(read_keys(term))


@given(terms(), st.tuples(SMALL, SMALL, SMALL))
def test_the_keys_of_a_term_are_all_it_needs(term: Term, values: tuple[int, int, int]) -> None:
    assert isinstance(evaluate(term, {key: values[key] for key in read_keys(term)}), int)


@given(st.integers(-(1 << 70), 1 << 70))
def test_truncations_agree_with_bytes(value: int) -> None:
    for width in (8, 16, 32, 64):
        low = (value & (1 << width) - 1).to_bytes(width // 8, "little")
        assert compute(f"u{width}", (value,)) == int.from_bytes(low, "little")
        assert compute(f"s{width}", (value,)) == int.from_bytes(low, "little", signed=True)


@given(SMALL, SMALL)
def test_division_truncates_and_the_remainder_has_the_sign_of_the_dividend(a: int, b: int) -> None:
    quotient, remainder = compute("/", (a, b)), compute("%", (a, b))
    assert isinstance(quotient, int) and isinstance(remainder, int)
    if b == 0:
        assert (quotient, remainder) == (0, a)
    else:
        assert quotient == int(a / b)
        assert quotient * b + remainder == a
        assert abs(remainder) < abs(b)
        assert remainder == 0 or (remainder < 0) == (a < 0)


@given(SMALL, SMALL)
def test_unsigned_order_is_that_of_64_bits(a: int, b: int) -> None:
    left, right = a % 2**64, b % 2**64
    assert compute("u<", (a, b)) == (left < right)
    assert compute("u<=", (a, b)) == (left <= right)
    assert compute("umin", (a, b)) in (a, b)
    assert compute("umin", (a, b)) % 2**64 == min(left, right)
    assert compute("umax", (a, b)) % 2**64 == max(left, right)


X, Y, X8 = Pointer("x"), Pointer("y"), Pointer("x", 8)


@pytest.mark.parametrize(
    ("op", "arguments", "value"),
    [
        ("+", (X, 8), X8), ("+", (8, X), X8), ("-", (X8, 8), X), ("-", (X8, X), 8), ("+", (X, 0), X),
        ("==", (X, X), 1), ("==", (X, Y), 0), ("!=", (X, Y), 1), ("==", (X, 0), 0), ("!=", (0, X), 1),
        ("!", (X,), 0), ("u64", (X,), X), ("s64", (X,), X), ("<", (X, X8), 1), (">=", (X, X8), 0),
        ("^", (X, X), 0), ("&", (X, X), X), ("|", (X, 0), X), ("&", (X, 0), 0), ("*", (X, 0), 0), ("^", (0, X), X),
        ("select", (X, 1, Y), 1), ("select", (0, 1, Y), Y),
    ],
)  # fmt: skip
def test_operators_on_addresses(op: str, arguments: tuple[int | Pointer, ...], value: int | Pointer) -> None:
    assert compute(op, arguments) == value


@pytest.mark.parametrize("op", BINARY)
@given(other=st.sampled_from([3, Y, X8]), swapped=st.booleans())
def test_any_other_operator_on_an_address_has_a_value_or_is_refused(
    op: str, other: int | Pointer, swapped: bool
) -> None:
    arguments = (other, X) if swapped else (X, other)
    try:
        assert isinstance(compute(op, arguments), int | Pointer)
    except UnsupportedError as error:
        assert op in error.message


@pytest.mark.parametrize("op", UNARY)
def test_unary_operators_on_an_address_have_a_value_or_are_refused(op: str) -> None:
    try:
        assert compute(op, (X,)) in (X, 0)
    except UnsupportedError as error:
        assert op in error.message


@given(terms(), st.tuples(SMALL, SMALL, SMALL))
def test_an_added_constant_is_added(term: Term, values: tuple[int, int, int]) -> None:
    constant = added_constant(term)
    if constant is not None:
        (key,) = read_keys(term)
        value = evaluate(term, dict(enumerate(values)))
        assert isinstance(value, int)
        assert (value - values[key] - constant) % 256 == 0
