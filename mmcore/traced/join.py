"""The paths of a thread put together: one tree of branches, which meet again where the routine's code does.

In a litmus test everything inside an arm of an `if` is control-dependent on its condition, and what comes after it is
not.  So what both arms end with must stand after the `if`: the longest run of last steps that are at the same places of
the routine.  Where such steps differ in an argument, both arms set a local variable first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import count, takewhile

from mmcore.cpu.expression import (
    BINARY,
    Binary,
    Complement,
    Expression,
    Key,
    Register,
    is_comparison,
    registers,
    replaced,
)
from mmcore.traced.step import Assign, Branch, Decision, Item, Observe, Path, Point, Step


def join(paths: Sequence[Path]) -> tuple[Item, ...]:
    """The tree of a thread from all of its paths; what it observes is reported at the end of each."""
    nothing = {name: Observe(name, arguments=(0,)) for path in paths for name in _reports(path)}
    return _Joiner().tree([_reports_last(path, nothing) for path in paths])


def _reports(path: Path) -> dict[str, Observe]:
    """The last report of each result."""
    return {item.name: replace(item, point=()) for item in path if isinstance(item, Observe)}


def _reports_last(path: Path, nothing: dict[str, Observe]) -> list[Step | Decision]:
    """The path with a report of every result at its end: `nothing` stands in where it reports none.

    A report of a comparison is an `if`, and nothing that follows may depend on it.  All paths end with the same
    reports, so that none keeps what stands before them from being common to two arms.
    """
    events = [item for item in path if not isinstance(item, Observe)]
    return [*events, *(nothing | _reports(path)).values()]


class _Joiner:
    """Names the local variables that the arms of branches set."""

    def __init__(self) -> None:
        self.numbers = count()

    def tree(self, paths: list[list[Step | Decision]]) -> tuple[Item, ...]:
        """Paths that begin alike: their common steps, then a branch."""
        items: list[Item] = []
        for i, item in enumerate(paths[0]):
            if isinstance(item, Decision):
                arms = [[p[i + 1 :] for p in paths if _outcome(p[i]) == way] for way in (True, False)]
                return (*items, *self.branch(item, *map(self.tree, arms)))
            items.append(item)
        return tuple(items)

    def branch(self, decision: Decision, then: tuple[Item, ...], otherwise: tuple[Item, ...]) -> Iterator[Item]:
        """A branch, and after it what both arms end with."""
        merge, tail = self.merged(then, otherwise, decision.point)
        first = (*then[: len(then) - len(tail)], *merge.then)
        second = (*otherwise[: len(otherwise) - len(tail)], *merge.otherwise)
        if first or second:
            yield Branch(decision.condition, first, second, decision.point)
        yield from (item for item in tail if item is not None)

    def merged(
        self, then: tuple[Item, ...], otherwise: tuple[Item, ...], point: Point
    ) -> tuple[_Merge, list[Item | None]]:
        """The longest common end of two arms that can stand after them; None for what the arms keep of it."""
        for length in range(_common(then, otherwise), 0, -1):
            left, right = then[len(then) - length :], otherwise[len(otherwise) - length :]
            merge = _Merge(self.numbers, point, frozenset(_results(left)))
            names = dict(zip(_results(right), _results(left), strict=True))
            with suppress(_Apart):
                return merge, [merge.item(a, _renamed(b, names)) for a, b in zip(left, right, strict=True)]
        return _Merge(self.numbers, point, frozenset()), []


class _Apart(Exception):
    """Two arguments differ in what the common end itself reads."""


class _Merge:
    """Merges pairs of items that are alike; `then` and `otherwise` collect what the arms have to set for it.

    `point`: that of the branch.  `later`: the registers of the merged items, which have no value yet at the end of the
    arms.
    """

    def __init__(self, numbers: Iterator[int], point: Point, later: frozenset[Key]) -> None:
        self.numbers = numbers
        self.point = point
        self.later = later
        self.then: list[Item] = []
        self.otherwise: list[Item] = []
        self.variables: dict[tuple[Expression, Expression], Key] = {}

    def item(self, left: Item, right: Item, nested: bool = False) -> Item | None:
        """One item for both; None if the arms do it all: a result that they report differently."""
        if isinstance(left, Branch) and isinstance(right, Branch):
            condition = self.argument(left.condition, right.condition)
            arms = self.arm(left.then, right.then), self.arm(left.otherwise, right.otherwise)
            return Branch(condition, *arms, left.point)
        assert isinstance(left, Step) and isinstance(right, Step)
        if isinstance(left, Observe):
            return self.report(left, left.arguments[0], right.arguments[0], nested)
        return replace(left, arguments=tuple(map(self.argument, left.arguments, right.arguments)))

    def report(self, step: Observe, left: Expression, right: Expression, nested: bool) -> Item | None:
        """One report for both; different numbers, and a number against a comparison's truth, each in its arm."""
        left, right = _like(left, right), _like(right, left)
        if left != right and not nested and (_is_number(left, right) or _is_number(right, left)):
            self._check(left, right)
            self.then.append(replace(step, arguments=(left,)))
            self.otherwise.append(replace(step, arguments=(right,)))
            return None
        return replace(step, arguments=(self.argument(left, right),))

    def arm(self, left: tuple[Item, ...], right: tuple[Item, ...]) -> tuple[Item, ...]:
        """One arm of a branch for both."""
        merged = (self.item(a, b, nested=True) for a, b in zip(left, right, strict=True))
        return tuple(item for item in merged if item is not None)

    def argument(self, left: Expression, right: Expression) -> Expression:
        """One expression for both, with a local variable where they differ."""
        if left == right:
            return left
        match left, right:
            case Binary(symbol), Binary(other) if symbol == other:
                return Binary(symbol, self.argument(left.left, right.left), self.argument(left.right, right.right))
            case Complement(), Complement():
                return Complement(self.argument(left.operand, right.operand))
        if (left, right) not in self.variables:
            self._check(left, right)
            key = self.variables[left, right] = "merged", next(self.numbers)
            self.then.append(Assign(arguments=(left,), result=key, point=self.point))
            self.otherwise.append(Assign(arguments=(right,), result=key, point=self.point))
        return Register(self.variables[left, right])

    def _check(self, *expressions: Expression) -> None:
        if any(key in self.later for expression in expressions for key in registers(expression)):
            raise _Apart


def _is_number(expression: Expression, other: Expression) -> bool:
    """Whether an expression is a number that stands against a number or a comparison."""
    return isinstance(expression, int) and (isinstance(other, int) or is_comparison(other))


def _like(expression: Expression, other: Expression) -> Expression:
    """0 and 1 as a comparison with that truth, where they stand against one."""
    if expression in (0, 1) and isinstance(other, Binary) and is_comparison(other):
        pairs = ((0, 0), (0, 1), (1, 0))
        return Binary(other.operator, *next(pair for pair in pairs if BINARY[other.operator](*pair) == expression))
    return expression


def _common(then: tuple[Item, ...], otherwise: tuple[Item, ...]) -> int:
    """How many last items of two arms are alike."""
    pairs = takewhile(lambda pair: alike(*pair), zip(reversed(then), reversed(otherwise), strict=False))
    return sum(1 for _ in pairs)


def _results(items: Sequence[Item]) -> Iterator[Key]:
    """The registers that items set, in order; None for those that set none."""
    for item in items:
        if isinstance(item, Branch):
            yield from _results((*item.then, *item.otherwise))
        else:
            yield item.result


def alike(left: Item, right: Item) -> bool:
    """Whether two items are the same code: the same primitives at the same places."""
    if isinstance(left, Branch) and isinstance(right, Branch):
        return left.point == right.point and all(
            len(a) == len(b) and all(map(alike, a, b))
            for a, b in ((left.then, right.then), (left.otherwise, right.otherwise))
        )
    if isinstance(left, Step) and isinstance(right, Step):
        return left.point == right.point and replace(left, arguments=right.arguments, result=right.result) == right
    return False


def _outcome(item: Step | Decision) -> bool:
    assert isinstance(item, Decision), "paths that begin alike end alike"
    return item.outcome


def _renamed(item: Item, names: dict[Key, Key]) -> Item:
    """An item with other registers."""
    if isinstance(item, Branch):
        then, otherwise = (tuple(_renamed(each, names) for each in arm) for arm in (item.then, item.otherwise))
        return Branch(replaced(item.condition, names), then, otherwise, item.point)
    arguments = tuple(replaced(argument, names) for argument in item.arguments)
    return replace(item, arguments=arguments, result=names.get(item.result))
