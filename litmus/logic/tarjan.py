"""Strongly connected components of a directed graph."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import TypeVar

Item = TypeVar("Item", bound=Hashable)


def components(roots: Iterable[Item], successors: Callable[[Item], Iterable[Item]]) -> list[list[Item]]:
    """The components of what the roots reach, each after those that it leads to (Tarjan, 1972, without recursion).

    The order is fixed by that of the roots and of the successors.
    """
    index: dict[Item, int] = {}
    low: dict[Item, int] = {}
    stack: list[Item] = []
    waiting: set[Item] = set()
    work: list[tuple[Item, Iterator[Item]]] = []
    found: list[list[Item]] = []

    def enter(item: Item) -> None:
        index[item] = low[item] = len(index)
        stack.append(item)
        waiting.add(item)
        work.append((item, iter(successors(item))))

    for root in roots:
        if root not in index:
            enter(root)
        while work:
            item, onward = work[-1]
            for other in onward:
                if other not in index:
                    enter(other)
                    break
                if other in waiting:
                    low[item] = min(low[item], index[other])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[item])
                if low[item] == index[item]:
                    found.append(_popped(item, stack, waiting))
    return found


def _popped(item: Item, stack: list[Item], waiting: set[Item]) -> list[Item]:
    """Takes a component off the stack: all down to its first item."""
    component: list[Item] = []
    while not component or component[-1] != item:
        component.append(stack.pop())
        waiting.discard(component[-1])
    return component
