"""What the operations of a thread do on a path: registers get values, accesses become steps with dependencies."""

from __future__ import annotations

from litmus.errors import InternalError
from litmus.program import (
    Binary,
    Const,
    Expression,
    Fence,
    Instruction,
    Load,
    Reg,
    Select,
    Store,
    StoreConditional,
    Thread,
    Unary,
)
from litmus.program.term import Read, Term, apply
from litmus.unfold.steps import KEYS_PER_THREAD, Decision, Run, Step, Tainted


class Accesses:
    """Performs the operations of a thread that do not decide where it goes."""

    def __init__(self, thread: Thread) -> None:
        self.thread = thread
        self.code = thread.instructions

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

    def _decided(self, run: Run, condition: Tainted, kind: Decision) -> None:
        """Called when something depends on a condition."""

    def _store_conditional(self, run: Run, store: StoreConditional, stack: list[Run]) -> Run:
        """Both results of a store-exclusive: the run that fails goes to the stack, the one that succeeds goes on.

        Success writes, is paired with the load-exclusive before it (`lxsx`), and assumes that both have one address.
        Failure makes no event.  Either ends the reservation; without one the store can only fail.  The status register
        is a number on each path; what it depends on is up to the architecture (`StoreConditional.status_depends`).
        """
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
