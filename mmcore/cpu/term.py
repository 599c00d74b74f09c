"""Values of a traced run: a term computes like a number, over what reads return."""

from __future__ import annotations

from typing import Any, Protocol

from mmcore.cpu.expression import ArrayAddress, CellAddress, Complement, Element, Expression, Operator, binary
from mmcore.cpu.frames import machinery
from mmcore.errors import ScenarioError
from mmcore.memory import Array, Cell


class Chooser(Protocol):
    """The run that a term belongs to: it decides what the routine asks of a value."""

    def decide(self, condition: Expression) -> bool:
        """Whether the path at hand is one on which the condition holds."""
        ...

    def settle(self, expression: Expression) -> int:
        """The number that the expression is on the path at hand."""
        ...


@machinery
class Term:
    """A value that is not known: it computes and compares like a number, and its truth is a branch."""

    __slots__ = ("expression", "run")
    __hash__ = None  # type: ignore[assignment]  # equality is a term

    def __init__(self, expression: Expression, run: Chooser | None = None) -> None:
        self.expression = expression
        self.run = run

    def _with(self, symbol: Operator, other: Any) -> Term:
        return Term(binary(symbol, self.expression, expression_of(other)), self.run)

    def _after(self, symbol: Operator, other: Any) -> Term:
        return Term(binary(symbol, expression_of(other), self.expression), self.run)

    def __add__(self, other: Any) -> Term:
        return self._with("+", other)

    def __radd__(self, other: Any) -> Term:
        return self._after("+", other)

    def __sub__(self, other: Any) -> Term:
        return self._with("-", other)

    def __rsub__(self, other: Any) -> Term:
        return self._after("-", other)

    def __mul__(self, other: Any) -> Term:
        return self._with("*", other)

    def __and__(self, other: Any) -> Term:
        return self._with("&", other)

    def __rand__(self, other: Any) -> Term:
        return self._after("&", other)

    def __or__(self, other: Any) -> Term:
        return self._with("|", other)

    def __ror__(self, other: Any) -> Term:
        return self._after("|", other)

    def __xor__(self, other: Any) -> Term:
        return self._with("^", other)

    def __lshift__(self, other: Any) -> Term:
        return self._with("<<", other)

    def __rshift__(self, other: Any) -> Term:
        return self._with(">>", other)

    def __lt__(self, other: Any) -> Term:
        return self._with("<", other)

    def __le__(self, other: Any) -> Term:
        return self._with("<=", other)

    def __gt__(self, other: Any) -> Term:
        return self._with(">", other)

    def __ge__(self, other: Any) -> Term:
        return self._with(">=", other)

    def __eq__(self, other: object) -> Any:
        return self._with("==", other)

    def __ne__(self, other: object) -> Any:
        return self._with("!=", other)

    def __invert__(self) -> Term:
        return Term(Complement(self.expression), self.run)

    def __getitem__(self, index: int) -> Term:
        return Term(Element(self.expression, int(index)), self.run)

    def __bool__(self) -> bool:
        if self.run is None:
            hint = "combine conditions with &, | and ~, each comparison in parentheses"
            raise ScenarioError("a bad outcome is a condition on results, not one result", hint=hint)
        return self.run.decide(self.expression)

    def __index__(self) -> int:
        if self.run is None:
            raise ScenarioError("a bad outcome is a condition on results, and they have no value yet")
        return self.run.settle(self.expression)

    __int__ = __index__

    def __repr__(self) -> str:
        return f"Term({self.expression!r})"


def expression_of(value: Any) -> Expression:
    """The expression that a value of a routine is; raises ScenarioError for what memory cannot hold."""
    if isinstance(value, Term):
        return value.expression
    if isinstance(value, bool | int):
        return int(value)
    if isinstance(value, Cell):
        return CellAddress(value.name)
    if isinstance(value, Array):
        return ArrayAddress(value.name)
    if value is None:
        return 0
    raise ScenarioError(f"{value!r} is no value of a cell", hint="store numbers, cells and arrays")
