"""Finite relations and sets over events 0..n-1, as Python integers.

A set is an integer with bit i for event i.  A relation is one flat integer with bit `i*n + j` for the pair
(i, j).  At litmus size (n up to about 100) every operation below costs microseconds.  `Universe` holds the
n and its masks; it is cached, so that equal sizes share them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache


def bits(mask: int) -> Iterator[int]:
    """The indices of the bits that are set, ascending."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


@lru_cache(maxsize=1 << 16)
def members(mask: int) -> tuple[int, ...]:
    """The indices of the bits that are set, ascending; remembered, for sets that come again and again."""
    return tuple(bits(mask))


def mask_of(items: Iterable[int]) -> int:
    """The integer whose set bits are `items`."""
    mask = 0
    for item in items:
        mask |= 1 << item
    return mask


class Universe:
    """The events 0..n-1 and the operations on sets and relations over them."""

    __slots__ = ("column", "everything", "identity", "n", "pairs", "row")

    def __init__(self, n: int) -> None:
        self.n = n
        self.row = (1 << n) - 1
        """All events, as a set; also the mask of one row of a relation."""
        self.everything = self.row
        self.pairs = (1 << (n * n)) - 1
        """The full relation."""
        self.column = self.pairs // self.row if n else 0
        """The pairs (i, 0): multiplied by a row it repeats the row n times."""
        self.identity = self.toid(self.row)

    # --- to and from pairs ----------------------------------------------------------------------------

    def relation(self, pairs: Iterable[tuple[int, int]]) -> int:
        """The relation of the given pairs."""
        n = self.n
        return mask_of(i * n + j for i, j in pairs)

    def pairs_of(self, relation: int) -> Iterator[tuple[int, int]]:
        """The pairs of a relation, in lexicographic order."""
        n = self.n
        return (divmod(p, n) for p in bits(relation))

    def rows(self, relation: int) -> list[int]:
        """The successors of each event, as n sets."""
        n, row = self.n, self.row
        return [relation >> i * n & row for i in range(n)]

    def from_rows(self, rows: list[int]) -> int:
        """The relation with the given successor sets."""
        n, relation = self.n, 0
        for row in reversed(rows):
            relation = relation << n | row
        return relation

    # --- from sets ------------------------------------------------------------------------------------

    def toid(self, members: int) -> int:
        """[S]: the identity on a set."""
        return _spread(members, self.n + 1)

    def cross(self, left: int, right: int) -> int:
        """A * B: every pair from `left` to `right`."""
        return right * _spread(left, self.n)

    # --- to sets --------------------------------------------------------------------------------------

    def domain(self, relation: int) -> int:
        """The events with a successor."""
        members, bit = 0, 1
        for row in self.rows(relation):
            if row:
                members |= bit
            bit <<= 1
        return members

    def range(self, relation: int) -> int:
        """The events with a predecessor."""
        members = 0
        for row in self.rows(relation):
            members |= row
        return members

    # --- relation to relation -------------------------------------------------------------------------

    def inverse(self, relation: int) -> int:
        """r^-1."""
        n, out = self.n, 0
        while relation:
            low = relation & -relation
            i, j = divmod(low.bit_length() - 1, n)
            out |= 1 << (j * n + i)
            relation ^= low
        return out

    def compose(self, left: int, right: int) -> int:
        """left ; right."""
        if not left or not right:
            return 0
        n, mask, out = self.n, self.row, 0
        if 2 * left.bit_count() < n:
            while left:
                low = left & -left
                i, j = divmod(low.bit_length() - 1, n)
                out |= (right >> j * n & mask) << i * n
                left ^= low
            return out
        column = self.column
        while right:
            row = right & mask
            if row:
                out |= (left & column) * row
            left >>= 1
            right >>= n
        return out

    def plus(self, relation: int) -> int:
        """r^+: the transitive closure (Warshall: through each event, from all before it to all after it)."""
        if not relation:
            return 0
        n, mask, column = self.n, self.row, self.column
        for through in range(n):
            before = relation >> through & column
            if before:
                relation |= before * (relation >> through * n & mask)
        return relation

    def star(self, relation: int) -> int:
        """r^*: the reflexive transitive closure."""
        return self.plus(relation) | self.identity

    def is_acyclic(self, relation: int) -> bool:
        """Whether the relation has no cycle: repeatedly drops events without a successor, the last ones first."""
        n, mask, bit, left = self.n, self.row, 1, 0
        waiting: list[tuple[int, int]] = []
        while relation:
            row = relation & mask
            if row:
                waiting.append((bit, row))
                left |= bit
            relation >>= n
            bit <<= 1
        waiting.reverse()
        while waiting:
            stuck = []
            for event in waiting:
                if event[1] & left:
                    stuck.append(event)
                else:
                    left ^= event[0]
            if len(stuck) == len(waiting):
                return False
            waiting = stuck
        return True

    def cycle(self, relation: int) -> list[int] | None:
        """The events of one shortest cycle in order, or None when the relation is acyclic."""
        best: list[int] | None = None
        rows = self.rows(relation)
        for start in range(self.n):
            found = self._shortest_path(rows, start, start)
            if found and (best is None or len(found) < len(best)):
                best = found
        return best

    @staticmethod
    def _shortest_path(rows: list[int], start: int, goal: int) -> list[int] | None:
        """The events of a shortest non-empty path, `start` included and `goal` left out."""
        parents: dict[int, int] = {}
        frontier = [start]
        while frontier:
            following = []
            for event in frontier:
                if rows[event] >> goal & 1:
                    path = [event]
                    while path[-1] != start:
                        path.append(parents[path[-1]])
                    return path[::-1]
                for successor in bits(rows[event]):
                    if successor not in parents and successor != start:
                        parents[successor] = event
                        following.append(successor)
            frontier = following
        return None

    def components(self, relation: int) -> list[int]:
        """The strongly connected components that carry a cycle, as sets (single events: self loops)."""
        rows = self.rows(self.plus(relation))
        seen, found = 0, []
        for i, row in enumerate(rows):
            if row >> i & 1 and not seen >> i & 1:
                found.append(mask_of(j for j in bits(row) if rows[j] >> i & 1))
                seen |= found[-1]
        return found


@lru_cache(maxsize=4096)
def _spread(members: int, step: int) -> int:
    """The set with each member multiplied by `step`."""
    return mask_of(i * step for i in bits(members))


@lru_cache(maxsize=256)
def universe(n: int) -> Universe:
    """The shared `Universe` of n events."""
    return Universe(n)
