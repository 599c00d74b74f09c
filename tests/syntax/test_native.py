"""The native language: what each construct means, what is refused, and that printing reads back."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from litmus import program as ir
from litmus.errors import InputError
from litmus.source import Source
from litmus.syntax.native import front as native
from litmus.syntax.native import tree as ast
from litmus.syntax.native.names import check
from litmus.syntax.native.print import render

X, Y = ir.Const(ir.Pointer("x")), ir.Const(ir.Pointer("y"))


def parse(text: str) -> ir.Program:
    return native.parse(Source("test.litmus", text))


def operations(body: str) -> list[ir.Operation]:
    """The operations of one thread over x, y, the array a and the pointer p."""
    program = parse(f"litmus T\nshared x, y, a[4], p = &x\nthread P0 {{\n{body}\n}}\nexists true")
    return [operation for item in program.threads[0].instructions for operation in item.operations]


def tags(*names: str) -> frozenset[str]:
    return frozenset(names)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = 1", ir.Store(X, ir.Const(1), tags("Plain"))),
        ("x.once = -1", ir.Store(X, ir.Const(-1), tags("Once"))),
        ("x.release = 0x10", ir.Store(X, ir.Const(16), tags("Rel"))),
        ("r0 = x", ir.Load("r0", X, tags("Plain"))),
        ("r0 = x.once", ir.Load("r0", X, tags("Once"))),
        ("r0 = x.acquire", ir.Load("r0", X, tags("Acq"))),
        ("r0 = 1 + 2", ir.Assign("r0", ir.Binary("+", ir.Const(1), ir.Const(2)))),
        ("a[1] = 1", ir.Store(ir.Const(ir.Pointer("a", ast.ELEMENT)), ir.Const(1), tags("Plain"))),
        ("p = &x", ir.Store(ir.Const(ir.Pointer("p")), X, tags("Plain"))),
        ("r0 = *(&y)", ir.Load("r0", Y, tags("Plain"))),
        ("LoadLoad", ir.Fence(tags("LoadLoad"))),
        ("LoadStore", ir.Fence(tags("LoadStore"))),
        ("StoreStore", ir.Fence(tags("StoreStore"))),
        ("StoreLoad", ir.Fence(tags("StoreLoad"))),
        ("Acquire", ir.Fence(tags("AcquireFence"))),
        ("Release", ir.Fence(tags("ReleaseFence"))),
        ("Full", ir.Fence(tags("FullFence"))),
        ("Compiler", ir.Fence(tags("CompilerBarrier"))),
    ],
)
def test_a_statement_without_reads_of_registers(text: str, expected: ir.Operation) -> None:
    assert operations(text) == [expected]


def test_a_dependency_that_cancels_is_kept() -> None:
    zero = ir.Binary("^", ir.Reg("r0"), ir.Reg("r0"))
    assert operations("r0 = x\ny = r0 ^ r0")[1] == ir.Store(Y, zero, tags("Plain"))
    assert operations("r0 = x\nr1 = *(&y + (r0 ^ r0))")[1] == ir.Load("r1", ir.Binary("+", Y, zero), tags("Plain"))


def test_operators_bind_as_documented() -> None:
    [_, assign] = operations("r0 = x\nr1 = r0 + 1 & 2 ^ 3 | 4 == 5 && !r0")
    assert isinstance(assign, ir.Assign)
    shape = "((((({r0}+1)&2)^3)|4)==5)"
    truth = f"(({shape}!=0)&(!{{r0}}!=0))"
    assert show(assign.expression) == truth


def show(value: ir.Expression) -> str:
    match value:
        case ir.Reg():
            return f"{{{value.name}}}"
        case ir.Binary():
            return f"({show(value.left)}{value.op}{show(value.right)})"
        case ir.Unary():
            return f"{value.op}{show(value.argument)}"
        case ir.Const():
            return str(value.value)
    raise AssertionError(value)


@pytest.mark.parametrize(
    ("ordering", "read", "write"),
    [
        (".once", {"Once", "RMW"}, {"Once", "RMW"}),
        (".acquire", {"Acq", "RMW"}, {"Once", "RMW"}),
        (".release", {"Once", "RMW"}, {"Rel", "RMW"}),
        (".acq_rel", {"Acq", "RMW"}, {"Rel", "RMW"}),
        (".full", {"Acq", "Full", "RMW"}, {"Rel", "Full", "RMW"}),
        ("", {"Acq", "Full", "RMW"}, {"Rel", "Full", "RMW"}),
    ],
)
def test_orderings_of_an_atomic_operation(ordering: str, read: set[str], write: set[str]) -> None:
    load, store, keep = operations(f"r0 = fetch_add(x{ordering}, 2)")
    assert isinstance(load, ir.Load) and load.atomic and load.tags == read
    assert isinstance(store, ir.Store) and store.atomic and store.tags == write
    assert store.value == ir.Binary("+", ir.Reg(load.register or ""), ir.Const(2))
    assert keep == ir.Assign("r0", ir.Reg(load.register or ""))


def test_the_operand_of_an_atomic_operation_is_read_before_its_result_is_written() -> None:
    _, load, store, _ = operations("r0 = 5\nr0 = xchg(x, r0)")
    assert isinstance(load, ir.Load) and load.register != "r0"
    assert isinstance(store, ir.Store) and store.value == ir.Reg("r0")


def test_a_failing_cmpxchg_writes_nothing_and_is_not_full() -> None:
    load, choice = operations("cmpxchg(x, 1, 2)")
    assert isinstance(load, ir.Load) and load.tags == {"Acq", "RMW"}
    assert isinstance(choice, ir.When) and choice.otherwise == ()
    assert choice.condition == ir.Binary("==", ir.Reg(load.register or ""), ir.Const(1))
    assert choice.then == (ir.Store(X, ir.Const(2), tags("Full", "Rel", "RMW"), atomic=True),)


def test_control_dependencies_of_an_if_end_at_its_end() -> None:
    text = "litmus T\nshared x\nthread P0 {\nr0 = x\nif r0 == 1 {\nx = 2\n} else {\nx = 3\n}\nx = 4\n}\nexists true"
    instructions = parse(text).threads[0].instructions
    branches = [op for item in instructions for op in item.operations if isinstance(op, ir.Branch)]
    first, over = branches
    [end] = [item for item in instructions if first.join in item.labels]
    [other] = [item for item in instructions if first.target in item.labels]
    assert (end.text, other.text) == ("x = 4", "x = 3")
    assert over.condition is None and over.target == first.join


def test_a_while_jumps_back_to_its_condition() -> None:
    text = "litmus T\nshared x\nthread P0 {\nr0 = 0\nwhile r0 == 0 {\nr0 = x.once\n}\n}\nexists true"
    _, head, _, back, end = parse(text).threads[0].instructions
    [leave], [again] = head.operations, back.operations
    assert isinstance(leave, ir.Branch) and leave.target == leave.join == end.labels[0]
    assert again == ir.Branch(None, head.labels[0]) and head.text == "while r0 == 0"


def test_what_is_asked() -> None:
    program = parse(
        "litmus T\nshared x = 2, a[2] = {1, &x}, p = &a[1]\nthread Reader { r0 = x }\n"
        "locations a[1], 0:r0\nfilter x != 3\n"
        "never (Reader:r0 == 0 || P0:r0 = &a[1]) /\\\n  ~(a[0] <= x)   # both notations\n"
        "expect sc, x86-tso: forbidden\nexpect power: always"
    )
    r0 = ir.RegisterAt(0, "r0", "0:r0")
    second = ir.MemoryAt(ir.Pointer("a", ast.ELEMENT), "a[1]")
    either = ir.Or((ir.Compare(r0, "=", 0), ir.Compare(r0, "=", second.pointer)))
    small = ir.Compare(ir.MemoryAt(ir.Pointer("a"), "a[0]"), "<=", ir.MemoryAt(ir.Pointer("x"), "x"))
    assert program.condition == ir.Condition("~exists", ir.And((either, ir.Not(small))))
    assert program.locations == (second, r0)
    assert [(item.model, item.verdict) for item in program.expectations] == [
        ("sc", "forbidden"), ("x86-tso", "forbidden"), ("power", "always"),
    ]  # fmt: skip
    assert program.memory == {
        ir.Pointer("x"): 2,
        ir.Pointer("a"): 1,
        second.pointer: ir.Pointer("x"),
        ir.Pointer("p"): second.pointer,
    }


GOOD = "litmus T\nshared x, a[2]\nthread P0 {{ {} }}\nexists true"


@pytest.mark.parametrize(
    ("text", "at", "message", "hint"),
    [
        ("litmus T\nshared flag\nthread P0 { r0 = flags }\nexists true", "3:18", "flags is neither", "mean flag?"),
        (GOOD.format("z = 1"), "3:13", "z is not declared", "declare it: `shared z`"),
        (GOOD.format("if r0 { x = 1 }"), "3:16", "r0 is neither", "assign it first"),
        (GOOD.format("r1 = 1; if r1 { r0 = 1 }; x = r0"), "3:43", "may be read before", "assign it first"),
        (GOOD.format("StoreStor"), "3:13", "`StoreStor` is no barrier", "did you mean StoreStore?"),
        (GOOD.format("x.aquire = 1"), "3:15", "`aquire` is no ordering of a write", None),
        (GOOD.format("r0 = x.release"), "3:20", "`release` is no ordering of a read", None),
        (GOOD.format("r0 = 1; r0.once = 1"), "3:21", "r0 is a register", "declare it"),
        (GOOD.format("r0 = x + 1"), "3:18", "reads shared memory inside", "r9 = x"),
        (GOOD.format("r0 = *x"), "3:19", "*x would be two reads", "r9 = x"),
        (GOOD.format("x = xchg(x, 1)"), "3:17", "gives its old value to a register", "r0 = xchg"),
        (GOOD.format("fetchadd(x, 1)"), "3:13", "`fetchadd` is no atomic operation", "did you mean fetch_add?"),
        (GOOD.format("cmpxchg(x, 1)"), "3:13", "1 operands, expected 2", "cmpxchg(x, expected, new)"),
        (GOOD.format("a = 1"), "3:13", "a is an array", "a[0]"),
        (GOOD.format("x[0] = 1"), "3:13", "x is no array", "write `x`"),
        (GOOD.format("a[2] = 1"), "3:15", "index 2 is outside", "0 to 1"),
        (GOOD.format("x = 1 x = 2"), "3:19", "unexpected 'x'", None),
        ("litmus T\nshared x, x\nthread P0 { x = 1 }\nexists true", "2:11", "x is declared twice", "rename"),
        ("litmus T\nshared r1\nthread P0 { x = 1 }\nexists true", "2:8", "r1 cannot be shared", "registers"),
        ("litmus T\nshared a[2] = {1}\nthread P0 { }\nexists true", "2:8", "1 initial values", "give 2"),
        ("litmus T\nshared x\nthread P1 { }\nexists true", "3:1", "thread number 0 is named P1", "name it P0"),
        ("litmus T\nshared x\nthread P0 { }", "3:14", "the test has no condition", "exists P0:r0 == 0"),
        ("litmus T\nshared x\nexists true", "1:1", "the test has no thread", "add `thread"),
        ("litmus T\nshared x\nthread P0 { r0 = x }\nexists P0:r1 = 0", "4:8", "assigns no register r1", "r0"),
        ("litmus T\nshared x\nthread P0 { r0 = x }\nexists 1:r0 = 0", "4:8", "no thread 1", "P0"),
        ("litmus T\nshared x\nthread P0 { r0 = x }\nexists y = 0", "4:8", "y is not a shared", "declare"),
        ("litmus T\nshared x\nthread P0 { }\nexists x = 0\nexists x = 1", "5:1", "a second condition", "join"),
        ("litmus T\nshared x\nthread P0 { }\nexists x = 0\nexpect sc: allowd", "5:12", "no verdict", "allowed"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_place_and_a_hint(text: str, at: str, message: str, hint: str | None) -> None:
    with pytest.raises(InputError) as error:
        parse(text)
    assert error.value.span is not None
    assert error.value.span.describe() == f"test.litmus:{at}"
    assert message in error.value.message
    assert hint is None or hint in (error.value.hint or "")


# --- printing reads back ----------------------------------------------------------------------------------

INDICES = st.integers(0, 1).map(ast.Number)
REGISTERS = st.sampled_from(["r0", "r1", "seen"])
NUMBERS = st.integers(-3, 20).map(ast.Number)
LEAVES = st.one_of(
    NUMBERS, REGISTERS.map(ast.Register), st.just(ast.Address("x")), INDICES.map(lambda i: ast.Address("a", i))
)
SIGNS = ["+", "-", "&", "|", "^", "==", "!=", "<", "<=", ">", ">=", "&&", "||"]
EXPRESSIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(ast.Binary, st.sampled_from(SIGNS), inner, inner), st.builds(ast.Unary, st.sampled_from("-!"), inner)
    ),
    max_leaves=6,
)
PLACES = st.one_of(
    st.just(ast.Variable("x")),
    st.builds(ast.Element, st.just("a"), st.one_of(INDICES, REGISTERS.map(ast.Register))),
    st.builds(ast.Target, EXPRESSIONS),
)
ORDERINGS: list[ast.Ordering] = ["once", "acquire", "release", "acq_rel", "full"]
SIMPLE = st.one_of(
    st.builds(ast.Compute, REGISTERS, EXPRESSIONS),
    st.builds(ast.Read, REGISTERS, PLACES, st.sampled_from(["plain", "once", "acquire"])),
    st.builds(ast.Write, PLACES, st.sampled_from(["plain", "once", "release"]), EXPRESSIONS),
    st.builds(
        ast.Update, st.none() | REGISTERS, st.sampled_from(["xchg", "fetch_xor"]), PLACES, st.sampled_from(ORDERINGS),
        st.tuples(EXPRESSIONS),
    ),
    st.builds(
        ast.Update, REGISTERS, st.just("cmpxchg"), PLACES, st.sampled_from(ORDERINGS),
        st.tuples(EXPRESSIONS, EXPRESSIONS),
    ),
    st.sampled_from(["LoadLoad", "Full", "Compiler"]).map(ast.Barrier),
)  # fmt: skip
STATEMENTS = st.recursive(
    SIMPLE,
    lambda inner: st.one_of(
        st.builds(ast.If, EXPRESSIONS, st.lists(inner, max_size=2).map(tuple), st.lists(inner, max_size=2).map(tuple)),
        st.builds(ast.While, EXPRESSIONS, st.lists(inner, max_size=2).map(tuple)),
    ),
    max_leaves=5,
)
ASSIGN_ALL = tuple(ast.Compute(name, ast.Number(0)) for name in ("r0", "r1", "seen"))
THREADS = st.lists(STATEMENTS, max_size=4).map(lambda body: ast.Thread("P0", ("seen",), (*ASSIGN_ALL, *body)))
OBSERVED = st.sampled_from(
    [ir.RegisterAt(0, "r0", "0:r0"), ir.MemoryAt(ir.Pointer("x"), "x"), ir.MemoryAt(ir.Pointer("a", 8), "a[1]")]
)
VALUES = st.one_of(st.integers(-2, 2), st.just(ir.Pointer("x")), st.just(ir.Pointer("a", 8)), OBSERVED)
PROPOSITIONS = st.recursive(
    st.just(ir.TRUE) | st.builds(ir.Compare, OBSERVED, st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), VALUES),
    lambda inner: st.one_of(
        st.builds(ir.And, st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(ir.Or, st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(ir.Not, inner),
    ),
    max_leaves=4,
)
TESTS = st.builds(
    ast.Test,
    name=st.sampled_from(["SB", "MP+fence", "two words", "a;b"]),
    description=st.sampled_from([None, "", "Why?"]),
    shared=st.just((ast.Shared("x", None, (ast.Number(1),)), ast.Shared("a", 2, ()))),
    threads=THREADS.map(lambda thread: (thread,)),
    condition=st.builds(ir.Condition, st.sampled_from(["exists", "~exists", "forall"]), PROPOSITIONS),
    locations=st.lists(OBSERVED, max_size=2).map(tuple),
    filter=st.none() | PROPOSITIONS,
    expectations=st.sampled_from([(), (ast.Expect(("sc", "x86-tso"), "forbidden"), ast.Expect(("a.cat",), "always"))]),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TESTS)
def test_a_printed_tree_reads_back_as_itself(test: ast.Test) -> None:
    check(test)
    assert native.tree(Source("printed", render(test))) == test
