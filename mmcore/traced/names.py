"""Which cells a traced scenario uses, and the C variables that they are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from mmcore.cpu.expression import Address, ArrayAddress, Expression, leaves
from mmcore.errors import ScenarioError
from mmcore.traced.step import Branch, Item

RESERVED = frozenset({"int", "if", "else", "while", "for", "do", "return", "break", "exists", "forall", "filter"})


class Names:
    """The variables of a test: an element of an array is one of its own, and has the array's name if it is alone.

    Raises ScenarioError where two elements are used of an array that is also used as a pointer.
    """

    def __init__(self, addresses: Iterable[Expression], values: Mapping[str, Iterable[Expression]]) -> None:
        self.cells: dict[str, str] = {}
        self.arrays: dict[str, list[str]] = {}
        self.pointed: dict[str, None] = {}
        cells: dict[str, None] = {}
        waiting = [address for address in addresses if isinstance(address, Address)]
        for address in waiting:
            if isinstance(address, ArrayAddress):
                self.pointed[address.name] = None
            elif address.name not in cells:
                cells[address.name] = None
                waiting += [value for value in values[address.name] if isinstance(value, Address)]
        for name in cells:
            self.arrays.setdefault(name.partition("[")[0], []).append(name)
        for name in self.pointed:
            self._check(name)
        for name in (*cells, *(self.element(array) for array in self.pointed)):
            self.cells.setdefault(name, unique(self._wish(name), self.cells.values()))

    def element(self, array: str) -> str:
        """The cell that stands for an array: its only element in use."""
        return self.arrays.get(array, [f"{array}[0]"])[0]

    def address(self, address: Expression) -> str:
        """The variable at an address."""
        assert isinstance(address, Address), "a number is no address"
        return self.cells[self.element(address.name) if isinstance(address, ArrayAddress) else address.name]

    def _check(self, array: str) -> None:
        if len(self.arrays.get(array, ())) > 1:
            hint = "let the threads reach one entry of each table through pointers"
            raise ScenarioError(f"two elements of '{array}' are used, and pointers to it", hint=hint)

    def _wish(self, name: str) -> str:
        array = name.partition("[")[0]
        alone = "[" in name and len(self.arrays.get(array, ())) <= 1
        return re.sub(r"\W+", "_", array if alone else name).strip("_")


def addresses(items: Iterable[Item]) -> Iterator[Expression]:
    """The addresses that steps and branches name, in the order of the code."""
    for item in items:
        if isinstance(item, Branch):
            yield from _in(item.condition)
            yield from addresses((*item.then, *item.otherwise))
        else:
            for argument in item.arguments:
                yield from _in(argument)


def _in(expression: Expression) -> Iterator[Expression]:
    """The addresses in an expression."""
    return (leaf for leaf in leaves(expression) if isinstance(leaf, Address))


def unique(wish: str, taken: Iterable[str]) -> str:
    """A name that is not taken: the wish, or the wish with a number."""
    used = {*taken, *RESERVED}
    if wish not in used and wish != "r":
        return wish
    return next(name for number in range(len(used) + 1) if (name := f"{wish}{number}") not in used)
