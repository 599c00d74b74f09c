"""Functions of cat: those that are built in, recursion over sets of values, matches, tuples; each by its outcome."""

from __future__ import annotations

import re

import pytest

from litmus.check import Options, check
from litmus.errors import InputError, UnsupportedError
from litmus.program import Program
from litmus.source import Source
from litmus.syntax import parse
from litmus.verdict import Observation
from tests.strategies import brute_force, model_of, state

SB = """X86 SB
{}
 P0          | P1          ;
 MOV [x],$1  | MOV [y],$1  ;
 MOV EAX,[y] | MOV EAX,[x] ;
exists (0:EAX=0 /\\ 1:EAX=0)
"""

CO = """X86 CO
{}
 P0         | P1         ;
 MOV [x],$1 | MOV [x],$3 ;
 MOV [x],$2 |            ;
exists (x=1)
"""
"""One thread writes 1 and then 2: only a coherence order that knows nothing of program order ends with 1."""


def program(text: str) -> Program:
    return parse(Source("t.litmus", text))


def observed(text: str, lines: str) -> Observation | None:
    """What a model says of a program: the same by tables, by Z3 and by brute force."""
    test, model = program(text), model_of(f'"m"\n{lines}\n')
    verdicts = [check(test, model, Options(engine=engine)) for engine in ("table", "z3")]
    expected = set(brute_force(test, model).states)
    assert all({state(s) for s in verdict.states} == expected for verdict in verdicts)
    assert verdicts[0].observation == verdicts[1].observation
    return verdicts[0].observation


# --- coherence orders -----------------------------------------------------------------------------------

PO_WRITES = "let partial = co0 | ([W] ; po-loc ; [W])\n"


@pytest.mark.parametrize(
    "orders",
    [
        "generate_cos(partial)",
        "linearisations(W, partial)",
        "generate_orders(W, partial)",
        "co_locs(partial, partition(W))",
        "co_locs(partial, classes-loc(W))",
        "cross(co_locs(partial, partition(W)))",
    ],
)
def test_coherence_orders_contain_what_they_are_made_from(orders: str) -> None:
    assert observed(CO, f"{PO_WRITES}with co from {orders}") == "Never"
    assert observed(CO, f"let partial = co0\nwith co from {orders}") == "Sometimes"


@pytest.mark.parametrize(
    ("lines", "message", "marked"),
    [
        ("with co from linearisations(R, co0)", "for the writes (W) only", "linearisations(R, co0)"),
        ("with co from linearisations(W)", "for the writes (W) only", "linearisations(W)"),
        ("with co from co_locs(co0, W)", "a relation and a partition", "co_locs(co0, W)"),
        ("with co from co_locs(co0, partition(R))", "for the writes (W) only", "co_locs(co0, partition(R))"),
        ("with co from generate_cos('a)", "a set or a relation is wanted here, not the tag", "generate_cos('a)"),
        ("with rf from generate_cos(co0)", "`with rf from` is supported", "with rf from generate_cos(co0)"),
        ("with r from {po, rf}", "`with r from` is supported", "with r from {po, rf}"),
        ("empty partition(W)", "not a set of values", "partition(W)"),
    ],
)
def test_other_orders_are_refused(lines: str, message: str, marked: str) -> None:
    with pytest.raises(InputError, match=re.escape(message)) as caught:
        observed(CO, lines)
    assert caught.value.span is not None
    assert caught.value.span.text.rstrip(")") == marked.rstrip(")")


# --- sets of values -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "lines",
    [
        # recursion over the elements of a set, by `match`
        "let rec union S = match S with || {} -> 0 || e ++ T -> e | union T end\nacyclic union {po, rf, co, fr}",
        "let rec pick S = match S with || {} -> po || e ++ T -> pick T end\nacyclic pick {rf, co} | com",
        # two functions that call each other: every other element
        "let rec odd S = match S with || {} -> 0 || e ++ T -> e | even T end\n"
        "and even S = match S with || {} -> 0 || e ++ T -> odd T end\nacyclic odd {po, loc, com}",
        # sets grow by `++` and `|`
        "let rec union S = match S with || {} -> 0 || e ++ T -> e | union T end\nacyclic union (po ++ {com})",
        "let rec union S = match S with || {} -> 0 || e ++ T -> e | union T end\nacyclic union ({po} | {com})",
        "let rec union S = match S with || {} -> 0 || e ++ T -> e | union T end\nacyclic union (po ++ com ++ {})",
        # functions as values, in tuples and sets
        "let compose(f, g) = fun x -> f (g x)\nlet h = compose((fun r -> r | com), (fun r -> r | po))\nacyclic h 0",
        "let (f, r) = ((fun x -> x | com), po)\nacyclic f r",
        "let swap(a, b) = (b, a)\nlet without(a, b) = a \\ b\nacyclic (without (swap(0, po))) | com",
        "let nested = ((po, rf), (co, fr))\nlet (a, b) = nested\nlet join(r, s) = r | s\nacyclic join a | join b",
        "let f r = r | com\nforall g in {f} do\n  acyclic g po\nend",
        # one relation of each set
        "forall r in cross { {po}, {com} } do\n  acyclic r\nend",
        "forall r in cross { {po}, {rf, com} } do\n  acyclic r\nend",
        "with both from cross { {po}, {com} }\nacyclic both",
        "with none from cross {}\nacyclic po | com | none",
        # a set with one element
        "with r from { po | com }\nacyclic r",
        # tags
        "enum side = 'left || 'right\nlet rec f S = match S with || {} -> 0 || t ++ T ->\n"
        "  (match t with || 'left -> po || _ -> com end) | f T end\nacyclic f side",
        "let f t = if t = 'a then po else com\nacyclic f 'a | f 'b",
        # what the tests of `if` can tell
        "let f(a, b) = if a = b then po else 0\nacyclic f(rf, rf) | com",
        "let f(a, b) = if a subset b then po else 0\nacyclic f(0, rf) | f({}, co) | com",
        # of features that no test has
        "acyclic po | com | same-oa(W) | at-least-one-writable po | inter_transitive(rf)",
        # functions of the prelude
        "let s = udr po\nempty s & ~(domain po | range po)\nacyclic toid(s) ; po | com",
        "procedure sc(r) =\n  call subseteq(r, r)\n  call inclusion(r, r | po)\n  acyclic r\nend\ncall sc(po | com)",
        "acyclic nodetour(po | com, 0, po) | singlestep(0)",
        "empty ~(imply(po, po)) \nacyclic po | com",
        "let rec sum S = match S with || {} -> 0 || e ++ T -> e | sum T end\n"
        "acyclic sum (map (fun r -> r | com) {po, 0})",
    ],
)  # fmt: skip
def test_models_that_forbid_store_buffering(lines: str) -> None:
    assert observed(SB, lines) == "Never"


@pytest.mark.parametrize(
    "lines",
    [
        "let rec pick S = match S with || {} -> 0 || e ++ T -> pick T end\nacyclic pick {po, com} | rf",
        "let f t = if t = 'a then po else 0\nacyclic f 'b | com",
        "forall r in cross { {po, po}, {} } do\n  acyclic r | com\nend",
        "acyclic fencerel(MFENCE) | com",
        "acyclic ctrlcfence(ctrl, LFENCE) | com",
    ],
)
def test_models_that_allow_store_buffering(lines: str) -> None:
    assert observed(SB, lines) == "Sometimes"


def test_different_values() -> None:
    lines = "flag ~empty different-values([W] ; co ; [W]) as differ\nflag ~empty different-values(rf) as torn"
    assert check(program(CO), model_of(f'"m"\n{lines}\n')).flags == ("differ",)


def test_the_events_with_a_tag() -> None:
    lines = "flag ~empty tag2events('MFENCE) as fenced\nflag ~empty tag2events('nothing) as other"
    fenced = SB.replace("MOV EAX,[y]", "MFENCE     ").replace("0:EAX=0 /\\ ", "")
    assert check(program(fenced), model_of(f'"m"\n{lines}\n')).flags == ("fenced",)
    assert check(program(SB), model_of(f'"m"\n{lines}\n')).flags == ()


@pytest.mark.parametrize(
    ("lines", "message", "marked"),
    [
        ("empty tag2events(po)", "a tag is wanted here, not a relation", "tag2events(po)"),
        ("empty tag2events({'a})", "a tag is wanted here, not a set of values", "tag2events({'a})"),
        ("enum e = 'a || 'b\nlet f t = match t with || 'a -> po end\nempty f 'b", "no clause matches the tag 'b'",
         "match t with || 'a -> po end"),
        ("let f(a, b) = a\nempty f('a, (po, rf), 'c)", "2 arguments are wanted here, not 3", "f('a, (po, rf), 'c)"),
        ("let (a, b) = (po, rf, co)\nempty a", "2 arguments are wanted here, not 3", "(a, b) = (po, rf, co)"),
        ("acyclic (fun r -> r)", "not a function", "fun r -> r"),
        ("procedure p(a) =\nend\nacyclic p", "not a procedure", "p"),
        ("empty domain('a)", "not the tag 'a'", "domain('a)"),
    ],
)  # fmt: skip
def test_mistakes_say_what_and_where(lines: str, message: str, marked: str) -> None:
    with pytest.raises(InputError, match=re.escape(message)) as caught:
        observed(SB, lines)
    assert caught.value.span is not None
    assert caught.value.span.text.strip("()") == marked.strip("()")


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("let rec f S = match S with || {} -> 0 || e ++ T -> f T end\nempty f W", "the elements of a set"),
        ("forall r in W do\n  acyclic r\nend", "the elements of a set"),
        ("empty cross { po, rf }", "the elements of a relation"),
        ("let f a = if a = rf then po else 0\nempty f co", "depends on the events of the test"),
        ("let f a = if a subset rf then po else 0\nempty f co", "depends on the events of the test"),
        ("let writes x = W\nlet rec s = writes s\nempty s", "a recursive definition of this set is not supported"),
    ],
)
def test_what_depends_on_the_events_of_a_test_is_refused(lines: str, message: str) -> None:
    with pytest.raises((UnsupportedError, InputError), match=re.escape(message)):
        observed(SB, lines)
