"""The frame of assembly tests: sections, table, names, and the places of its errors."""

import os
from pathlib import Path

import pytest

from litmus import syntax
from litmus.errors import InputError, UnsupportedError
from litmus.program import TRUE, Const, Load, MemoryAt, Pointer, Program, RegisterAt, Store
from litmus.source import Source

CORPORA = Path(os.environ.get("LITMUS_CORPORA", Path(__file__).parents[3] / "shared" / "corpora"))


def parse(text: str) -> Program:
    return syntax.parse(Source("t", text))


SB = """X86 SB+test (Tex) "Store { buffering"
(* a comment (* nested *) { *)
Cycle=Fre PodWR
Relax =[PodWR]
{ x=0; y=0x1
0:EBX=-1; P1:EBX=x; };
 P0         | P1         ;
 MOV [x],$1 | MOV [y],$1 ;
            | L: (* | *) ;
 jmp M      |            ;
 M: mov EAX,[y] | MOV EAX,[x] ;
locations [x; 1:EAX]
exists (0:EAX=0 /\\ P1:EAX=0)
<<
show all
>>
"""


def test_a_whole_test() -> None:
    program = parse(SB)
    assert (program.name, program.arch) == ("SB+test", "x86")
    assert program.info == {"Cycle": "Fre PodWR", "Relax": "[PodWR]"}
    assert program.memory == {Pointer("x"): 0, Pointer("y"): 1}
    assert program.registers == {(0, "EBX"): -1, (1, "EBX"): Pointer("x")}
    first, second = program.threads
    assert [(i.text, i.labels) for i in first.instructions] == [
        ("MOV [x],$1", ()), ("jmp M", ()), ("mov EAX,[y]", ("M",)),
    ]  # fmt: skip
    assert [(i.text, i.labels) for i in second.instructions] == [("MOV [y],$1", ()), ("", ("L",)), ("MOV EAX,[x]", ())]
    assert first.instructions[0].operations == (Store(Const(Pointer("x")), Const(1)),)
    assert first.instructions[2].operations == (Load("EAX", Const(Pointer("y"))),)
    assert [i.span.text for i in first.instructions if i.span] == ["MOV [x],$1", "jmp M", "mov EAX,[y]"]
    assert program.locations == (MemoryAt(Pointer("x"), "x"), RegisterAt(1, "EAX", "1:EAX"))
    assert program.condition.kind == "exists"


def test_initial_state() -> None:
    state = "uint64_t 0:r1; int x; int *p = &y; y=-0x2; int a[3]={1,x,2}; 0:r2=a[1]; 0:r3=7"
    program = parse(f"PPC T {{ {state} }} P0 ; nop ; forall true")
    places = {"x": 0, "p": Pointer("y"), "y": -2}
    elements = {Pointer("a"): 1, Pointer("a", 4): Pointer("x"), Pointer("a", 8): 2}
    assert program.memory == {Pointer(name): value for name, value in places.items()} | elements
    assert program.registers == {(0, "r1"): 0, (0, "r2"): Pointer("a", 4), (0, "r3"): 7}


def test_array_elements_have_the_size_of_their_type() -> None:
    program = parse("X86_64 T { uint64_t a[2]={1,2}; } P0 ; movq a+8(%rip),%rax ; exists (a[1]=2)")
    assert program.memory == {Pointer("a"): 1, Pointer("a", 8): 2}
    assert program.threads[0].instructions[0].operations == (Load("EAX", Const(Pointer("a", 8))),)


def test_locations_alone_ask_nothing() -> None:
    program = parse("X86 T { x=0; } P0 ; MOV [x],$1 ; locations [x;]")
    assert (program.condition.kind, program.condition.proposition) == ("forall", TRUE)


HEAD = "X86 T\n{ x=0; y=0; }\n P0 | P1 ;\n"


@pytest.mark.parametrize(
    ("text", "where", "message", "hint"),
    [
        ("", "1:1", "not a litmus test", "begin the test"),
        ("X87 T\n{ } P0 ; nop ; exists true", "1:1", "unknown language 'X87'", "did you mean X86?"),
        ("X86\n", "1:1", "expected an architecture and a name", "X86 SB"),
        ("X86 T\n P0 ;", "1:6", "expected '{'", "write '{ }'"),
        ("X86 T\n{ x=0\n P0 ;", "2:1", "expected '}'", "add '}'"),
        ("X86 T (* oh", "1:7", "comment does not end", "close it"),
        ("X86 T\n{ x=0; y=; }\n P0 ; nop ; exists true", "2:8", "cannot read 'y='", "separate items"),
        ("X86 T\n{ x=?; } P0 ; nop ; exists true", "2:3", "expected a number or a location", "values are"),
        ("X86 T\n{ 0:EXX=1; } P0 ; nop ; exists true", "2:3", "'EXX' is no register of x86", "did you mean"),
        ("X86 T\n{ 3:EAX=1; } P0 ; nop ; exists true", "2:3", "no thread P3", "count from 0"),
        ("X86 T\n{ int a[2]={1}; } P0 ; nop ; exists true", "2:3", "has 2 elements", "a[1]"),
        ("X86 T {}\n P0 | P0 ; nop | ; exists true", "2:7", "'P0' cannot head a column", "first row"),
        ("X86 T {}\n Q0 ; nop ; exists true", "2:2", "'Q0' cannot head a column", "first row"),
        (HEAD + " nop ;\nexists x=1", "4:2", "1 cells, expected 2", "'|'"),
        (HEAD + " MOVX [x],$1 | ;\nexists x=1", "4:2", "unknown x86 instruction 'movx'", "did you mean"),
        (HEAD + " nop | MOV [x] $1 ;\nexists x=1", "4:16", "unexpected '$'", "replace '$'"),
        (HEAD + " jmp Lo | Lo: ;\nexists x=1", "4:2", "P0 has no label 'Lo'", "add a cell"),
        (HEAD + " Lo1: jmp Lo2 | ;\nexists x=1", "4:7", "expected one of its labels (Lo1)", "did you mean Lo1?"),
        (HEAD + " L: nop | ;\n L: | ;\nexists x=1", "5:2", "'L' is already defined", "its own name"),
        (HEAD + " nop | ;\nexists 2:EAX=1", "5:8", "no thread P2", "count from 0"),
        (HEAD + " nop | ;\nexists 0:EAZ=1", "5:8", "'EAZ' is no register", "did you mean EAX?"),
        (HEAD + " nop | ;\nexists xx=1", "5:8", "no location 'xx', expected one of x, y", "did you mean x?"),
        (HEAD + " nop | ;\n exist x=1", "5:2", "unexpected 'exist'", "did you mean exists?"),
        (HEAD + " nop | ;\n", "4:9", "no condition", "exists (x=1)"),
    ],
)
def test_errors(text: str, where: str, message: str, hint: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(text)
    error = caught.value
    assert message in error.message
    assert error.hint and hint in error.hint
    assert error.span and error.span.describe() == f"t:{where}"


def test_a_location_may_be_named_by_code_alone() -> None:
    assert parse("X86 T { } P0 ; MOV [z],$1 ; exists z=1").condition
    assert parse("X86 T { x=y; } P0 ; nop ; exists y=1").condition


MIXED = "X86_64 T { 0:rdi=x; 0:rsi=y; x=0; y=0; } P0 ; %s ; exists x=0"


@pytest.mark.parametrize(
    "code",
    ["movl $1,(x) ; movq (x),%%rax", "movl $1,(%%rdi) ; movb $1,x", "movl $1,(%%rcx) ; movq %%rax,(x)",
     "movq y,%%rdi ; movl $1,(%%rdi) ; movq y,%%rax"],
)  # fmt: skip
def test_mixed_sizes_are_refused(code: str) -> None:
    with pytest.raises(UnsupportedError, match="mixed-size") as caught:
        parse(MIXED % (code % ()))
    assert caught.value.span and caught.value.span.text in code.replace("%%", "%")


def test_sizes_may_differ_between_locations() -> None:
    assert parse(MIXED % "movl $1,(%rdi) ; movq $1,(%rsi) ; movl x,%eax").threads


@pytest.mark.parametrize("folder", ["x86", "ppc", "aarch64"])
def test_the_corpora_parse(folder: str) -> None:
    paths = sorted((CORPORA / folder).rglob("*.litmus"))
    if not paths:
        pytest.skip("no corpora here")
    for path in paths:
        assert syntax.parse(Source(path.name, path.read_text())).threads
