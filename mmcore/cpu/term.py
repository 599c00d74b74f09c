"""Values of a traced run: expressions over what reads return.

An expression is a number, or a tuple: `("cell", name)` and `("array", name)` are addresses, `("element", e, i)` that of
an element of the array that e points to, `("register", key)` what a read returned, `("observed", thread, name)` and
`("final", cell)` what a condition speaks of, `(operator, a, b)` or `(operator, a)` the rest.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol, TypeAlias

from mmcore.cpu.frames import machinery
from mmcore.errors import ScenarioError
from mmcore.memory import Array, Cell

Expression: TypeAlias = "int | tuple[Any, ...]"

LEAVES = frozenset({"cell", "array", "register", "observed", "final"})
OPPOSITES = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
COMPARISONS = tuple(OPPOSITES)
BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "&": operator.and_, "|": operator.or_,
    "^": operator.xor, "<<": operator.lshift, ">>": operator.rshift, "<": operator.lt, "<=": operator.le,
    ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip


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

    def _with(self, symbol: str, other: Any) -> Term:
        return Term(simplified(symbol, self.expression, expression_of(other)), self.run)

    def _after(self, symbol: str, other: Any) -> Term:
        return Term(simplified(symbol, expression_of(other), self.expression), self.run)

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
        return Term(("~", self.expression), self.run)

    def __getitem__(self, index: int) -> Term:
        return Term(("element", self.expression, int(index)), self.run)

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
        return "cell", value.name
    if isinstance(value, Array):
        return "array", value.name
    if value is None:
        return 0
    raise ScenarioError(f"{value!r} is no value of a cell", hint="store numbers, cells and arrays")


def simplified(symbol: str, left: Expression, right: Expression) -> Expression:
    """`left symbol right`, computed where both are numbers; a comparison of high bits masks the others, unshifted."""
    if isinstance(left, int) and isinstance(right, int):
        return int(BINARY[symbol](left, right))
    match symbol, left, right:
        case "==" | "!=", (">>", shifted, int(bits)), int(high):
            return symbol, ("&", shifted, -1 << bits), high << bits
    return symbol, left, right


def is_address(expression: Expression) -> bool:
    """Whether an expression is the address of a cell or of an array."""
    return isinstance(expression, tuple) and expression[0] in ("cell", "array")


def negated(condition: Expression) -> Expression:
    """The condition that holds where the given one does not."""
    if isinstance(condition, tuple) and condition[0] in OPPOSITES:
        return OPPOSITES[condition[0]], *condition[1:]
    return simplified("==", condition, 0)


def registers(expression: Expression) -> Iterator[Any]:
    """The keys of the registers in an expression, from left to right."""
    if isinstance(expression, tuple):
        if expression[0] == "register":
            yield expression[1]
        elif expression[0] not in LEAVES:
            for part in expression[1:]:
                yield from registers(part)


def evaluate(expression: Expression, values: Mapping[Any, Expression]) -> Expression:
    """A number or an address, where each register has the value given."""
    if isinstance(expression, int) or expression[0] in ("cell", "array"):
        return expression
    if expression[0] == "register":
        return values[expression[1]]
    if expression[0] == "element":
        return _element(evaluate(expression[1], values), expression[2])
    parts = [evaluate(part, values) for part in expression[1:]]
    if expression[0] == "~":
        return ~parts[0] if isinstance(parts[0], int) else 0
    return _computed(expression[0], *parts)


def _computed(symbol: str, left: Expression, right: Expression) -> int:
    """An operation on two values; of addresses, only (in)equality means anything."""
    if symbol in ("==", "!=") or (isinstance(left, int) and isinstance(right, int)):
        return int(BINARY[symbol](left, right))
    raise ScenarioError(f"the operator {symbol} is applied to an address", hint="compare addresses with == and != only")


def _element(array: Expression, index: int) -> Expression:
    """The address of an element; what is no array has none."""
    if isinstance(array, tuple) and array[0] == "array":
        return "cell", f"{array[1]}[{index}]"
    return 0


def replaced(expression: Expression, names: Mapping[Any, Any]) -> Expression:
    """The expression with other keys for some registers."""
    if isinstance(expression, int) or expression[0] in LEAVES - {"register"}:
        return expression
    if expression[0] == "register":
        return "register", names.get(expression[1], expression[1])
    return (expression[0], *(replaced(part, names) if isinstance(part, tuple) else part for part in expression[1:]))
