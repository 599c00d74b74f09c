"""Lowering: the mapping tables, that the text reads back, and that nothing but the order of accesses may change."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from litmus import check, load_model, parse
from litmus import program as ir
from litmus.errors import UnsupportedError, UsageError
from litmus.lowering import TARGETS, lower, render
from litmus.lowering.walk import RETRY
from litmus.program.term import compute
from litmus.source import Source
from litmus.syntax.native import front as native
from litmus.syntax.native import tree as ast
from litmus.syntax.native.translate import translate

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.litmus"))
MODELS = {"sc": "native", "x86-tso": "x86", "armv8": "aarch64", "power": "ppc"}

EVERYTHING = """litmus everything
shared x = 1, a[4] = {1, 2, 3, &x}, p = &a[1]
thread P0 {
  local seen
  r0 = x.acquire
  seen = fetch_add(a[r0 ^ r0], 1)
  r1 = cmpxchg(x, 1, seen)
  fetch_or(x.once, 1)
  fetch_sub(x.release, r1)
  if r0 == 1 && !(r1 != 2) {
    r0 = p
    r1 = *r0
  } else if r0 == 3 || r0 < 2 {
    *(&x + (r1 ^ r1)) = 1 - seen
  } else {
    Full
  }
  a[2] = 7
}
locations x, a[2], P0:seen
filter x >= 0
exists (P0:r0 == &a[1] || x == 3) && P0:r1 != a[0]
"""


def test_everything_on_a_target() -> None:
    assert render(lower(read(EVERYTHING), "ppc")) == (
        "PPC everything\n"
        "{\n"
        "int x=1;\n"
        "int a[4]={1,2,3,x};\n"
        "int p=a[1];\n"
        "0:r4=x; 0:r5=a; 0:r6=p; 0:r7=a[2];\n"
        "}\n"
        " P0                     ;\n"
        " lwz r1,0(r4)           ;\n"
        " lwsync                 ;\n"
        " xor r8,r1,r1           ;\n"
        " add r8,r8,r8           ;\n"
        " add r8,r8,r8           ;\n"
        " add r8,r8,r5           ;\n"
        " li r9,1                ;\n"
        " sync                   ;\n"
        " Retry0: lwarx r2,r0,r8 ;\n"
        " add r10,r2,r9          ;\n"
        " stwcx. r10,r0,r8       ;\n"
        " bne Retry0             ;\n"
        " sync                   ;\n"
        " li r8,1                ;\n"
        " sync                   ;\n"
        " Retry2: lwarx r3,r0,r4 ;\n"
        " cmpw r3,r8             ;\n"
        " bne L3                 ;\n"
        " stwcx. r2,r0,r4        ;\n"
        " bne Retry2             ;\n"
        " sync                   ;\n"
        " L3: li r8,1            ;\n"
        " Retry4: lwarx r9,r0,r4 ;\n"
        " or r10,r9,r8           ;\n"
        " stwcx. r10,r0,r4       ;\n"
        " bne Retry4             ;\n"
        " lwsync                 ;\n"
        " Retry6: lwarx r8,r0,r4 ;\n"
        " sub r9,r8,r3           ;\n"
        " stwcx. r9,r0,r4        ;\n"
        " bne Retry6             ;\n"
        " cmpwi r1,1             ;\n"
        " bne L8                 ;\n"
        " cmpwi r3,2             ;\n"
        " bne L8                 ;\n"
        " lwz r1,0(r6)           ;\n"
        " lwz r3,0(r1)           ;\n"
        " b L9                   ;\n"
        " L8: cmpwi r1,3         ;\n"
        " beq L12                ;\n"
        " cmpwi r1,2             ;\n"
        " bge L10                ;\n"
        " L12: li r8,1           ;\n"
        " sub r8,r8,r2           ;\n"
        " xor r9,r3,r3           ;\n"
        " add r9,r9,r4           ;\n"
        " stw r8,0(r9)           ;\n"
        " b L11                  ;\n"
        " L10: sync              ;\n"
        " L11: L9: li r8,7       ;\n"
        " stw r8,0(r7)           ;\n"
        "locations [x; a[2]; 0:r2;]\n"
        "filter (x>=0)\n"
        "exists ((0:r1=a[1] \\/ x=3) /\\ 0:r3!=a[0])\n"
    )


def read(text: str) -> ir.Program:
    return native.parse(Source("test.litmus", text))


def cells(body: str, target: str) -> list[str]:
    """The instructions of one thread over x, y and the array a."""
    program = read(f"litmus T\nshared x, y, a[4]\nthread P0 {{\n{body}\n}}\nexists true")
    return [item.text for item in lower(program, target).threads[0].instructions]


# --- the tables -------------------------------------------------------------------------------------------

FENCES = [  # as in the design: x86, AArch64, Power
    ("LoadLoad", [], ["DMB ISHLD"], ["lwsync"]),
    ("LoadStore", [], ["DMB ISHLD"], ["lwsync"]),
    ("StoreStore", [], ["DMB ISHST"], ["lwsync"]),
    ("StoreLoad", ["mfence"], ["DMB ISH"], ["sync"]),
    ("Full", ["mfence"], ["DMB ISH"], ["sync"]),
    ("Acquire", [], ["DMB ISHLD"], ["lwsync"]),
    ("Release", [], ["DMB ISH"], ["lwsync"]),
    ("Compiler", [], [], []),
]
ACCESSES = [
    ("r0 = x", ["mov EAX,[x]"], ["LDR X0,[X1]"], ["lwz r1,0(r2)"]),
    ("r0 = x.once", ["mov EAX,[x]"], ["LDR X0,[X1]"], ["lwz r1,0(r2)"]),
    ("r0 = x.acquire", ["mov EAX,[x]"], ["LDAR X0,[X1]"], ["lwz r1,0(r2)", "lwsync"]),
    ("x = 1", ["mov [x],$1"], ["MOV X1,#1", "STR X1,[X0]"], ["li r2,1", "stw r2,0(r1)"]),
    ("x.release = 1", ["mov [x],$1"], ["MOV X1,#1", "STLR X1,[X0]"], ["li r2,1", "lwsync", "stw r2,0(r1)"]),
    (
        "r0 = xchg(x, 1)",
        ["mov EAX,$1", "xchg [x],EAX"],
        ["MOV X2,#1", "SWPAL X2,X0,[X1]"],
        ["li r3,1", "sync", "lwarx r1,r0,r2", "stwcx. r3,r0,r2", "bne Retry0", "sync"],
    ),
    (
        "r0 = fetch_add(x.acquire, 1)",
        ["mov EAX,$1", "lock xadd [x],EAX"],
        ["MOV X2,#1", "LDADDA X2,X0,[X1]"],
        ["li r3,1", "lwarx r1,r0,r2", "add r4,r1,r3", "stwcx. r4,r0,r2", "bne Retry0", "lwsync"],
    ),
    (
        "fetch_xor(x.release, 1)",
        ["lock xor [x],$1"],
        ["MOV X1,#1", "LDEORL X1,X2,[X0]"],
        ["li r2,1", "lwsync", "lwarx r3,r0,r1", "xor r4,r3,r2", "stwcx. r4,r0,r1", "bne Retry0"],
    ),
    (
        "r0 = cmpxchg(x.acq_rel, 0, 1)",
        ["mov EAX,$0", "mov ECX,$1", "lock cmpxchg [x],ECX", "mov EBX,EAX"],
        ["MOV X2,#0", "MOV X3,#1", "MOV X0,X2", "CASAL X0,X3,[X1]"],
        ["li r3,0", "li r4,1", "lwsync", "lwarx r1,r0,r2", "cmpw r1,r3", "bne L1", "stwcx. r4,r0,r2", "bne Retry0",
         "lwsync", ""],
    ),
    ("r0 = 1 - 2", ["mov EAX,$1", "sub EAX,$2"], ["MOV X0,#1", "SUB X0,X0,#2"],
     ["li r1,1", "li r2,2", "sub r1,r1,r2"]),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "x86", "aarch64", "ppc"), FENCES + ACCESSES)
def test_the_mapping_of_a_statement(statement: str, x86: list[str], aarch64: list[str], ppc: list[str]) -> None:
    assert [cells(statement, target) for target in ("x86", "aarch64", "ppc")] == [x86, aarch64, ppc]


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("x86", ["cmp EAX,$2", "mov ECX,$1", "mov EBX,$0", "cmovle EBX,ECX"]),
        ("x86_64", ["cmpq $2,%rax", "movq $1,%rcx", "movq $0,%rbx", "cmovleq %rcx,%rbx"]),
        ("aarch64", ["CMP X0,#2", "CSET X1,LE"]),
    ],
)
def test_the_value_of_a_comparison_takes_no_branch(target: str, expected: list[str]) -> None:
    assert cells("r0 = 1\nr1 = r0 <= 2", target)[1:] == expected


@pytest.mark.parametrize(
    ("statement", "expected"),
    [  # as Linux has it
        ("LoadLoad", ["fence r,r"]),
        ("LoadStore", ["fence r,w"]),
        ("StoreStore", ["fence w,w"]),
        ("StoreLoad", ["fence rw,rw"]),
        ("Full", ["fence rw,rw"]),
        ("Acquire", ["fence r,rw"]),
        ("Release", ["fence rw,w"]),
        ("Compiler", []),
        ("r0 = x.acquire", ["ld x5,0(x6)", "fence r,rw"]),
        ("x.release = 0", ["fence rw,w", "sd x0,0(x5)"]),
        ("r0 = fetch_add(x, 1)", ["li x7,1", "amoadd.d.aq.rl x5,x7,(x6)"]),
        ("fetch_xor(x.release, 1)", ["li x6,1", "fence rw,w", "amoxor.d x7,x6,(x5)"]),
        ("r0 = xchg(x.acq_rel, 0)", ["fence rw,w", "amoswap.d x5,x0,(x6)", "fence r,rw"]),
        (
            "r0 = cmpxchg(x.acquire, 0, 1)",
            [
                *("li x7,1", "lr.d x5,(x6)", "bne x5,x0,L1", "sc.d x8,x7,(x6)", "bne x8,x0,Retry0"),
                *("fence r,rw", ""),
            ],
        ),
        (
            "r0 = cmpxchg(x, 0, 1)",
            [
                *("li x7,1", "lr.d x5,(x6)", "bne x5,x0,L1", "sc.d.rl x8,x7,(x6)", "bne x8,x0,Retry0"),
                *("fence rw,rw", ""),
            ],
        ),
        ("r0 = 1 <= 2", ["li x6,1", "li x7,2", "slt x5,x7,x6", "xori x5,x5,1"]),
    ],
)
def test_the_mapping_to_riscv(statement: str, expected: list[str]) -> None:
    assert cells(statement, "riscv") == expected


def test_a_result_does_not_overwrite_an_operand_too_early() -> None:
    assert cells("r0 = x\nr1 = 1\nr0 = r1 - r0", "x86")[2:] == ["mov ECX,EBX", "sub ECX,EAX", "mov EAX,ECX"]
    assert cells("r0 = 1\nr0 = fetch_sub(x, r0)", "x86")[1:] == [
        "mov EBX,$0", "sub EBX,EAX", "lock xadd [x],EBX", "mov EAX,EBX",
    ]  # fmt: skip


def test_a_retry_loop_is_left_by_an_assumption() -> None:
    program = lower(read("litmus T\nshared x\nthread P0 { r0 = fetch_add(x, 1) }\nexists true"), "ppc")
    [last] = [item.operations for item in program.threads[0].instructions if item.text == f"bne {RETRY}0"]
    failed = ir.Unary("!", ir.Reg("CR0.eq"))
    assert last == (ir.Assume(ir.Unary("!", failed)), ir.Branch(failed, f"{RETRY}0"))
    assert f"{RETRY}0: lwarx" in render(program)


def test_observables_keep_their_names() -> None:
    program = lower(read(EVERYTHING), "aarch64")
    names = [(item.name, getattr(item, "register", None)) for item in ir.observables(program)]
    assert names == [("x", None), ("a[2]", None), ("0:seen", "X1"), ("0:r0", "X0"), ("0:r1", "X2"), ("a[0]", None)]
    assert program.memory[ir.Pointer("p")] == ir.Pointer("a", 8)
    assert lower(read(EVERYTHING), "ppc").memory[ir.Pointer("p")] == ir.Pointer("a", 4)


# --- refusals ---------------------------------------------------------------------------------------------

MANY = "\n".join(f"r{number} = x" for number in range(16))


@pytest.mark.parametrize(
    ("body", "target", "message", "line"),
    [
        ("r0 = fetch_or(x, 1)", "x86", "no fetch_or that gives the old value", 4),
        ("r0 = x\nr1 = r0 == 1", "ppc", "no instruction for the value of a comparison", 5),
        ("r0 = x\nx = r0 < 1", "ppc", "no instruction for the value of a comparison", 5),
        (MANY, "x86", "needs more registers", 3),
    ],
)
def test_what_a_target_cannot_express_is_refused(body: str, target: str, message: str, line: int) -> None:
    with pytest.raises(UnsupportedError, match=message) as error:
        cells(body, target)
    assert error.value.span is not None and error.value.span.describe().startswith(f"test.litmus:{line}:")
    assert error.value.hint


def test_only_native_programs_and_known_targets() -> None:
    program = read("litmus T\nshared x\nthread P0 { x = 1 }\nexists true")
    with pytest.raises(UsageError, match="unknown target 'mips'"):
        lower(program, "mips")
    with pytest.raises(UsageError, match="only native and kernel C tests are lowered"):
        lower(lower(program, "x86"), "ppc")


# --- reading back -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_text_reads_back(path: Path, target: str) -> None:
    lowered = lower(read(path.read_text()), target)
    again = parse(Source("lowered", render(lowered)))
    assert again.arch == lowered.arch and again.memory == lowered.memory and again.registers == lowered.registers
    assert [[shape(item) for item in thread.instructions if item.text] for thread in again.threads] == [
        [shape(item) for item in thread.instructions if item.text] for thread in lowered.threads
    ]
    assert nameless(again.condition.proposition) == nameless(lowered.condition.proposition)


def shape(item: ir.Instruction) -> object:
    """The instruction, but for the branch of a retry loop."""
    return item.text if RETRY in item.text else (item.text, item.operations)


def nameless(node: ir.Proposition) -> object:
    """A proposition without the names of its observables, and without the grouping of one part."""
    if isinstance(node, ir.Compare):
        left = node.left.register if isinstance(node.left, ir.RegisterAt) else node.left.pointer
        return (left, node.op, node.right)
    parts = [nameless(part) for part in (node.argument,)] if isinstance(node, ir.Not) else map(nameless, node.arguments)
    return (type(node).__name__, *parts)


# --- outcomes ---------------------------------------------------------------------------------------------


@cache
def states(path: Path, model: str) -> frozenset[tuple[tuple[str, str], ...]]:
    verdict = check(read(path.read_text()), load_model(model))
    assert verdict.undecided is None
    return frozenset(tuple(sorted(state.items())) for state in verdict.states)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_has_its_published_verdicts(path: Path) -> None:
    program = read(path.read_text())
    assert {item.model for item in program.expectations} == set(MODELS)
    for item in program.expectations:
        verdict = check(program, load_model(item.model))
        expected = "Never" if item.verdict == "forbidden" else "Sometimes"
        assert (item.model, verdict.observation) == (item.model, expected)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_what_a_machine_does_the_native_model_allows(path: Path) -> None:
    for model in (*MODELS, "riscv"):
        assert states(path, model) <= states(path, "weak"), model


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_lowering_changes_nothing_under_sequential_consistency(path: Path, target: str) -> None:
    program, model = read(path.read_text()), load_model("sc")
    assert check(lower(program, target), model).states == check(program, model).states


REGISTERS = st.sampled_from(["r0", "r1"])
LEAVES = st.one_of(st.integers(-2, 5).map(ast.Number), REGISTERS.map(ast.Register))
EXPRESSIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(ast.Binary, st.sampled_from("+-&|^"), inner, inner), st.builds(ast.Unary, st.just("-"), inner)
    ),
    max_leaves=3,
)
CONDITIONS = st.recursive(
    st.builds(ast.Binary, st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), EXPRESSIONS, EXPRESSIONS),
    lambda inner: st.one_of(
        st.builds(ast.Binary, st.sampled_from(["&&", "||"]), inner, inner), st.builds(ast.Unary, st.just("!"), inner)
    ),
    max_leaves=3,
)
PLACES = st.one_of(
    st.just(ast.Variable("x")),
    st.integers(0, 1).map(lambda index: ast.Element("a", ast.Number(index))),
    REGISTERS.map(lambda name: ast.Element("a", ast.Binary("&", ast.Register(name), ast.Number(1)))),
    REGISTERS.map(lambda name: ast.Target(zeroed(name))),
)
ARITHMETIC: list[ast.UpdateKind] = ["xchg", "fetch_add", "fetch_sub"]
BITWISE: list[ast.UpdateKind] = ["fetch_and", "fetch_or", "fetch_xor"]


def updates(registers: st.SearchStrategy[str | None], kinds: list[ast.UpdateKind]) -> st.SearchStrategy[ast.Update]:
    orderings = st.sampled_from(["once", "full"])
    return st.builds(ast.Update, registers, st.sampled_from(kinds), PLACES, orderings, st.tuples(EXPRESSIONS))


def bodies(target: str) -> st.SearchStrategy[list[ast.Statement]]:
    """Bodies of a thread that the target can express, if its registers suffice."""
    optional = st.none() | REGISTERS
    simple = st.one_of(
        st.builds(ast.Compute, REGISTERS, EXPRESSIONS),
        st.builds(ast.Read, REGISTERS, PLACES, st.sampled_from(["plain", "acquire"])),
        st.builds(ast.Write, PLACES, st.sampled_from(["plain", "release"]), EXPRESSIONS),
        updates(optional, ARITHMETIC),
        updates(st.none() if target == "x86" else optional, BITWISE),
        st.builds(
            ast.Update, optional, st.just("cmpxchg"), PLACES, st.just("acq_rel"), st.tuples(EXPRESSIONS, EXPRESSIONS)
        ),
    )
    blocks = st.lists(simple, max_size=2).map(tuple)
    return st.lists(simple | st.builds(ast.If, CONDITIONS, blocks, blocks), min_size=1, max_size=5)


SHOWN = tuple(
    [ir.RegisterAt(0, name, f"0:{name}") for name in ("r0", "r1")]
    + [ir.MemoryAt(ir.Pointer("x"), "x"), ir.MemoryAt(ir.Pointer("a"), "a[0]")]
    + [ir.MemoryAt(ir.Pointer("a", ast.ELEMENT), "a[1]")]
)


def zeroed(name: str) -> ast.Expression:
    """The address of x, with a dependency."""
    return ast.Binary("+", ast.Address("x"), ast.Binary("^", ast.Register(name), ast.Register(name)))


@dataclass
class Alone:
    """Runs a program of one thread, store-conditionals succeeding."""

    registers: dict[str, ir.Value]
    memory: dict[ir.Pointer, ir.Value]

    def value(self, term: ir.Expression) -> ir.Value:
        match term:
            case ir.Const():
                return term.value
            case ir.Reg():
                return self.registers.get(term.name, 0)
            case ir.Unary():
                return compute(term.op, (self.value(term.argument),))
            case ir.Binary():
                return compute(term.op, (self.value(term.left), self.value(term.right)))
        return self.value(term.then if self.value(term.condition) else term.otherwise)

    def place(self, term: ir.Expression) -> ir.Pointer:
        address = self.value(term)
        assert isinstance(address, ir.Pointer) and address in self.memory
        return address

    def do(self, operation: ir.Operation) -> str | None:
        """The label that is jumped to, if one is."""
        match operation:
            case ir.Assign():
                self.registers[operation.register] = self.value(operation.expression)
            case ir.Load():
                self.registers[operation.register or ""] = self.memory[self.place(operation.address)]
            case ir.StoreConditional():
                self.memory[self.place(operation.address)] = self.value(operation.value)
                self.registers[operation.status] = operation.success
            case ir.Store():
                self.memory[self.place(operation.address)] = self.value(operation.value)
            case ir.When():
                taken = operation.condition is None or self.value(operation.condition)
                for inner in operation.then if taken else operation.otherwise:
                    self.do(inner)
            case ir.Branch():
                return operation.target if operation.condition is None or self.value(operation.condition) else None
            case ir.Assume():
                assert self.value(operation.condition)
        return None


def final_state(program: ir.Program) -> list[ir.Value]:
    """The final values of what the program shows, its only thread being run alone."""
    run = Alone({name: value for (_, name), value in program.registers.items()}, dict(program.memory))
    code = program.threads[0].instructions
    labels = {label: at for at, item in enumerate(code) for label in item.labels}
    at = 0
    while at < len(code):
        jumps = [run.do(operation) for operation in code[at].operations]
        taken = [target for target in jumps if target]
        at = labels[taken[0]] if taken else at + 1
    return [
        run.registers[item.register] if isinstance(item, ir.RegisterAt) else run.memory[item.pointer]
        for item in program.locations
    ]


@pytest.mark.parametrize("target", TARGETS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_thread_alone_computes_the_same_on_every_target(target: str, data: st.DataObject) -> None:
    body = data.draw(bodies(target))
    start = (ast.Compute("r0", ast.Number(1)), ast.Read("r1", ast.Variable("x"), "plain"))
    shared = (ast.Shared("x", None, (ast.Number(3),)), ast.Shared("a", 2, (ast.Number(0), ast.Number(6))))
    test = ast.Test(
        "T", None, shared, (ast.Thread("P0", (), (*start, *body)),), ir.Condition("exists", ir.TRUE), locations=SHOWN
    )
    program = translate(test)
    try:
        lowered = lower(program, target)
    except UnsupportedError:
        assume(False)
    assert final_state(lowered) == final_state(program)
