"""Schedules to read: the steps of the threads, in a form that can be kept in a file and run again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mmcore.cpu.expression import Address, Expression
from mmcore.errors import ScenarioError
from mmcore.interleaved.behaviour import Point
from mmcore.interleaved.graph import Graph, State
from mmcore.interleaved.operation import Load, Lock, Modify, Operation, Shared, Store
from mmcore.interleaved.replay import Call
from mmcore.interleaved.search import Schedule

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Taken:
    """A step of a schedule: `effect` on what it is about, `source` the line of the routine.

    Not `visible`: a step that no other thread can see, told with the thread's next visible one.
    """

    thread: str
    primitive: str
    subject: str
    effect: str
    source: str
    visible: bool = True


def steps(graph: Graph, schedule: Schedule) -> Iterator[Taken]:
    """The steps of a schedule; what no other thread sees stands before the thread's next step, or after its last."""
    state = graph.start
    for number in schedule:
        after = dict(graph.moves(state))[number]
        yield from _asides(graph, number, state.points[number])
        yield _taken(graph, number, state, after)
        if after.points[number].operation is None:
            yield from _asides(graph, number, after.points[number])
        state = after


def end(graph: Graph, schedule: Schedule) -> State:
    """The state after a schedule."""
    state = graph.start
    for number in schedule:
        state = dict(graph.moves(state))[number]
    graph.moves(state)
    return state


def again(graph: Graph, recorded: Sequence[Mapping[str, Any]]) -> Schedule:
    """The schedule of recorded steps; raises ScenarioError where the threads do not take these steps any more."""
    state, schedule = graph.start, []
    for place, step in enumerate(recorded, start=1):
        wanted = tuple(str(step.get(key)) for key in ("thread", "primitive", "subject"))
        found = [move for move in graph.moves(state) if _name(graph, move[0], state) == wanted]
        if not found:
            thread, primitive, subject = wanted
            raise _unfit(graph, state, f"step {place} of the schedule is {primitive}({subject}) by {thread}")
        number, state = found[0]
        schedule.append(number)
    if graph.moves(state):
        raise _unfit(graph, state, f"the schedule ends after {len(recorded)} steps")
    return tuple(schedule)


def _unfit(graph: Graph, state: State, said: str) -> ScenarioError:
    """What a schedule says, and what the threads do instead."""
    able = [_name(graph, number, state) for number, _ in graph.moves(state)]
    instead = ", ".join(f"{thread} does {what}({about})" for thread, what, about in able) or "no thread can go on"
    hint = "the routines have changed, or the schedule is of another variant: find it anew"
    return ScenarioError(f"{said}, but here {instead}", hint=hint)


def _name(graph: Graph, number: int, state: State) -> tuple[str, str, str]:
    call = state.points[number].call
    return (graph.names[number], call.primitive, call.subject) if call else (graph.names[number], "", "")


def _taken(graph: Graph, number: int, state: State, after: State) -> Taken:
    call, operation = state.points[number].call, state.points[number].operation
    assert call is not None
    effect = _effect(operation, state.shared, after.shared)
    return Taken(graph.names[number], call.primitive, call.subject, effect, _source(call))


def _effect(operation: Operation | None, before: Shared, after: Shared) -> str:
    """What a step read or changed."""
    match operation:
        case Store(at=at) | Modify(at=at) | Lock(at=at):
            return f"{shown(before.values[at])} -> {shown(after.values[at])}"
        case Load(at=at):
            return f"= {shown(before.values[at])}"
    return ""


def _asides(graph: Graph, number: int, point: Point) -> Iterator[Taken]:
    """What a thread did at a point that no other thread sees."""
    for call in point.quiet:
        effect = f"= {shown(point.observed[call.subject])}" if call.primitive == "observe" else ""
        yield Taken(graph.names[number], call.primitive, call.subject, effect, _source(call), visible=False)


def shown(value: Expression) -> str:
    """A number, or the address of a cell or array."""
    return f"&{value.name}" if isinstance(value, Address) else str(value)


def _source(call: Call) -> str:
    """File and line of a call; a file of this project or in the current folder by its path from there."""
    path = Path(call.file)
    near = next((root for root in (ROOT, Path.cwd()) if path.is_relative_to(root)), None)
    return f"{path.relative_to(near) if near else path}:{call.line}"
