"""Programs: what every input language is parsed into, and all that the later stages see.

A `Program` has threads of instructions; each instruction is a short sequence of register-transfer
operations (`Assign`, `Load`, `Store`, ...).  Front ends (litmus.syntax) translate a language's instruction
into operations and tag the memory events and fences with the names that cat models use for them
(`X`, `A`, `L`, `MFENCE`, `DMB.SY`, `SYNC`, ...).  Nothing here knows any ordering rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from litmus.program.condition import Condition, Expectation, Observable, Proposition, mentioned
from litmus.program.language import language_of
from litmus.program.value import Pointer, Value
from litmus.source import Source, Span

# --- expressions ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Const:
    """A literal integer, or the address of a variable."""

    value: Value


@dataclass(frozen=True, slots=True)
class Reg:
    """The current value of a register of the executing thread (canonical name; unset registers read 0)."""

    name: str


PREDICTED = "predicted"
"""The operator whose result is its argument, known beforehand: what uses it depends on nothing."""


@dataclass(frozen=True, slots=True)
class Unary:
    """`op` is one of `-` `~` `!`, or a truncation `u8` `u16` `u32` `u64` `s8` `s16` `s32` `s64`, or `PREDICTED`."""

    op: str
    argument: Expression


@dataclass(frozen=True, slots=True)
class Binary:
    """`op` is one of `+ - * / % & | ^ << >> == != < <= > >= u< u<= min max umin umax`; comparisons give 0 or 1."""

    op: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Select:
    """`then` if `condition` is not 0, else `otherwise`, chosen inside one instruction (CSEL).

    The result depends on the condition and on the chosen side only; the condition is a *pick* dependency
    (Arm ARM B2.3), not a data dependency.
    """

    condition: Expression
    then: Expression
    otherwise: Expression


Expression: TypeAlias = Const | Reg | Unary | Binary | Select

# --- operations -----------------------------------------------------------------------------------------

Tags: TypeAlias = frozenset[str]
NO_TAGS: Tags = frozenset()

MOST_ELEMENTS = 1_000
"""No array of a test has more elements than this."""


@dataclass(frozen=True, slots=True)
class Assign:
    """register := expression, without a memory access."""

    register: str
    expression: Expression


@dataclass(frozen=True, slots=True)
class Load:
    """register := memory[address].  Makes a read event with the given tags.

    `atomic`: the read of an atomic read-modify-write; the next `Store(atomic=True)` of the thread is its
    write (they are `rmw`-related, and in program order if they belong to different instructions).  `exclusive`:
    a load-exclusive or load-reserve.  `register` None: the value read is dropped.
    """

    register: str | None
    address: Expression
    tags: Tags = NO_TAGS
    atomic: bool = False
    exclusive: bool = False


@dataclass(frozen=True, slots=True)
class Store:
    """memory[address] := value.  Makes a write event with the given tags; see `Load.atomic`."""

    address: Expression
    value: Expression
    tags: Tags = NO_TAGS
    atomic: bool = False


@dataclass(frozen=True, slots=True)
class StoreConditional:
    """A store-exclusive: succeeds (status := `success`, a write event, `rmw` from the last exclusive load)
    or fails (status := `failure`, no event).  Both are explored; without an earlier exclusive load it fails.

    `status_depends`: what later uses of the status depend on: `nothing`; the `store`, if there is one, and the
    reads that its address comes from (RISC-V); or the reads that the `operands` come from (32-bit ARM).
    """

    status: str
    address: Expression
    value: Expression
    tags: Tags = NO_TAGS
    success: int = 0
    failure: int = 1
    status_depends: Literal["nothing", "store", "operands"] = "nothing"


@dataclass(frozen=True, slots=True)
class Fence:
    """A fence event with the given tags, for example `{"MFENCE"}`.

    `address`: the location that the fence is about, if any (`synchronize_srcu(&s)`); it reads and writes nothing.
    `value`: what it gives out or takes back there (the cookie of a section), for models that compare values.
    """

    tags: Tags
    address: Expression | None = None
    value: Expression | None = None


@dataclass(frozen=True, slots=True)
class Branch:
    """Jump to the label `target` if `condition` is not 0 (always, when None).

    Later events of the thread become control-dependent on the reads that the condition depends on; with
    `join`, only the events before that label do (structured `if` of a source language).
    """

    condition: Expression | None
    target: str
    join: str | None = None


@dataclass(frozen=True, slots=True)
class Fork:
    """Go on, or jump to the label `target`: both are explored, and neither has a dependency on anything.

    With an `Assume` on each side it splits the outcomes of a read before the read is done.
    """

    target: str


@dataclass(frozen=True, slots=True)
class When:
    """Inside one instruction: `then` if `condition` is not 0, else `otherwise` (compare-and-swap).

    Without a condition both are explored: the architecture leaves open what is done.
    No branch event and no control dependency; what is done inside has a *pick* dependency on the condition.
    """

    condition: Expression | None
    then: tuple[Operation, ...]
    otherwise: tuple[Operation, ...] = ()


@dataclass(frozen=True, slots=True)
class Assume:
    """Only executions in which `condition` is not 0 go on; makes no event and no dependency."""

    condition: Expression


Operation: TypeAlias = Assign | Load | Store | StoreConditional | Fence | Branch | Fork | When | Assume


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction: its text as written, the labels in front of it, its operations, its place.

    An instruction without operations is a place for labels only.
    """

    text: str
    operations: tuple[Operation, ...]
    labels: tuple[str, ...] = ()
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Thread:
    """Thread number `index` (`P0` is 0) and its code."""

    index: int
    instructions: tuple[Instruction, ...]


class Syntax:
    """What a front end or lowering keeps of a program besides its instructions: a tree, a target's table.

    Each language derives its own; who needs one asks for that kind, and takes the program's language to be another if
    it has none.
    """

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Program:
    """A litmus test, whatever language it was written in.

    `arch` is the name of its language (`litmus.program.language`).  Memory and registers that are not listed start
    as 0.  `syntax` is what lowering needs of the front end, the tree of a native or C test; of a lowered program it is
    the target's table.  `notes`: what a reader of an answer has to know about how the text was read.
    """

    name: str
    arch: str
    threads: tuple[Thread, ...]
    condition: Condition
    memory: Mapping[Pointer, Value] = field(default_factory=dict)
    registers: Mapping[tuple[int, str], Value] = field(default_factory=dict)
    locations: tuple[Observable, ...] = ()
    filter: Proposition | None = None
    expectations: tuple[Expectation, ...] = ()
    source: Source | None = None
    info: Mapping[str, str] = field(default_factory=dict)
    syntax: Syntax | None = None
    notes: tuple[str, ...] = ()


def expectation(program: Program, model: str) -> Expectation | None:
    """What a test says of its outcome under a model, if it does.

    What a C test says of `lkmm` it also says of the kernel's own `linux-kernel.cat`.
    """
    meant = "lkmm" if language_of(program.arch).kernel and model == "linux-kernel" else model
    return next((e for e in program.expectations if e.model in (model, meant)), None)


def observables(program: Program) -> tuple[Observable, ...]:
    """What the condition and `locations` name, each once, in the order of first mention."""
    found: dict[str, Observable] = {}
    for item in (*program.locations, *mentioned(program.condition.proposition)):
        found.setdefault(item.name, item)
    return tuple(found.values())
