"""The relations of an event structure, from the masks of its paths.

A path of m steps has the events `base` to `base + m - 1`, so the mask of some of its steps, shifted by `base`, is a set
of events.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from litmus.logic import Universe, mask_of
from litmus.unfold.events import Event
from litmus.unfold.steps import Path, Step

DEPENDENCIES = {
    "addr": "addr",
    "data": "data",
    "ctrl": "ctrl",
    "pick-addr": "pick_addr",
    "pick-data": "pick_data",
    "pick-ctrl": "pick_ctrl",
    "pick-basic": "pick",
}
"""The dependency relations that cat models see, with the field of `Step` each comes from."""


def path_relations(paths: Sequence[Path], base: int, u: Universe) -> dict[str, int]:
    """po, int, same-instance, amo, lxsx, the dependencies, and causality inside instructions.

    `base`: the first event after the initial writes, which are in none of them.
    """
    relations = dict.fromkeys((*DEPENDENCIES, "po", "amo", "lxsx", "same-instance", "int"), 0)
    for path in paths:
        _order(path.steps, base, u, relations)
        for i, step in enumerate(path.steps):
            _depend(step, base + i, base, u, relations)
        for name, i, j in (*_pairs("amo", path.amo), *_pairs("lxsx", path.lxsx), *path.inside):
            relations[name] = relations.get(name, 0) | u.relation([(base + i, base + j)])
        base += len(path.steps)
    return relations


def _order(steps: Sequence[Step], base: int, u: Universe, relations: dict[str, int]) -> None:
    """Adds program order (from each event to those of later instructions), the events of one instruction
    (same-instance, an event with itself among them) and those of one thread (int).
    """
    later = thread = ((1 << len(steps)) - 1) << base
    relations["int"] |= u.cross(thread, thread)
    for _, group in groupby(range(len(steps)), lambda i: steps[i].position):
        instruction = mask_of(group) << base
        later ^= instruction
        relations["po"] |= u.cross(instruction, later)
        relations["same-instance"] |= u.cross(instruction, instruction)


def _depend(step: Step, event: int, base: int, u: Universe, relations: dict[str, int]) -> None:
    """Adds the dependencies of an event on earlier ones of its path."""
    for name, field in DEPENDENCIES.items():
        sources = getattr(step, field)
        if sources:
            relations[name] |= u.cross(sources << base, 1 << event)


def _pairs(name: str, pairs: Iterable[tuple[int, int]]) -> Iterator[tuple[str, int, int]]:
    return ((name, i, j) for i, j in pairs)


def location_classes(located: Iterable[Sequence[int]], events: Sequence[Event], u: Universe) -> int:
    """loc: the events of one location are related, and so are the accesses to one register of one thread."""
    registers: dict[tuple[int, str], list[int]] = {}
    for i, event in enumerate(events):
        if event.register is not None:
            registers.setdefault((event.thread, event.register), []).append(i)
    relation = 0
    for group in (*located, *registers.values()):
        members = mask_of(group)
        relation |= u.cross(members, members)
    return relation
