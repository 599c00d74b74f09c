"""The paths of one thread: symbolic execution of its code, branch by branch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from litmus.errors import InputError, assert_never
from litmus.program import (
    Assign,
    Assume,
    Branch,
    Expression,
    Fence,
    Fork,
    Load,
    Select,
    Store,
    StoreConditional,
    Thread,
    Unary,
    Value,
    When,
)
from litmus.program.term import Operation as Applied
from litmus.program.term import Read, Term, apply
from litmus.unfold.accesses import Accesses
from litmus.unfold.steps import Path, Run, Scope, Tainted


class Walker(Accesses):
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
        super().__init__(thread)
        self.tick = tick
        self.initial = registers
        self.unroll = unroll
        self.bounded = False
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
            case _ as unknown:
                assert_never(unknown)
        return run

    def _perform_assign(self, run: Run, register: str, expression: Expression, stack: list[Run]) -> Run | None:
        """An assignment; a choice becomes two paths, so that only the chosen side is a data dependency."""
        choice = _as_choice(expression)
        if choice is None:
            self._assign(run, register, self._value(run, expression))
            return run
        then, otherwise = Assign(register, choice.then), Assign(register, choice.otherwise)
        return self._when(run, When(choice.condition, (then,), (otherwise,)), stack)

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
        """Goes where a branch leads; where that is open, both ways.

        What comes later depends on the condition by control, up to the join of a structured `if`, whichever way is
        taken and even if both lead to the same instruction.  Then there is only one path, as there is if the
        condition is a number, or the path has assumed it, or its opposite, before.  Else the run goes on without the
        jump, assuming that the condition is 0, and the run that jumps, assuming that it is not, goes to the stack.
        """
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
        """Does one side of a choice inside of an instruction; where it is open which one, the other goes to the stack.

        Each side assumes the condition, or its opposite.  Its operations come before what is pending, and depend on
        the condition by *pick*: it chose them, as the comparison of a compare-and-swap chooses the write, and nothing
        more.  A `Scope` behind them ends this dependency.
        """
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
        """Goes on if a term is not 0, and assumes that where it is open."""
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
