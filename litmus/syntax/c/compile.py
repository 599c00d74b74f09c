"""A C thread to instructions: its control flow.

`if` and loops branch; the control dependency ends where the two ways join, which a jump inside puts off.
"""

from __future__ import annotations

from dataclasses import dataclass

from litmus.program import Branch, Instruction
from litmus.syntax.c import tree as tree
from litmus.syntax.c.thread import Dialect, Scope
from litmus.syntax.c.value import Values, negated
from litmus.syntax.c.walk import assigned, elements, jumps

__all__ = ["Compiled", "Dialect", "Scope", "compiled"]


@dataclass(frozen=True, slots=True)
class Compiled:
    """A thread: its tree, its code, its local variables, which parameters it changes (they start as addresses), and
    the functions it calls that the user's table has not.
    """

    body: tree.Block
    instructions: tuple[Instruction, ...]
    locals: frozenset[str]
    changed: tuple[str, ...]
    borrowed: tuple[str, ...]


def compiled(name: str, text: str, body: tree.Block, scope: Scope, dialect: Dialect) -> Compiled:
    """The instructions of the thread `name` with this text and body.

    Raises InputError with a span in a source that is `text` alone.
    """
    thread = _Thread(name, text, scope, dialect)
    thread.elements.update(elements(body))
    thread.locals = frozenset(assigned(body)) | scope.registers
    thread.statement(body)
    if thread.returns:
        thread.code.label(thread.returns)
    changed = tuple(name for name in scope.parameters if name in thread.locals)
    return Compiled(body, thread.code.finish(), thread.locals, changed, tuple(thread.borrowed))


@dataclass(slots=True)
class _Ends:
    """Where `break` and `continue` of a loop go."""

    leave: str
    again: str


class _Thread(Values):
    """A thread under construction."""

    def __init__(self, name: str, text: str, scope: Scope, dialect: Dialect) -> None:
        super().__init__(name, text, scope, dialect)
        self.loops: list[_Ends] = []
        self.returns: str | None = None

    def statement(self, statement: tree.Statement) -> None:
        """Emits the instructions of a statement."""
        match statement:
            case tree.Block(parts):
                for part in parts:
                    self.statement(part)
            case tree.Written():
                self.effect(self.here(statement))
            case tree.Declared(name, _, value):
                if value is not None:
                    self.assign(name, self.here(value))
            case tree.If():
                self.branch(statement)
            case tree.Loop():
                self.loop(statement)
            case tree.Jump():
                self.jump(statement)

    def branch(self, statement: tree.If) -> None:
        """`if`: a jump over the branch that is not taken."""
        after, otherwise = self.code.fresh("endif'"), self.code.fresh("else'")
        join = self.join(statement, after)
        condition = self.value(self.here(statement.condition))
        self.code.emit(Branch(negated(condition), otherwise if statement.otherwise else after, join))
        self.statement(statement.then)
        if statement.otherwise:
            self.code.emit(Branch(None, after))
            self.code.label(otherwise)
            self.statement(statement.otherwise)
        self.code.label(after)

    def join(self, statement: tree.If, after: str) -> str | None:
        """Where the two ways meet again: a `break` or `continue` inside moves it to the end of the loop."""
        words = set(jumps(statement))
        if "return" in words:
            return None
        return self.loops[-1].leave if words and self.loops else after

    def loop(self, loop: tree.Loop) -> None:
        """A loop: a backward jump, with the condition at the top or, after `do`, at the bottom."""
        top, again, leave = (self.code.fresh(word) for word in ("loop'", "continue'", "endloop'"))
        self.loops.append(_Ends(leave, again))
        self.code.label(top)
        if loop.condition is not None and not loop.body_first:
            self.code.emit(Branch(negated(self.value(self.here(loop.condition))), leave, leave))
        self.statement(loop.body)
        self.code.label(again)
        if loop.step is not None:
            self.effect(self.here(loop.step))
        condition = self.value(self.here(loop.condition)) if loop.condition and loop.body_first else None
        self.code.emit(Branch(condition, top, leave if condition else None))
        self.code.label(leave)
        self.loops.pop()

    def jump(self, jump: tree.Jump) -> None:
        """`break`, `continue` or `return`."""
        self.here(tree.Written(tree.Number(0), jump.word, jump.start))
        if jump.word == "return":
            self.returns = self.returns or self.code.fresh("return'")
            self.code.emit(Branch(None, self.returns))
            return
        if not self.loops:
            raise self.error(f"'{jump.word}' is not in a loop", "put it inside while, for or do")
        self.code.emit(Branch(None, self.loops[-1].leave if jump.word == "break" else self.loops[-1].again))
