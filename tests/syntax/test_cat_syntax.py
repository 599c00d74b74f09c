"""The cat language: what the reader builds, and what it says about text that is no cat."""

import os
from pathlib import Path

import pytest

from litmus.errors import InputError, UnsupportedError
from litmus.source import Source
from litmus.syntax.cat import tree as cat
from litmus.syntax.cat.expression import MOST_NESTED
from litmus.syntax.cat.front import blank_comments, parse


def file(text: str) -> cat.CatFile:
    return parse(Source("test.cat", text))


def only(text: str) -> cat.Instruction:
    (instruction,) = file(text).instructions
    return instruction


def expression(text: str) -> cat.Expression:
    let = only(f"let x = {text}")
    assert isinstance(let, cat.Let)
    return let.bindings[0].body


def shown(node: cat.Expression) -> str:
    """An expression with all its brackets; nodes that are no operators by their class."""
    match node:
        case cat.Name(name, _):
            return name
        case cat.Operator("[]", (argument,), _):
            return f"[{shown(argument)}]"
        case cat.Operator("~", (argument,), _):
            return f"~({shown(argument)})"
        case cat.Operator(op, (argument,), _):
            return f"({shown(argument)}){op}"
        case cat.Operator(op, arguments, _):
            return "(" + f" {op} ".join(map(shown, arguments)) + ")"
        case cat.Apply(function, argument, _):
            return f"{shown(function)}<{shown(argument)}>"
        case cat.TupleLiteral(items, _):
            return "<" + ", ".join(map(shown, items)) + ">"
        case cat.SetLiteral(items, _):
            return "{" + ", ".join(map(shown, items)) + "}"
        case _:
            return type(node).__name__


def failure(text: str) -> str:
    with pytest.raises(InputError) as caught:
        file(text)
    return caught.value.report()


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a | b ; c", "(a | (b ; c))"),
        ("a ; b | c", "((a ; b) | c)"),
        ("a | b ++ c", "(a | (b ++ c))"),
        ("a ++ b ; c", "(a ++ (b ; c))"),
        ("a ; b \\ c", "(a ; (b \\ c))"),
        ("a \\ b ; c", "((a \\ b) ; c)"),
        ("a \\ b & c", "(a \\ (b & c))"),
        ("a \\ b \\ c", "((a \\ b) \\ c)"),
        ("a & B * C", "(a & (B * C))"),
        ("A * B | c", "((A * B) | c)"),
        ("A * ~B", "(A * ~(B))"),
        ("~a & b", "(~(a) & b)"),
        ("~a*", "~((a)^*)"),
        ("~a^-1", "~((a)^-1)"),
        ("~~a", "~(~(a))"),
        ("a | b | c", "(a | b | c)"),
        ("a ; b ; c", "(a ; b ; c)"),
        ("a ; b* ; c+", "(a ; (b)^* ; (c)^+)"),
        ("a^+ | a^* | a?", "((a)^+ | (a)^* | (a)?)"),
        ("a^ -1", "(a)^-1"),
        ("a*^-1?", "(((a)^*)^-1)?"),
        ("[A]; po ; [B]", "([A] ; po ; [B])"),
        ("f x", "f<x>"),
        ("f(x, y)", "f<<x, y>>"),
        ("f x y | z", "(f<x><y> | z)"),
        ("f x*", "(f<x>)^*"),
        ("domain(r)^-1", "(domain<r>)^-1"),
        ("f()", "f<<>>"),
        ("{}", "{}"),
        ("{a, b | c}", "{a, (b | c)}"),
        ("(a | b) ; c", "((a | b) ; c)"),
        ("begin a | b end ; c", "((a | b) ; c)"),
        ("a, b", "<a, b>"),
        ("po-loc-lrs & DMB.SY", "(po-loc-lrs & DMB.SY)"),
        ("_x' | r'", "(_x' | r')"),
    ],
)
def test_operators_bind_as_published(text: str, tree: str) -> None:
    assert shown(expression(text)) == tree


def test_a_star_before_a_check_is_a_closure() -> None:
    let, check = file("let x = r*\nacyclic x").instructions
    assert isinstance(let, cat.Let) and shown(let.bindings[0].body) == "(r)^*"
    assert isinstance(check, cat.Check) and check.kind == "acyclic"


def test_constants() -> None:
    assert isinstance(expression("0"), cat.EmptyRelation)
    assert isinstance(expression("_"), cat.Universe)
    tag = expression("'acquire")
    assert isinstance(tag, cat.Tag) and tag.name == "acquire"


def test_spans_cover_what_was_written() -> None:
    node = expression("(a | b) ; [S]")
    assert node.span.text == "(a | b) ; [S]"
    assert isinstance(node, cat.Operator) and node.arguments[1].span.text == "[S]"


def test_bindings() -> None:
    let = only("let rec a = b and f(x, y) = x and g x = x and (p, q) = r")
    assert isinstance(let, cat.Let) and let.recursive
    names = [binding.names for binding in let.bindings]
    assert names == [("a",), ("f",), ("g",), ("p", "q")]
    f, g = let.bindings[1].body, let.bindings[2].body
    assert isinstance(f, cat.Function) and f.parameters == ("x", "y") and not f.single
    assert isinstance(g, cat.Function) and g.parameters == ("x",) and g.single


def test_functions_and_local_definitions() -> None:
    function = expression("fun (x, _) -> let rec y = x in y")
    assert isinstance(function, cat.Function) and function.parameters == ("x", "_")
    assert isinstance(function.body, cat.LetIn) and function.body.recursive


def test_match_on_sets_in_either_order() -> None:
    first = expression("match s with || {} -> a || x ++ xs -> b end")
    second = expression("match s with x ++ xs -> b || {} -> a end")
    assert isinstance(first, cat.MatchSet) and isinstance(second, cat.MatchSet)
    for found in (first, second):
        assert (shown(found.empty), found.element, found.rest, shown(found.step)) == ("a", "x", "xs", "b")


def test_match_on_tags() -> None:
    match = expression("match t with 'a -> x || 'b -> y || _ -> z end")
    assert isinstance(match, cat.MatchTag)
    assert [(tag, shown(body)) for tag, body in match.clauses] == [("a", "x"), ("b", "y"), (None, "z")]


@pytest.mark.parametrize("clauses", ["_ -> x || 'a -> y", "{} -> x", "{} -> x || 'a -> y", "x ++ xs -> x"])
def test_clauses_that_make_no_match(clauses: str) -> None:
    assert "these clauses do not make a match" in failure(f"let x = match s with {clauses} end")


def test_choices() -> None:
    choice = expression('if not "a" && ("b" || variant "c") then x else try y with 0')
    assert isinstance(choice, cat.If) and isinstance(choice.otherwise, cat.Try)
    test = choice.test
    assert isinstance(test, cat.Connective) and test.op == "&&"
    assert isinstance(test.left, cat.NotTest) and isinstance(test.right, cat.Connective) and test.right.op == "||"


def test_comparing_values() -> None:
    choice = expression("if a subset b | c then x else y")
    assert isinstance(choice, cat.If) and isinstance(choice.test, cat.CompareTest)
    assert choice.test.op == "subset" and shown(choice.test.right) == "(b | c)"


@pytest.mark.parametrize(
    ("text", "role", "kind", "negated", "name"),
    [
        ("acyclic r", "axiom", "acyclic", False, None),
        ("irreflexive r as no-loop", "axiom", "irreflexive", False, "no-loop"),
        ("~empty r as some", "axiom", "empty", True, "some"),
        ("flag ~empty r as data-race", "flag", "empty", True, "data-race"),
        ("assert empty r", "assert", "empty", False, None),
        ("undefined_unless acyclic r as U", "undefined", "acyclic", False, "U"),
        ("requires empty r", "undefined", "empty", False, None),
    ],
)
def test_checks(text: str, role: str, kind: str, negated: bool, name: str | None) -> None:
    check = only(text)
    assert isinstance(check, cat.Check)
    assert (check.role, check.kind, check.negated, check.name) == (role, kind, negated, name)
    assert check.span.text == text.removeprefix(f"{text.split()[0]} " if role != "axiom" else "")


def test_a_recursive_let_with_a_condition_is_a_let_and_a_check() -> None:
    let, check = file("let rec r = a | r ; r when irreflexive r").instructions
    assert isinstance(let, cat.Let) and let.recursive
    assert isinstance(check, cat.Check) and check.kind == "irreflexive" and check.role == "axiom"


def test_procedures_and_loops() -> None:
    procedure, call, loop, choice = file(
        "procedure p(a, b) = empty a \\ b let c = a end\n"
        "call p(x, y) as equal\n"
        "forall e in S do acyclic e end\n"
        'if not "v" include "a.cat" else include "b.cat" end'
    ).instructions
    assert isinstance(procedure, cat.Procedure) and procedure.parameters == ("a", "b") and len(procedure.body) == 2
    assert isinstance(call, cat.Call) and (call.procedure, call.name) == ("p", "equal")
    assert isinstance(loop, cat.ForAll) and loop.element == "e" and isinstance(loop.body[0], cat.Check)
    assert isinstance(choice, cat.IfInstructions)
    assert [block[0].file for block in (choice.then, choice.otherwise) if isinstance(block[0], cat.Include)] == [
        "a.cat",
        "b.cat",
    ]


def test_choosing_a_relation() -> None:
    chosen = only("with co from generate_cos(co0)")
    assert isinstance(chosen, cat.With) and chosen.name == "co" and shown(chosen.expression) == "generate_cos<co0>"


def test_bell_declarations() -> None:
    tags, events = file("enum Accesses = 'once || 'acquire\ninstructions R[{'once,'acquire}]").instructions
    assert isinstance(tags, cat.Enum) and (tags.name, tags.tags) == ("Accesses", ("once", "acquire"))
    assert isinstance(events, cat.Annotations) and events.kind == "R" and len(events.groups) == 1


def test_show_is_read_and_dropped() -> None:
    assert file("show a, b\nunshow c\nshow sm \\ id as si\ndebug x").instructions == ()


@pytest.mark.parametrize(
    ("text", "title", "options"),
    [
        ("acyclic po", None, ()),
        ("SC acyclic po", "SC", ()),
        ('"A model" acyclic po', "A model", ()),
        ("X86 TSO\nacyclic po", "TSO", ()),
        ('AArch64 "Arm" catdep acyclic po', "Arm", ("catdep",)),
        ('"C++11" withinit withoutco acyclic po', "C++11", ("withinit", "withoutco")),
        ("withsc acyclic po", None, ("withsc",)),
    ],
)
def test_the_head_of_a_file(text: str, title: str | None, options: tuple[str, ...]) -> None:
    found = file(text)
    assert (found.title, found.options, len(found.instructions)) == (title, options, 1)


def test_comments_are_blanked_where_they_stand() -> None:
    text = 'let (* a (* b\n*) " *) x = y // (*\n# *)\ninclude "(*#//"'
    blank = blank_comments(Source("c.cat", text))
    assert len(blank) == len(text) and blank.split() == ["let", "x", "=", "y", "include", '"(*#//"']
    assert blank.count("\n") == text.count("\n")


def test_a_comment_that_is_never_closed() -> None:
    report = failure("let x = y\n  (* open (* closed *)\nlet z = x\n")
    assert report.startswith("test.cat:2:3: error: this comment is never closed")
    assert "    ^^" in report and "hint: " in report


@pytest.mark.parametrize(
    ("text", "place", "found"),
    [
        ("let x = \nacyclic x", "2:1", "'acyclic'"),
        ("let x = a | | b", "1:13", "'|'"),
        ("let x = (a | b", "1:15", "end of input"),
        ("acyclic", "1:8", "end of input"),
        ("let x = a ) b", "1:11", "')'"),
        ("let x = a $ b", "1:11", "'$'"),
        ("let let = a", "1:5", "'let'"),
        ("include foo", "1:9", "'foo'"),
        ("let x = ~A * B", "1:14", "'B'"),
        ("let x = A * B * C", "1:17", "'C'"),
        ('include "a', "1:9", "'\"'"),
    ],
)
def test_errors_show_the_place(text: str, place: str, found: str) -> None:
    report = failure(text)
    assert report.startswith(f"test.cat:{place}: error: unexpected {found}"), report
    assert "expected" in report and "^" in report and "hint: " in report


def test_what_the_tree_has_no_place_for_is_refused_by_name() -> None:
    with pytest.raises(UnsupportedError, match="`in` as a test"):
        file("let x = if e in S then a else b")


@pytest.mark.parametrize(
    "deep",
    [
        "(" * 3000 + "a" + ")" * 3000 + "*",
        "[" * 3000 + "a" + "]" * 3000,
        "~" * 3000 + "a",
        "a" + "*" * 3000,
        "let x = a in " * 3000 + "x",
        "a \\ " * 3000 + "a",
        "f" + " a" * 3000,
    ],
)
def test_deep_nesting_is_no_traceback(deep: str) -> None:
    try:
        file(f"let r = {deep}")
    except InputError as error:
        assert "nested too deep" in error.message


def test_wide_is_not_deep() -> None:
    node = expression(" | ".join(["a"] * 3000))
    assert isinstance(node, cat.Operator) and len(node.arguments) == 3000
    assert expression("(" * 3000 + "a" + ")" * 3000) is not None
    assert expression("[" * (MOST_NESTED - 2) + "a" + "]" * (MOST_NESTED - 2)) is not None


def test_the_same_text_gives_the_same_tree() -> None:
    text = "let r = a ; [S]\nacyclic r as ax"
    assert file(text).instructions == file(text).instructions


def _public_models() -> list[Path]:
    folder = os.environ.get("LITMUS_CAT_FILES")
    return sorted(Path(folder).rglob("*.cat")) if folder else []


@pytest.mark.skipif(not os.environ.get("LITMUS_CAT_FILES"), reason="LITMUS_CAT_FILES names no folder of cat files")
def test_public_models_are_read() -> None:
    """All but a few: some published files are in dialects that the reference does not read either."""
    paths = _public_models()
    unread = [report for path in paths if (report := _report(path))]
    assert len(unread) <= 0.05 * len(paths), "\n".join(unread)


def _report(path: Path) -> str | None:
    try:
        parse(Source(str(path), path.read_text(encoding="utf-8", errors="replace")))
    except InputError as error:
        return error.report()
    return None
