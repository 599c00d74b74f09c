"""A program as one model judges it: what every question about a program and a model begins with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

from litmus.cat import Model, Theory
from litmus.errors import UsageError
from litmus.program import Condition, Observable, Program, Proposition, language_of, mentioned, observables
from litmus.unfold import EventStructure, RegisterWalker, Unfolding, Walker, unfold


@dataclass(frozen=True, eq=False)
class Case:
    """A program as one model judges it; `Case.of` makes it.

    `program`: as it was written.  `test`: in the language of the model, what is really judged.
    """

    program: Program
    model: Model
    test: Program

    @classmethod
    def of(cls, program: Program, model: Model) -> Case:
        """The case of a program and a model; raises what `lowered` raises."""
        return cls(program, model, lowered(program, model))

    def changed(self, test: Program) -> Case:
        """The case of a changed lowered program."""
        return replace(self, test=test)

    def asking(self, proposition: Proposition) -> Case:
        """The case with the question whether a proposition about the lowered program can come true."""
        return self.changed(replace(self.test, condition=Condition("exists", proposition)))

    @cached_property
    def wanted(self) -> tuple[Observable, ...]:
        """What a state has to tell: what the test asks about, then what only its filter mentions."""
        filtered = mentioned(self.test.filter) if self.test.filter is not None else ()
        return tuple({item.name: item for item in (*observables(self.test), *filtered)}.values())

    @property
    def own_words(self) -> bool:
        """Whether the instructions are in the user's words, not in those of a machine that they were lowered to."""
        return self.test.arch == self.program.arch or language_of(self.test.arch).portable

    def unfold(self, unroll: int, tick: Callable[[], None] = lambda: None) -> Unfolding:
        """The event structures, with the events that the model needs; `tick` is called now and then, and may raise."""
        return unfold(self.test, unroll, RegisterWalker if self.model.registers else Walker, tick)

    def theory(self, structure: EventStructure) -> Theory:
        """What the model demands of the executions of an event structure."""
        return self.model.theory(structure.signature)


def lowered(program: Program, model: Model) -> Program:
    """The program in the model's language; raises UsageError when the model is for another architecture, and
    UnsupportedError at a statement that the language cannot express.
    """
    if model.target in ("any", program.arch):
        return program
    if not language_of(program.arch).portable:
        raise UsageError(
            f"the model '{model.name}' is for {model.target} programs, and '{program.name}' is for {program.arch}",
            hint="choose a model of the test's architecture, or write the test in the native language or in C",
        )
    from litmus.lowering import lower

    return lower(program, model.target)
