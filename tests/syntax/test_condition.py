"""The question of a test: what it parses to, that both readers agree, and its errors."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from litmus.errors import InputError
from litmus.program import TRUE, And, Compare, MemoryAt, Not, Observable, Or, Pointer, RegisterAt
from litmus.source import Source
from litmus.syntax.question import condition, reader
from litmus.syntax.question.quick import quickly
from litmus.syntax.question.transformer import Questions

X, Y = MemoryAt(Pointer("x"), "x"), MemoryAt(Pointer("y"), "y")
R = RegisterAt(0, "r1", "0:r1")


def resolve(mention: condition.Mention) -> Observable:
    if mention.thread is None:
        return condition.memory(mention, 4)
    return RegisterAt(mention.thread, mention.name.lower(), mention.shown)


def parse(text: str) -> condition.Question:
    return condition.parse(Source("t", text), text, 0, resolve)


def proposition(text: str) -> object:
    asked = parse(f"exists {text}").condition
    assert asked
    return asked.proposition


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("exists x=1", "exists"),
        ("~exists x=1", "~exists"),
        ("~ exists (x=1);", "~exists"),
        ("not exists (x=1)", "~exists"),
        ("forall (x=1)", "forall"),
        ("final x=1", "exists"),
    ],
)
def test_kind(text: str, kind: str) -> None:
    asked = parse(text).condition
    assert asked and (asked.kind, asked.proposition) == (kind, Compare(X, "=", 1))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("true", TRUE),
        ("false", Or(())),
        ("x=-1", Compare(X, "=", -1)),
        ("x==0x10", Compare(X, "=", 16)),
        ("x=010", Compare(X, "=", 10)),
        ("[x]<=2", Compare(X, "<=", 2)),
        ("x<>2", Compare(X, "!=", 2)),
        ("P0:R1 = 1", Compare(RegisterAt(0, "r1", "0:R1"), "=", 1)),
        ("0:r1=x", Compare(R, "=", Pointer("x"))),
        ("0:r1=&x", Compare(R, "=", Pointer("x"))),
        ("0:r1=x[1]", Compare(R, "=", Pointer("x", 4))),
        ("0:r1=[x]", Compare(R, "=", X)),
        ("x=0:r1", Compare(X, "=", R)),
        ("x[2]=1", Compare(MemoryAt(Pointer("x", 8), "x[2]"), "=", 1)),
        ("~x=1", Not(Compare(X, "=", 1))),
        ("not (x=1)", Not(Compare(X, "=", 1))),
    ],
)
def test_proposition(text: str, expected: object) -> None:
    assert proposition(text) == expected


def test_precedence() -> None:
    a, b, c = (Compare(X, "=", n) for n in (1, 2, 3))
    assert proposition(r"x=1 \/ x=2 /\ x=3") == Or((a, And((b, c))))
    assert proposition(r"~x=1 /\ x=2") == And((Not(a), b))
    assert proposition(r"x=1 => x=2 /\ x=3") == And((Or((Not(a), b)), c))
    assert proposition(r"(x=1 \/ x=2) /\ x=3") == And((Or((a, b)), c))


def test_locations_and_filter() -> None:
    question = parse("locations [x; 0:r1; y] filter x=1 exists y=2")
    assert question.locations == (X, R, Y)
    assert question.filter == Compare(X, "=", 1)
    assert question.condition and question.condition.proposition == Compare(Y, "=", 2)


def test_expectations() -> None:
    found = parse("final x=1; with tso: ~exists; cc: exists; default: forall;").expectations
    assert [(e.model, e.verdict) for e in found] == [("x86-tso", "forbidden"), ("cc", "allowed"), ("default", "always")]


NAMES = st.sampled_from(["x", "0:EAX", "P1:%rax", "y_2", "exists"])
SPACE = st.sampled_from(["", " ", "\n"])


@st.composite
def comparisons(draw: st.DrawFn) -> str:
    parts = [draw(NAMES), draw(st.sampled_from(["=", "==", "!="])), draw(st.sampled_from(["1", "-2", "0x1F"]))]
    return draw(SPACE).join(parts)


def connected(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pair = st.tuples(inner, SPACE, st.sampled_from(["/\\", "\\/"]), SPACE, inner).map("".join)
    return st.one_of(pair, inner.map("({})".format), inner.map("~{}".format), inner.map("not {}".format))


@given(st.sampled_from(["exists ", "~exists ", "forall ("]), st.recursive(comparisons(), connected, max_leaves=12))
def test_both_readers_agree(quantifier: str, body: str) -> None:
    text = quantifier + body + (")" if quantifier.endswith("(") else "")
    quick = quickly(text)
    assert quick and quick == reader.by_grammar(Source("t", text), text, 0)


@given(st.lists(st.sampled_from(["exists", "x=1", "/\\", "\\/", "(", ")", "~", "x", "=", ";", "=>", "1"]), max_size=9))
def test_quick_reader_accepts_nothing_more(words: list[str]) -> None:
    text = "exists " + " ".join(words)
    quick = quickly(text)
    assert quick is None or quick == reader.by_grammar(Source("t", text), text, 0)


@pytest.mark.parametrize(
    ("text", "column", "message", "hint"),
    [
        ("exist x=1", 1, "unexpected 'exist'", "did you mean exists?"),
        ("exists (x=1", 12, "end of input, expected ')'", "add ')'"),
        ("exists x=1 & y=2", 12, "unexpected '&'", "write /\\ for &"),
        ("exists x:=1", 9, "unexpected ':'", "replace ':'"),
        (r"exists x=1 /\ ", 14, "unexpected end of input", "add"),
    ],
)
def test_errors(text: str, column: int, message: str, hint: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(text)
    error = caught.value
    assert message in error.message and error.hint and hint in error.hint
    assert error.span and error.span.describe() == f"t:1:{column}"


def test_every_rule_is_handled() -> None:
    builder = Questions()
    rules = {str(rule.alias or rule.origin.name) for rule in reader._parser().rules}
    assert [rule for rule in sorted(rules) if rule[0] != "_" and not hasattr(builder, rule)] == [
        "proposition", "value",
    ]  # fmt: skip
