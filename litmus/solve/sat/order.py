"""The order in which the gates of a circuit can be evaluated."""

from __future__ import annotations

from collections.abc import Iterator

from litmus.logic import components
from litmus.solve.sat.circuit import Circuit


def gate_order(circuit: Circuit) -> list[list[int]]:
    """The gates, inputs first; gates that depend on each other are one group."""
    gates = [gate for gate in range(2, len(circuit.kinds)) if circuit.inputs[gate]]
    if not circuit.recursive:
        return [[gate] for gate in gates]

    def used(gate: int) -> Iterator[int]:
        return (other for other in map(abs, circuit.inputs[gate]) if circuit.inputs[other])

    return [sorted(group) for group in components(gates, used)]


def is_recursive(circuit: Circuit, group: list[int]) -> bool:
    """Whether the gates of a group depend on themselves."""
    return len(group) > 1 or group[0] in map(abs, circuit.inputs[group[0]])
