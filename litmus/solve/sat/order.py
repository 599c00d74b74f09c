"""The order in which the gates of a circuit can be evaluated."""

from __future__ import annotations

from litmus.solve.sat.circuit import Circuit


def gate_order(circuit: Circuit) -> list[list[int]]:
    """The gates, inputs first; gates that depend on each other are one group (Tarjan, without recursion)."""
    if not circuit.recursive:
        return [[gate] for gate in range(2, len(circuit.kinds)) if circuit.inputs[gate]]
    index: dict[int, int] = {}
    low: dict[int, int] = {}
    stack: list[int] = []
    waiting: set[int] = set()
    groups: list[list[int]] = []
    for root in range(2, len(circuit.kinds)):
        if root in index or not circuit.inputs[root]:
            continue
        work = [(root, iter(circuit.inputs[root]))]
        index[root] = low[root] = len(index)
        stack.append(root)
        waiting.add(root)
        while work:
            gate, inputs = work[-1]
            for literal in inputs:
                other = abs(literal)
                if other not in index:
                    if circuit.inputs[other]:
                        index[other] = low[other] = len(index)
                        stack.append(other)
                        waiting.add(other)
                        work.append((other, iter(circuit.inputs[other])))
                        break
                elif other in waiting:
                    low[gate] = min(low[gate], index[other])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[gate])
                if low[gate] == index[gate]:
                    groups.append(_pop_group(gate, stack, waiting))
    return groups


def _pop_group(gate: int, stack: list[int], waiting: set[int]) -> list[int]:
    group: list[int] = []
    while not group or group[-1] != gate:
        group.append(stack.pop())
        waiting.discard(group[-1])
    return sorted(group)


def is_recursive(circuit: Circuit, group: list[int]) -> bool:
    """Whether the gates of a group depend on themselves."""
    return len(group) > 1 or group[0] in map(abs, circuit.inputs[group[0]])
