"""The paths of one thread: symbolic execution of its code, branch by branch.

Registers hold terms over the reads done so far, together with two *taints*: the reads that the value depends
on by data flow, and those it depends on at all (*picks* included: a value chosen by a condition inside one
instruction, Arm ARM B2.3).  Taints are bit masks over the steps of the path and are purely syntactic:
`xor r1,r1` keeps its dependency.  From them come addr, data and ctrl.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from litmus.errors import InputError, InternalError
from litmus.program import (
    Assign,
    Assume,
    Binary,
    Branch,
    Const,
    Expression,
    Fence,
    Fork,
    Instruction,
    Load,
    Operation,
    Reg,
    Select,
    Store,
    StoreConditional,
    Thread,
    Unary,
    Value,
    When,
)
from litmus.term import Operation as Applied
from litmus.term import Read, Term, apply

KEYS_PER_THREAD = 1 << 20
"""The key of a read is its thread number times this, plus its number in the path."""


@dataclass(slots=True, eq=False)
class Step:
    """An event of a path.  The masks say on which earlier steps it depends (bit = step number)."""

    kind: str
    tags: frozenset[str]
    position: int
    instruction: Instruction
    address: Term | None = None
    value: Term | None = None
    addr: int = 0
    data: int = 0
    ctrl: int = 0
    pick_addr: int = 0
    pick_data: int = 0
    pick_ctrl: int = 0
    pick: int = 0
    register: str | None = None


@dataclass(slots=True, eq=False)
class Path:
    """One straight-line run of a thread: its steps, what they are related by, and where it ends.

    `amo` and `lxsx` pair the read and the write of an atomic instruction and of a load/store-exclusive;
    `inside` lists (relation name, from, to) for the causality inside instructions, with register events.
    """

    thread: int
    steps: list[Step] = field(default_factory=list)
    amo: list[tuple[int, int]] = field(default_factory=list)
    lxsx: list[tuple[int, int]] = field(default_factory=list)
    inside: list[tuple[str, int, int]] = field(default_factory=list)
    constraints: list[Term] = field(default_factory=list)
    registers: dict[str, Term] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Tainted:
    """A term with its taints.  `sources`: the steps of this instruction it comes from (register events only).

    `guard`: the reads that decided, in a structured `if`, whether the register got this value.  What is decided by
    the value later depends on them by control; the value itself does not depend on them by data.
    """

    term: Term
    data: int = 0
    pick: int = 0
    sources: int = 0
    guard: int = 0


@dataclass(slots=True, eq=False)
class Scope:
    """A marker among the pending operations: the end of a `When`, with the pick taint to restore."""

    pick: int


class Run:
    """A path under construction."""

    __slots__ = ("atomic", "controls", "env", "jumps", "path", "pc", "pending", "pick", "position", "reserved")

    def __init__(self, thread: int, env: dict[str, Tainted]) -> None:
        self.path = Path(thread)
        self.env = env
        self.pc = 0
        self.pending: tuple[Operation | Scope, ...] = ()
        self.position = -1
        self.controls: list[tuple[int, int, str | None]] = []
        self.pick = 0
        self.atomic: int | None = None
        self.reserved: int | None = None
        self.jumps: dict[int, int] = {}

    def fork(self) -> Run:
        """A copy that can go another way (steps are shared: they do not change)."""
        other = Run.__new__(Run)
        old = self.path
        other.path = Path(
            old.thread, old.steps[:], old.amo[:], old.lxsx[:], old.inside[:], old.constraints[:], old.registers
        )
        other.env, other.controls, other.jumps = dict(self.env), self.controls[:], dict(self.jumps)
        other.pc, other.pending, other.position = self.pc, self.pending, self.position
        other.pick, other.atomic, other.reserved = self.pick, self.atomic, self.reserved
        return other

    def step(self, step: Step) -> int:
        """Appends a step with the control and pick dependencies in force; gives its number."""
        for data, pick, _ in self.controls:
            step.ctrl |= data
            step.pick_ctrl |= pick
        step.pick = self.pick | step.pick_addr | step.pick_data
        self.path.steps.append(step)
        return len(self.path.steps) - 1


class Walker:
    """Explores the paths of a thread; `bounded` is set when a loop was cut at `unroll` iterations.

    `tick` is called for each instruction performed; it may raise, to stop.
    """

    def __init__(
        self,
        thread: Thread,
        registers: Mapping[str, Value],
        unroll: int,
        tick: Callable[[], None] = lambda: None,
    ) -> None:
        self.thread = thread
        self.tick = tick
        self.initial = registers
        self.unroll = unroll
        self.bounded = False
        self.code = thread.instructions
        self.labels = {label: i for i, instruction in enumerate(self.code) for label in instruction.labels}

    def paths(self) -> Iterator[Path]:
        """Every path, first the ones that fall through."""
        stack = [Run(self.thread.index, {name: Tainted(value) for name, value in self.initial.items()})]
        while stack:
            run: Run | None = stack.pop()
            while run is not None and (run.pending or self._next_instruction(run)):
                run = self._perform(run, stack)
            if run is not None:
                run.path.registers = {name: value.term for name, value in run.env.items()}
                yield run.path

    def _next_instruction(self, run: Run) -> bool:
        """Moves to the next instruction that does something; False at the end of the thread."""
        while run.pc < len(self.code):
            instruction = self.code[run.pc]
            if instruction.labels and run.controls:
                run.controls = [c for c in run.controls if c[2] not in instruction.labels]
            run.pc += 1
            if instruction.operations:
                self.tick()
                run.pending = instruction.operations
                run.position += 1
                run.pick = 0
                return True
        return False

    def _perform(self, run: Run, stack: list[Run]) -> Run | None:
        """Performs the next pending operation; forks go to the stack; None when the run ends here."""
        operation, run.pending = run.pending[0], run.pending[1:]
        match operation:
            case Assign(register, expression):
                return self._perform_assign(run, register, expression, stack)
            case Load():
                self._load(run, operation)
            case Store():
                self._store(run, operation)
            case Fence():
                self._fence(run, operation)
            case Branch():
                return self._branch(run, operation, stack)
            case Fork(target):
                return self._fork(run, target, stack)
            case When():
                return self._when(run, operation, stack)
            case StoreConditional():
                return self._store_conditional(run, operation, stack)
            case Assume(condition):
                return self._assuming(run, self._value(run, condition).term)
            case Scope(pick):
                run.pick = pick
        return run

    def _here(self, run: Run) -> Instruction:
        return self.code[run.pc - 1]

    # --- registers and expressions ----------------------------------------------------------------------

    def _read_register(self, run: Run, name: str) -> Tainted:
        return run.env.get(name) or Tainted(0)

    def _assign(self, run: Run, register: str, value: Tainted) -> None:
        guard = value.guard
        for data, _, join in run.controls:
            guard |= data if join is not None else 0
        run.env[register] = Tainted(value.term, value.data, value.pick | run.pick, guard=guard)

    def _perform_assign(self, run: Run, register: str, expression: Expression, stack: list[Run]) -> Run | None:
        """An assignment; a choice becomes two paths, so that only the chosen side is a data dependency."""
        choice = _as_choice(expression)
        if choice is None:
            self._assign(run, register, self._value(run, expression))
            return run
        then, otherwise = Assign(register, choice.then), Assign(register, choice.otherwise)
        return self._when(run, When(choice.condition, (then,), (otherwise,)), stack)

    def _value(self, run: Run, expression: Expression) -> Tainted:
        match expression:
            case Const(value):
                return Tainted(value)
            case Reg(name):
                return self._read_register(run, name)
            case Binary(op, left, right):
                a, b = self._value(run, left), self._value(run, right)
                term, sources = apply(op, a.term, b.term), a.sources | b.sources
                return Tainted(term, a.data | b.data, a.pick | b.pick, sources, a.guard | b.guard)
            case Unary("predicted", argument):
                return Tainted(self._value(run, argument).term)
            case Unary(op, argument):
                a = self._value(run, argument)
                return Tainted(apply(op, a.term), a.data, a.pick, a.sources, a.guard)
            case Select():
                raise InternalError(f"a choice deep inside the expression of '{self._here(run).text}'")

    # --- memory -----------------------------------------------------------------------------------------

    def _load(self, run: Run, load: Load) -> None:
        address = self._value(run, load.address)
        number = len(run.path.steps)
        value = Read(run.path.thread * KEYS_PER_THREAD + number)
        step = Step("R", load.tags, run.position, self._here(run), address.term, value)
        self._inside(run, number, address=address.sources)
        step.addr, step.pick_addr = address.data, address.pick
        run.step(step)
        if load.atomic:
            run.atomic = number
        if load.exclusive:
            run.reserved = number
        if load.register is not None:
            self._assign(run, load.register, Tainted(value, 1 << number, 1 << number, 1 << number))

    def _fence(self, run: Run, fence: Fence) -> None:
        step = Step("F", fence.tags, run.position, self._here(run))
        if fence.address is not None:
            address = self._value(run, fence.address)
            step.address, step.addr, step.pick_addr = address.term, address.data, address.pick
        if fence.value is not None:
            step.value = self._value(run, fence.value).term
        run.step(step)

    def _store(self, run: Run, store: Store) -> None:
        number = self._write(run, store.address, store.value, store.tags)
        if store.atomic and run.atomic is not None:
            run.path.amo.append((run.atomic, number))

    def _write(self, run: Run, address: Expression, value: Expression, tags: frozenset[str]) -> int:
        """A write step; dependencies on reads of the same instruction are not program-order dependencies."""
        a, v = self._value(run, address), self._value(run, value)
        self._inside(run, len(run.path.steps), address=a.sources, data=v.sources)
        own = sum(1 << i for i, s in enumerate(run.path.steps) if s.position == run.position)
        step = Step("W", tags, run.position, self._here(run), a.term, v.term)
        step.addr, step.pick_addr = a.data & ~own, a.pick & ~own
        step.data, step.pick_data = v.data & ~own, v.pick & ~own
        return run.step(step)

    def _inside(self, run: Run, step: int, address: int = 0, data: int = 0) -> None:
        """Called with the register events that the address and the data of an access come from."""

    def _decided(self, run: Run, condition: Tainted, kind: str) -> None:
        """Called when control (`BCC`) or the inside of an instruction (`B`) depends on a condition."""

    def _store_conditional(self, run: Run, store: StoreConditional, stack: list[Run]) -> Run:
        operands = self._operands(run, store) if store.status_depends == "operands" else Tainted(0)
        failed = run.fork() if run.reserved is not None else run
        self._assign(failed, store.status, Tainted(store.failure, operands.data, operands.pick))
        failed.reserved = None
        if run.reserved is not None:
            stack.append(failed)
            number = self._write(run, store.address, store.value, store.tags)
            run.path.lxsx.append((run.reserved, number))
            run.path.constraints.extend(self._same_address(run, run.reserved, number))
            stored = self._stored(run, number) if store.status_depends == "store" else operands
            self._assign(run, store.status, Tainted(store.success, stored.data, stored.pick))
            run.reserved = None
        return run

    def _operands(self, run: Run, store: StoreConditional) -> Tainted:
        """The taints of the address and the value, and of the address of the reservation."""
        a, v = self._value(run, store.address), self._value(run, store.value)
        reserved = None if run.reserved is None else run.path.steps[run.reserved]
        data, pick = (reserved.addr, reserved.pick_addr) if reserved else (0, 0)
        return Tainted(0, a.data | v.data | data, a.pick | v.pick | pick)

    @staticmethod
    def _stored(run: Run, number: int) -> Tainted:
        """The taint of a write event and of its address."""
        step = run.path.steps[number]
        return Tainted(0, step.addr | 1 << number, step.pick_addr | 1 << number)

    @staticmethod
    def _same_address(run: Run, read: int, write: int) -> list[Term]:
        """The condition that a store-exclusive writes where its load-exclusive read."""
        left, right = run.path.steps[read].address, run.path.steps[write].address
        assert left is not None and right is not None
        same = apply("==", left, right)
        return [] if same == 1 else [same]

    # --- control ----------------------------------------------------------------------------------------

    def _index(self, run: Run, target: str) -> int:
        if target not in self.labels:
            raise InputError(f"the label '{target}' is not defined in this thread", self._here(run).span)
        return self._settle(self.labels[target])

    def _settle(self, index: int) -> int:
        """The first instruction from `index` on that does something: where control really goes."""
        while index < len(self.code) and not self.code[index].operations:
            index += 1
        return index

    def _branch(self, run: Run, branch: Branch, stack: list[Run]) -> Run | None:
        target = self._index(run, branch.target)
        if branch.condition is None:
            return self._jump(run, target)
        condition = self._value(run, branch.condition)
        self._decided(run, condition, "BCC")
        data, pick = condition.data | condition.guard, condition.pick | condition.guard
        if data or pick:
            run.controls.append((data, pick, branch.join))
        if self._settle(run.pc) == target and not run.pending:
            return run
        if not isinstance(condition.term, Read | Applied):
            return self._jump(run, target) if condition.term else run
        known = _known(run.path.constraints, condition.term)
        if known is not None:
            return self._jump(run, target) if known else run
        taken = run.fork()
        taken.path.constraints.append(condition.term)
        if (jumped := self._jump(taken, target)) is not None:
            stack.append(jumped)
        run.path.constraints.append(apply("!", condition.term))
        return run

    def _fork(self, run: Run, target: str, stack: list[Run]) -> Run:
        """Goes on; the run that jumps goes to the stack."""
        jumped = self._jump(run.fork(), self._index(run, target))
        if jumped is not None:
            stack.append(jumped)
        return run

    def _jump(self, run: Run, target: int) -> Run | None:
        """Goes to an instruction; a backward jump taken more than `unroll` times ends the run."""
        if target < run.pc:
            taken = run.jumps[run.pc] = run.jumps.get(run.pc, 0) + 1
            if taken > self.unroll:
                self.bounded = True
                return None
        run.pc, run.pending = target, ()
        if run.controls:
            self._leave_scopes(run, target)
        return run

    def _leave_scopes(self, run: Run, target: int) -> None:
        """Drops the control dependencies whose join lies at the target (its label may be on an empty line)."""
        index = target - 1
        while index >= 0 and not self.code[index].operations:
            run.controls = [c for c in run.controls if c[2] not in self.code[index].labels]
            index -= 1

    def _when(self, run: Run, when: When, stack: list[Run]) -> Run | None:
        if when.condition is None:
            other = run.fork()
            other.pending = (*when.otherwise, *run.pending)
            stack.append(other)
            run.pending = (*when.then, *run.pending)
            return run
        condition = self._value(run, when.condition)
        self._decided(run, condition, "B")
        scope = (Scope(run.pick),)
        run.pick |= condition.pick
        rest = run.pending
        if isinstance(condition.term, Read | Applied):
            other = run.fork()
            other.path.constraints.append(apply("!", condition.term))
            other.pending = (*when.otherwise, *scope, *rest)
            stack.append(other)
            run.path.constraints.append(condition.term)
            run.pending = (*when.then, *scope, *rest)
        else:
            run.pending = (*(when.then if condition.term else when.otherwise), *scope, *rest)
        return run

    @staticmethod
    def _assuming(run: Run, term: Term) -> Run | None:
        if isinstance(term, Read | Applied):
            run.path.constraints.append(term)
            return run
        return run if term else None


def _known(constraints: list[Term], term: Term) -> bool | None:
    """Whether a condition holds, where the path has assumed it, or the opposite of it, before."""
    if term in constraints:
        return True
    inner = term.arguments[0] if isinstance(term, Applied) and term.op == "!" else None
    return False if inner in constraints or Applied("!", (term,)) in constraints else None


def _as_choice(expression: Expression) -> Select | None:
    """The expression as a choice at its top, where it is one, under truncations at most."""
    if isinstance(expression, Select):
        return expression
    if isinstance(expression, Unary) and (inner := _as_choice(expression.argument)) is not None:
        op = expression.op
        return Select(inner.condition, Unary(op, inner.then), Unary(op, inner.otherwise))
    return None
