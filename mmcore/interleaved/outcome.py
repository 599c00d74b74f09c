"""The bad outcome of a scenario, asked of a state at the end of all threads."""

from __future__ import annotations

from mmcore.cpu.expression import BINARY, Address, Binary, Complement, Expression, Final, Reported
from mmcore.errors import ScenarioError
from mmcore.interleaved.graph import Graph, State
from mmcore.scenario import Scenario, Variant
from mmcore.scenario.wellformed import require_cells


def graph_of(scenario: Scenario, variant: Variant) -> Graph:
    """The states of a variant, with the bad outcome of its scenario.

    Raises ScenarioError where the outcome is no condition, or a routine does what no CPU can.
    """
    memory = scenario.memory()
    condition = scenario.condition()
    require_cells(condition, memory)

    def bad(graph: Graph, state: State) -> str | None:
        return scenario.bad if _holds(condition, graph, state) else None

    return Graph(scenario.runs(variant), [thread.name for thread in scenario.threads], memory, bad)


def _holds(condition: Expression, graph: Graph, state: State) -> bool:
    """Whether a condition on results and cells holds; `~` is negation, as in the litmus test of the scenario."""
    match condition:
        case Binary("&", left, right):
            return _holds(left, graph, state) and _holds(right, graph, state)
        case Binary("|", left, right):
            return _holds(left, graph, state) or _holds(right, graph, state)
        case Complement(negated):
            return not _holds(negated, graph, state)
        case Binary(symbol, left, right):
            return bool(BINARY[symbol](_result(left, graph, state), _result(right, graph, state)))
    return _result(condition, graph, state) != 0


def _result(expression: Expression, graph: Graph, state: State) -> Expression:
    """What a thread reported, 0 if it did not, or what a cell holds."""
    match expression:
        case Reported(thread, name):
            return state.points[thread].observed.get(name, 0)
        case Final(cell):
            return state.shared.values[graph.cells[cell]]
        case int() | Address():
            return expression
    hint = "compare results with constants or with each other, and compute everything else in the threads"
    raise ScenarioError("a condition compares something that is no result", hint=hint)
