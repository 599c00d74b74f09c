"""Acyclicity as a proposition."""

from __future__ import annotations

from collections.abc import Callable

from litmus.logic.literal import FALSE, Algebra


def eliminate(
    circuit: Algebra, edges: dict[int, dict[int, int]], tick: Callable[[], None] = lambda: None
) -> list[int]:
    """The literals of "there is a cycle": removes vertex after vertex, joining its predecessors to its
    successors; a cycle shows as a self loop (Rankooh, Rintanen: Propositional encodings of acyclicity and
    reachability by using vertex elimination, AAAI 2022).

    Where one of the two edges between u and w always is there, as in co, a path from u to w is no new edge: it is
    one, or it closes a cycle with the other.
    """
    loops = [row.pop(v) for v, row in edges.items() if v in row]
    before: dict[int, dict[int, int]] = {v: {} for v in edges}
    for v, row in edges.items():
        for w, literal in row.items():
            if literal != FALSE:
                before[w][v] = literal
    after = {v: {w: literal for w, literal in row.items() if literal != FALSE} for v, row in edges.items()}
    while after:
        tick()
        v = min(after, key=lambda x: (len(after[x]) * len(before[x]), x))
        outgoing, incoming = after.pop(v), before.pop(v)
        for u in incoming:
            del after[u][v]
        for w in outgoing:
            del before[w][v]
        for u, first in incoming.items():
            for w, second in outgoing.items():
                through = circuit.all_of((first, second))
                if through == FALSE:
                    continue
                edge, back = after[u].get(w, FALSE), after[w].get(u, FALSE)
                if u == w:
                    loops.append(through)
                elif edge == -back:
                    loops.append(circuit.all_of((through, back)))
                else:
                    after[u][w] = before[w][u] = circuit.any_of((edge, through))
    return loops
