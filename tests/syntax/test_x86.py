"""x86: operands, registers, what instructions do (run on one thread), and the events of locked ones."""

import pytest

from litmus import check, load_model, syntax
from litmus.errors import InputError, UnsupportedError
from litmus.program import Assign, Binary, Const, Fence, Load, Pointer, Reg, Store, When
from litmus.source import Source
from litmus.syntax.x86.front import instruction, register

X = frozenset({"X"})
AT_X = Const(Pointer("x"))


def run(arch: str, code: str, *wanted: str, initial: str = "x=0;") -> list[str]:
    """The final values of what is wanted after a run of one thread."""
    text = f"{arch} T {{ {initial} }} P0 ; mov [x],EBP ; {code} ; locations [x;{';'.join(wanted)}] exists true"
    if arch == "X86_64":
        text = text.replace("mov [x],EBP", "nop")
    (state,) = check(syntax.parse(Source("t", text)), load_model("sc")).states
    return [state[name] for name in wanted]


@pytest.mark.parametrize("name", ["EAX", "eax", "AX", "al", "AH", "%rax", "RAX"])
def test_one_register_many_names(name: str) -> None:
    assert register(name) == "EAX"


@pytest.mark.parametrize(("name", "found"), [("r8d", "R8"), ("%sil", "ESI"), ("EXX", None), ("%x", None)])
def test_registers(name: str, found: str | None) -> None:
    assert register(name) == found


@pytest.mark.parametrize("text", ["MOV [x],$1", "mov [x], 1", "mov  dword ptr [x] ,0x1", "movl $1,(x)", "MOVL $1,x"])
def test_one_store_many_spellings(text: str) -> None:
    assert instruction(text) == (Store(AT_X, Const(1)),)


@pytest.mark.parametrize("text", ["MOV EAX,[x]", "mov EAX, x", "movl (x),%eax", "mov eax,dword ptr [x]"])
def test_one_load_many_spellings(text: str) -> None:
    assert instruction(text) == (Load("EAX", AT_X),)


def address(text: str) -> object:
    (load,) = instruction(f"movq {text},%rax", long=True)
    assert isinstance(load, Load)
    return load.address


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(%rbx)", Reg("EBX")),
        ("8(%rbx)", Binary("+", Reg("EBX"), Const(8))),
        ("-0x8(%rbx)", Binary("+", Reg("EBX"), Const(-8))),
        ("[rbx+8]", Binary("+", Reg("EBX"), Const(8))),
        ("(%rbx,%rcx,8)", Binary("+", Reg("EBX"), Binary("*", Reg("ECX"), Const(8)))),
        ("[rbx+rcx*8-8]", Binary("+", Binary("+", Reg("EBX"), Binary("*", Reg("ECX"), Const(8))), Const(-8))),
        ("x(%rip)", AT_X),
        ("x+8(%rip)", Const(Pointer("x", 8))),
        ("x(,%rcx,8)", Binary("+", AT_X, Binary("*", Reg("ECX"), Const(8)))),
    ],
)
def test_addresses(text: str, expected: object) -> None:
    assert address(text) == expected


def test_order_of_operands() -> None:
    assert instruction("mov EAX,EBX") == (Assign("EAX", Reg("EBX")),)
    assert instruction("movl %eax,%ebx") == (Assign("EBX", Reg("EAX")),)
    assert instruction("movq %rax,%rbx", long=True) == (Assign("EBX", Reg("EAX")),)
    assert instruction("mov rax,rbx", long=True) == (Assign("EBX", Reg("EAX")),)
    assert instruction("movq $x,%rax", long=True) == (Assign("EAX", AT_X),)


@pytest.mark.parametrize("text", ["xchg [x],EAX", "XCHG EAX,[x]", "lock xchg [x],EAX", "xchgl %eax,(x)"])
def test_xchg_is_locked(text: str) -> None:
    load, store, keep = instruction(text)
    assert isinstance(load, Load) and (load.address, load.tags, load.atomic) == (AT_X, X, True)
    assert store == Store(AT_X, Reg("EAX"), X, atomic=True)
    assert isinstance(load.register, str) and keep == Assign("EAX", Reg(load.register))


@pytest.mark.parametrize("text", ["inc [x]", "add [x],1", "neg [x]", "xadd [x],EAX", "cmpxchg [x],EBX", "not [x]"])
def test_lock_makes_accesses_atomic(text: str) -> None:
    def accesses(code: str) -> list[tuple[frozenset[str], bool]]:
        inside = [o.then if isinstance(o, When) else (o,) for o in instruction(code)]
        return [(o.tags, o.atomic) for group in inside for o in group if isinstance(o, Load | Store)]

    assert accesses(text) == [(frozenset(), False)] * 2
    assert accesses(f"lock {text}") == accesses(f"LOCK; {text}") == [(X, True)] * 2


def test_fences() -> None:
    for name in ("MFENCE", "LFENCE", "SFENCE"):
        assert instruction(name) == instruction(name.lower()) == (Fence(frozenset({name})),)


@pytest.mark.parametrize(
    ("code", "wanted", "expected"),
    [
        ("mov EAX,3 ; sub EAX,5", "0:EAX", "-2"),
        ("mov EAX,0x7fffffff ; inc EAX", "0:EAX", "-2147483648"),
        ("mov EAX,5 ; xor EAX,EAX", "0:EAX", "0"),
        ("mov EAX,6 ; and EAX,3 ; or EAX,8 ; not EAX", "0:EAX", "-11"),
        ("mov EAX,-1 ; mov AL,1", "0:EAX", "-255"),
        ("mov AH,2 ; mov BL,AH", "0:EBX", "2"),
        ("mov EAX,1 ; mov EBX,2 ; xchg EAX,EBX ; sub EAX,EBX", "0:EAX", "1"),
        ("mov [x],4 ; mov EAX,3 ; xadd [x],EAX ; add EAX,[x]", "0:EAX", "11"),
        ("mov [x],4 ; mov EAX,4 ; mov EBX,9 ; cmpxchg [x],EBX", "x", "9"),
        ("mov [x],4 ; mov EAX,5 ; mov EBX,9 ; cmpxchg [x],EBX", "0:EAX", "4"),
        ("mov [x],4 ; dec [x] ; neg [x]", "x", "-3"),
        ("mov EAX,1 ; cmp EAX,2 ; mov ECX,7 ; cmovl EBX,ECX", "0:EBX", "7"),
        ("mov EAX,3 ; cmp EAX,2 ; mov ECX,7 ; cmovl EBX,ECX", "0:EBX", "0"),
        ("mov EAX,2 ; L: inc EBX ; dec EAX ; jnz L", "0:EBX", "2"),
        ("jmp L ; mov EAX,1 ; L:", "0:EAX", "0"),
    ],
)
def test_values(code: str, wanted: str, expected: str) -> None:
    assert run("X86", code, wanted) == [expected]


def meaning(code: str, left: int, right: int) -> bool:
    """What a condition code says after `cmp left,right`, from the name of the code."""
    if code[0] == "n":
        return not meaning(code[1:], left, right)
    if code == "s":
        return left < right
    if code[0] in "abc":
        left, right = left % 2**32, right % 2**32
    order = {"g": left > right, "a": left > right, "l": left < right, "b": left < right, "c": left < right}
    return order.get(code[0], False) or (code[-1] in "ez" and left == right)


CODES = tuple("e ne z nz l nl le nle g ng ge nge b nb be nbe a na ae nae c nc s ns".split())  # noqa: SIM905


@pytest.mark.parametrize(("left", "right"), [(1, 2), (2, 2), (3, 2), (-1, 2), (2, -1), (-2, -1)])
def test_conditions_after_a_comparison(left: int, right: int) -> None:
    for code in CODES:
        found = run("X86", f"mov EAX,{left} ; cmp EAX,{right} ; set{code} CL", "0:ECX")
        assert found == [str(int(meaning(code, left, right)))], code


@pytest.mark.parametrize(
    ("code", "carry"), [("mov EAX,-1 ; add EAX,1", "1"), ("mov EAX,1 ; add EAX,1", "0"), ("xor EAX,EAX", "0")]
)
def test_carry(code: str, carry: str) -> None:
    assert run("X86", f"{code} ; setc CL ; test EAX,EAX", "0:ECX") == [carry]


def test_64_bits() -> None:
    code = "movl $-1,(x) ; movl (x),%eax ; movq %rax,%rbx ; movl x,%ecx ; cmpl $-1,%ecx ; sete %dl"
    assert run("X86_64", code, "x", "0:rax", "0:rbx", "0:rdx") == ["-1", "4294967295", "4294967295", "1"]
    code = "movq $-1,%rax ; movl $1,%eax ; movl %eax,(x)"
    assert run("X86_64", code, "0:rax") == ["1"]
    array = "int x[3]={5,6,7}; 0:rdi=x; 0:rsi=1;"
    code = "movl 4(%rdi),%eax ; movl 4(%rdi,%rsi,4),%ebx ; leaq 8(%rdi),%rcx"
    assert run("X86_64", code, "0:rax", "0:rbx", "0:rcx", initial=array) == ["6", "7", "x+8"]


def observation(text: str) -> str | None:
    return check(syntax.parse(Source("t", text)), load_model("x86-tso")).observation


def test_a_locked_instruction_on_the_own_stack_is_a_fence() -> None:
    code = "movl $1,(x) | movl $1,(y) ; {} | {} ; movl (y),%eax | movl (x),%eax ; exists (0:rax=0 /\\ 1:rax=0)"
    head = "X86_64 SB { x=0; y=0; } P0 | P1 ; "
    assert observation(head + code.format("nop", "nop")) == "Sometimes"
    assert observation(head + code.format("lock; addl $0,-4(%rsp)", "lock addl $0,(%rsp)")) == "Never"
    assert observation(head + code.format("movl $0,-4(%rsp)", "movl $0,(%rsp)")) == "Sometimes"


def test_only_one_compare_and_swap_wins() -> None:
    code = "lock cmpxchg %ecx,(x) | lock cmpxchgl %ecx,x ; sete %dl | sete %dl ; exists (0:dl=1 /\\ 1:dl=1)"
    assert observation(f"X86_64 CAS {{ x=0; 0:rcx=1; 1:rcx=2; }} P0 | P1 ; {code}") == "Never"


@pytest.mark.parametrize(
    ("text", "long", "error", "place", "message"),
    [
        ("mvo [x],$1", False, InputError, (0, 10), "unknown x86 instruction 'mvo'"),
        ("movzbl (x),%eax", True, UnsupportedError, (0, 15), "'movzbl' is not supported"),
        ("mov [x],[y]", False, InputError, (8, 11), "two memory operands"),
        ("movl (x),$1", True, InputError, (9, 11), "an immediate as destination"),
        ("movl %rax,(x)", True, InputError, (5, 9), "a register of 64 bits in an instruction on 32 bits"),
        ("movl %eex,(x)", True, InputError, (5, 9), "unknown register '%eex'"),
        ("mov RAX,1", False, InputError, (4, 7), "64-bit register"),
        ("lock mov [x],$1", False, InputError, (0, 15), "'lock' before 'mov'"),
        ("lock inc EAX", False, InputError, (0, 12), "'lock' before 'inc'"),
        ("inc EAX,EBX", False, InputError, (8, 11), "expected 1 operands, found 2"),
        ("movl $1,2(%rax)", True, UnsupportedError, (8, 15), "no multiple of the access size"),
        ("jmp EAX", False, InputError, (4, 7), "expected a label"),
        ("lea EAX,EBX", False, InputError, (8, 11), "expected a memory operand"),
        ("mov EAX,[x+y]", False, UnsupportedError, (11, 12), "more than one variable"),
    ],
)
def test_errors(text: str, long: bool, error: type[InputError], place: tuple[int, int], message: str) -> None:
    with pytest.raises(error) as caught:
        instruction(text, long)
    span = caught.value.span
    assert message in caught.value.message and caught.value.hint
    assert span and (getattr(span, "start", None), getattr(span, "end", None)) == place
