"""The meaning of cat: against sets of pairs, and the parts of the language that are decided while it is read."""

from __future__ import annotations

import re
from itertools import islice, product
from pathlib import Path

import pytest
from hypothesis import given, settings

from litmus.cat.library import Model, load_model
from litmus.check import check
from litmus.errors import InputError, UnsupportedError, UsageError
from litmus.ground.bounds import bound_all
from litmus.ground.choices import candidates, every_location, rules
from litmus.ground.pairs import make_pairs
from litmus.judge.enumerate import executions
from litmus.judge.evaluate import Evaluator
from litmus.judge.execution import Execution
from litmus.logic.relation import bits
from litmus.program import Program
from litmus.solve.sat import Gates
from litmus.source import Source, Span
from litmus.syntax import parse
from litmus.syntax.cat import tree as cat
from litmus.unfold.unfolding import unfold
from litmus.verdict import Observation
from tests.strategies import ARM, COHERENCE, LOCATIONS, definitions, model_of, model_texts, programs

SOME = settings(max_examples=60)

# --- against sets of pairs ------------------------------------------------------------------------------

Found = tuple[bool, frozenset[object]]
"""Whether it is a set (and not a relation), and its events or pairs."""


def compose(r: frozenset[object], s: frozenset[object]) -> frozenset[object]:
    return frozenset((a, d) for a, b in r for c, d in s if b == c)  # type: ignore[misc]


def closure(r: frozenset[object]) -> frozenset[object]:
    while (more := r | compose(r, r)) != r:
        r = more
    return r


class Naive:
    """Cat on one execution, with nothing clever in it."""

    def __init__(self, execution: Execution) -> None:
        s, u = execution.structure, execution.structure.universe
        self.events = frozenset(range(u.n))
        self.identity = frozenset((i, i) for i in range(u.n))
        known = {**s.relations, "rf": execution.rf, "co": execution.co}
        self.names: dict[str, Found] = {name: (False, frozenset(u.pairs_of(r))) for name, r in known.items()}
        for name in ("R", "W", "F", "IW", "M", "X", "A"):
            self.names[name] = (True, frozenset(bits(s.sets.get(name, 0))))
        rf, co, ext = (self.names[name][1] for name in ("rf", "co", "ext"))
        fr = frozenset((r, w2) for w, r in rf for w1, w2 in co if w == w1 and r != w2)  # type: ignore[misc]
        writes = frozenset(w for place in LOCATIONS for w in s.writes[place])
        last = writes - {a for a, _ in co}  # type: ignore[misc]
        self.names |= {
            "fr": (False, fr), "rfe": (False, rf & ext), "fri": (False, fr - ext), "id": (False, self.identity),
            "FW": (True, last), "emptyset": (True, frozenset()),
        }  # fmt: skip

    def define(self, let: cat.Let) -> None:
        """Adds what a `let` defines; `let rec` from the empty relations up."""
        names = [b.names[0] for b in let.bindings]
        if not let.recursive:
            self.names |= dict(zip(names, [self.value(b.body) for b in let.bindings], strict=True))
            return
        self.names |= {name: (False, frozenset()) for name in names}
        while (found := {b.names[0]: self.value(b.body) for b in let.bindings}) != {n: self.names[n] for n in names}:
            self.names |= found

    def value(self, e: cat.Expression) -> Found:
        match e:
            case cat.Name(name):
                return self.names[name]
            case cat.EmptyRelation():
                return False, frozenset()
            case cat.Universe():
                return True, self.events
            case cat.Apply(cat.Name(name), argument):
                _, relation = self.value(argument)
                return True, frozenset(pair[name == "range"] for pair in relation)  # type: ignore[index]
        assert isinstance(e, cat.Operator)
        values = [self.value(a) for a in e.arguments]
        return self.operate(e.op, values[0][0], [v for _, v in values])

    def operate(self, op: str, is_set: bool, v: list[frozenset[object]]) -> Found:
        everything = self.events if is_set else frozenset(product(self.events, repeat=2))
        match op:
            case "|":
                return is_set, frozenset().union(*v)
            case "&":
                return is_set, v[0].intersection(*v[1:])
            case "\\":
                return is_set, v[0] - v[1]
            case "~":
                return is_set, everything - v[0]
            case ";":
                result = v[0]
                for other in v[1:]:
                    result = compose(result, other)
                return False, result
            case "*":
                return False, frozenset(product(v[0], v[1]))
            case "[]":
                return False, frozenset((a, a) for a in v[0])
            case "^-1":
                return False, frozenset((b, a) for a, b in v[0])  # type: ignore[misc]
            case "^+":
                return False, closure(v[0])
            case "^*":
                return False, closure(v[0]) | self.identity
        assert op == "?"
        return False, v[0] | self.identity


@SOME
@given(program=programs(ARM, 100, copies=False), text=definitions())
def test_definitions_mean_what_they_say(program: Program, text: str) -> None:
    model = model_of(f'"m"\n{text}\nflag ~empty p as p\nflag ~empty q as q\n')
    structure = next(unfold(program).structures())
    theory = model.theory(structure.signature)
    evaluator, u = Evaluator(theory, structure), structure.universe
    for execution in islice(executions(structure), 3):
        naive = Naive(execution)
        for let in model.file.instructions:
            if isinstance(let, cat.Let):
                naive.define(let)
        values = evaluator.values(execution)
        for check_ in theory.checks:
            assert frozenset(u.pairs_of(values[check_.node.id])) == naive.names[check_.name][1]


@SOME
@given(program=programs(ARM, 100, copies=False), text=model_texts())
def test_every_execution_lies_between_the_bounds(program: Program, text: str) -> None:
    model = model_of(text)
    for structure in islice(unfold(program).structures(), 2):
        theory = model.theory(structure.signature)
        evaluator = Evaluator(theory, structure)
        choices = every_location(structure, rules(theory))
        if candidates(choices) == 0:
            continue
        pairs = make_pairs(structure, rules(theory), choices, Gates())
        may, must = bound_all(theory, structure, *pairs.bounds())
        for execution in islice(executions(structure), 30):
            if not execution.feasible or (theory.coherent and evaluator.failing(execution) is not None):
                continue
            for lower, value, upper in zip(must, evaluator.values(execution), may, strict=True):
                assert lower & ~value == 0
                assert value & ~upper == 0


# --- the language ---------------------------------------------------------------------------------------

SB = """X86 SB
{}
 P0          | P1          ;
 MOV [x],$1  | MOV [y],$1  ;
 MOV EAX,[y] | MOV EAX,[x] ;
exists (0:EAX=0 /\\ 1:EAX=0)
"""


@pytest.fixture(scope="module")
def sb() -> Program:
    return parse(Source("SB.litmus", SB))


def observed(program: Program, text: str, **others: str) -> Observation | None:
    """What a model in which only the test's `sc` can forbid anything says of a program."""
    return check(program, model_of(f'"m"\n{text}\n', **others)).observation


@pytest.mark.parametrize(
    "text",
    [
        "acyclic po | com",
        "let f(a, b) = a | b\nacyclic f(po, com)",
        "let f a = a | com\nacyclic f po",
        "let twice f = f(f po)\nlet g x = x | com\nacyclic twice g",
        "let f = fun x -> x | com\nacyclic f(po)",
        "let a = let b = po in b | com\nacyclic a",
        "let pair = (po, com)\nlet f(a, b) = a | b\nacyclic f pair",
        "let (a, b) = (po, com)\nacyclic a | b",
        "let a = po and b = com\nacyclic a | b",
        "procedure sc(a, b) =\n  acyclic a | b\nend\ncall sc(po, com)",
        "procedure sc() =\n  let both = po | com\n  acyclic both\nend\ncall sc()",
        "let a = try nowhere with po\nacyclic a | com",
        "let a = try po with nowhere\nacyclic a | com",
        'let a = if "absent" then 0 else po\nacyclic a | com',
        'let a = if not "absent" then po else 0\nacyclic a | com',
        'if "absent"\n  acyclic po\nelse\n  acyclic po | com\nend',
        'if not ("absent" || "other")\n  acyclic po | com\nend',
        "let rec path = (po | com) | path ; path\nirreflexive path",
        "let rec path = (po | com) | (po | com) ; path\nirreflexive path",
        "let rec a = po | b ; a and b = com | a ; b\nirreflexive (a | b)+",
        "let po2 = po\nlet po = 0\nacyclic po2 | com",
        "forall r in { po } do\n  acyclic r | com\nend",
        "enum colour = 'red || 'blue\nlet f c = match c with || 'red -> po || 'blue -> 0 end\nacyclic f 'red | com",
        "let all = map (fun r -> r | com) { po }\nforall r in all do\n  acyclic r\nend",
        'include "cos.cat"\nacyclic po | com',
        'include "mine.cat"\nacyclic mine | com',
        "empty [W] ; po ; [R] ; fr ; [W] ; po ; [R] ; fr",
        "irreflexive po ; fr ; po ; fr",
        "empty ~(~(po ; fr ; po ; fr) | ~id)",
        "acyclic po | com\n~empty W",
    ],
)
def test_a_model_that_forbids_store_buffering(sb: Program, text: str) -> None:
    assert observed(sb, text, mine="let mine = po") == "Never"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "acyclic rf | co | fr",
        "flag ~empty po",
        "let po = 0\nacyclic po | com",
        'if "absent"\n  acyclic po | com\nend',
        "procedure sc(a) =\n  acyclic a\nend",
        "~acyclic po | com",
        "let f(po) = po | com\nacyclic f(0)",
        'include "mine.cat"\nacyclic mine | com',
    ],
)
def test_a_model_that_allows_store_buffering(sb: Program, text: str) -> None:
    assert observed(sb, text, mine="let mine = po & rf") in ("Sometimes", "Always")


def test_a_check_that_nothing_meets_leaves_no_execution(sb: Program) -> None:
    verdict = check(sb, model_of('"m"\nempty W\n'))
    assert (verdict.observation, verdict.states) == ("Never", ())


def test_a_procedure_can_name_its_checks(sb: Program) -> None:
    model = model_of('"m"\nprocedure p(r) =\n  acyclic r\nend\ncall p(po | com) as mine\n')
    assert [c.name for c in model.theory(frozenset()).checks] == ["mine"]


def test_variants_decide_tests(sb: Program, tmp_path: Path) -> None:
    (tmp_path / "m.cat").write_text('"m"\nif "strong"\n  acyclic po | com\nend\n', encoding="utf-8")
    weak, strong = (load_model(str(tmp_path / "m.cat"), variants=v) for v in ((), ("strong",)))
    assert check(sb, weak).observation == "Sometimes"
    assert check(sb, strong).observation == "Never"


def test_the_coherence_axiom_is_recognised_however_it_is_written() -> None:
    for axiom in (COHERENCE, "acyclic com | po & loc", "let w = po-loc | com\nacyclic w | rmw", "acyclic po | com"):
        assert model_of(f'"m"\n{axiom}\n').theory(frozenset()).coherent
    for axiom in ("acyclic po-loc | rf | co", "flag " + COHERENCE, "~" + COHERENCE, "irreflexive po-loc | com"):
        assert not model_of(f'"m"\n{axiom}\n').theory(frozenset()).coherent
    assert model_of('"m"\nacyclic po | com\n').theory(frozenset()).implied == ()


# --- includes -------------------------------------------------------------------------------------------


def write(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_includes_are_looked_for_beside_the_file_and_then_in_the_given_folders(sb: Program, tmp_path: Path) -> None:
    top = write(tmp_path, "top.cat", '"m"\ninclude "sub/one.cat"\nacyclic one | two | com\n')
    write(tmp_path, "sub/one.cat", 'include "two.cat"\nlet one = two\n')
    write(tmp_path, "lib/two.cat", "let two = po\n")
    with pytest.raises(InputError, match=r"'two\.cat' is not found") as caught:
        check(sb, load_model(top))
    assert caught.value.span is not None
    assert caught.value.span.describe().endswith("one.cat:1:1")
    assert "-I" in (caught.value.hint or "")
    assert check(sb, load_model(top, include=(str(tmp_path / "lib"),))).observation == "Never"
    write(tmp_path, "sub/two.cat", "let two = 0\n")
    assert check(sb, load_model(top, include=(str(tmp_path / "lib"),))).observation == "Sometimes"


@pytest.mark.parametrize("path", ["a.cat", "../sub/a.cat", "./a.cat", "b.cat"])
def test_cycles_of_includes_are_found_whatever_the_path(sb: Program, tmp_path: Path, path: str) -> None:
    top = write(tmp_path, "sub/a.cat", f'"m"\ninclude "{path}"\nacyclic po\n')
    write(tmp_path, "sub/b.cat", 'include "a.cat"\n')
    with pytest.raises(InputError, match="includes itself") as caught:
        check(sb, load_model(top))
    assert caught.value.span is not None


def test_a_file_may_be_included_twice(sb: Program, tmp_path: Path) -> None:
    top = write(tmp_path, "a.cat", '"m"\ninclude "b.cat"\ninclude "b.cat"\nacyclic mine\n')
    write(tmp_path, "b.cat", "let mine = po | com\n")
    assert check(sb, load_model(top)).observation == "Never"


def test_bundled_models_do_not_read_files_of_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "lock.cat", "let po = nonsense\n")
    monkeypatch.chdir(tmp_path)
    model = load_model("lkmm", variants=("nobody asks for this one",))  # a new one: its theories are not known
    assert len(model.theory(frozenset({"R", "W"})).checks) > 1


def test_a_users_model_includes_a_bundled_one(sb: Program, tmp_path: Path) -> None:
    assert check(sb, load_model(write(tmp_path, "a.cat", '"m"\ninclude "sc.cat"\n'))).observation == "Never"


@pytest.mark.parametrize("name", ["", ".", "..", "x" * 5000, "no\0name"])
def test_names_that_no_file_can_have(sb: Program, tmp_path: Path, name: str) -> None:
    with pytest.raises((InputError, UsageError)):
        check(sb, load_model(write(tmp_path, "a.cat", f'"m"\ninclude "{name}"\n')))
    with pytest.raises(UsageError):
        load_model(str(tmp_path / f"{name}.cat"))


# --- errors ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message", "marked"),
    [
        ("acyclic poo | rf", "'poo' is not defined", "poo"),
        ("acyclic W", "'acyclic' needs a relation", "W"),
        ("irreflexive R | W", "'irreflexive' needs a relation", "R | W"),
        ("acyclic W ; po", "';' wants a relation", "W"),
        ("acyclic po | W", "'|' combines a set with a relation", "W"),
        ("acyclic MFENCE | po", "'|' combines a set with a relation", "MFENCE"),
        ("acyclic po & MFENCE", "'&' combines a set with a relation", "MFENCE"),
        ("acyclic po \\ MFENCE", "combines a set with a relation", "MFENCE"),
        ("let x = SYNC\nacyclic x ; po", "';' wants a relation", "x"),
        ("acyclic MFENCE", "'acyclic' needs a relation", "MFENCE"),
        ("empty [rmw \\ rmw]", "'[]' wants a set", "rmw \\ rmw"),
        ("empty domain MFENCE", "'domain' wants a relation", "domain MFENCE"),
        ("acyclic [po]", "'[]' wants a set", "po"),
        ("acyclic po * W", "'*' wants a set", "po"),
        ("acyclic W+", "'^+' wants a relation", "W"),
        ("empty domain(W)", "'domain' wants a relation", "domain(W)"),
        ("empty range W", "'range' wants a relation", "range W"),
        ("acyclic domain", "not a function", "domain"),
        ("let f(a, b) = a | b\nacyclic f(po)", "2 arguments are wanted here, not 1", "f(po)"),
        ("acyclic po(rf)", "it is a relation", "po(rf)"),
        ("acyclic (po, rf)", "not a tuple of 2", "po, rf"),
        ("let rec f(x) = f(x)\nacyclic f(po)", "nested too deeply", "f(x)"),
        ("procedure p(x) =\n  call p(x)\nend\ncall p(po)", "nested too deeply", "call p(x)"),
        ("call nothing(po)", "'nothing' is no procedure", "call nothing(po)"),
        ("let rec a = rf \\ a\nacyclic a", "defined by its own complement", "a = rf \\ a"),
        ("let rec a = rf & ~(a ; po)\nacyclic a", "defined by its own complement", "a = rf & ~(a ; po)"),
    ],
)
def test_errors_say_what_and_where(sb: Program, text: str, message: str, marked: str) -> None:
    with pytest.raises(InputError, match=re.escape(message)) as caught:
        observed(sb, text)
    span = caught.value.span
    assert span is not None
    assert isinstance(span, Span)
    assert span.text == marked


@pytest.mark.parametrize(
    "text",
    ["acyclic po | 0", "empty W & {}", "empty [0] | po \\ po", "empty domain {} | W \\ W", "acyclic 0 ; {}"],
)
def test_nothing_is_a_set_and_a_relation(sb: Program, text: str) -> None:
    assert observed(sb, text)


def test_a_misspelt_name_gets_a_proposal(sb: Program) -> None:
    with pytest.raises(InputError) as caught:
        observed(sb, "let preserved = po\nacyclic preservd | rf")
    assert caught.value.hint == "did you mean preserved?"


def test_recursion_hidden_in_another_recursion_is_seen(sb: Program) -> None:
    with pytest.raises(UnsupportedError, match="defined by its own complement"):
        observed(sb, "let rec a = rf \\ ((let rec b = a | b ; rf in b) ; po)\nacyclic a")


@pytest.mark.parametrize("text", ["let rec a = po \\ a", "let rec a = ~a", "let rec a = po \\ b and b = a"])
def test_definitions_that_never_come_to_rest_are_refused(sb: Program, text: str) -> None:
    with pytest.raises(UnsupportedError):
        observed(sb, f"{text}\nacyclic a")


def test_an_inner_recursion_over_an_outer_one_is_not_taken_for_static(sb: Program) -> None:
    inner = "let rec a = rf | rf ; a\nand c = (let rec b = a | b ; po in b)\nflag ~empty c as c"
    assert check(sb, model_of(f'"m"\n{inner}\n')).flags == ("c",)


def test_models_deeper_than_pythons_stack_are_read_or_refused(sb: Program) -> None:
    chain = "let a0 = rf\n" + "\n".join(f"let a{i + 1} = (a{i} ; po)+ | a{i} ; co" for i in range(600))
    try:
        observed(sb, f"{chain}\nacyclic a600")
    except InputError as error:
        assert "nested too deeply" in error.message


def test_a_theory_is_made_once_for_each_signature() -> None:
    model: Model = model_of('"m"\nacyclic [X] ; po ; [X]\n')
    assert model.theory(frozenset({"R"})) is model.theory(frozenset({"MFENCE"}))
    assert model.theory(frozenset({"R"})) is not model.theory(frozenset({"R", "X"}))


TITLES = [("AArch64 and Power", "aarch64"), ("Power, as on Arm v8", "aarch64"), ("RISC-V and ARM", "riscv"),
          ("PPC or x86", "x86"), ("mine", "any")]  # fmt: skip


@pytest.mark.parametrize(("title", "target"), TITLES)
def test_the_first_language_that_a_title_names_is_the_target(title: str, target: str, tmp_path: Path) -> None:
    assert load_model(write(tmp_path, "a.cat", f'"{title}"\nacyclic po as hb\n')).target == target
