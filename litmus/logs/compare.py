"""Two logs compared, test by test: which final states the second has and the first has not, and the other way round."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from litmus.logs.entry import Entry

FIRST, SECOND = "A", "B"

Key: TypeAlias = tuple[str, str | None, int]


@dataclass(frozen=True, slots=True)
class Comparison:
    """One test in two logs.

    `gained`: states of the second only, sorted; `lost`: of the first only.  `observations`: of both, None where the
    log does not say.  `only_in`: `A` or `B` where the other log has no such test.  `undecided`: why there is nothing
    to compare, if one of them has no answer.
    """

    test: str
    model: str | None
    observations: tuple[str | None, str | None] = (None, None)
    gained: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    only_in: str | None = None
    undecided: str | None = None

    @property
    def differs(self) -> bool:
        """Whether something is known to be different."""
        first, second = self.observations
        changed = None not in (first, second) and first != second
        return bool(self.gained or self.lost or changed or self.only_in)


def compare(first: Sequence[Entry], second: Sequence[Entry]) -> tuple[Comparison, ...]:
    """All tests of the two logs, those of the first in its order, then those of the second only.

    Tests are the same if their names are, and their models where one of the logs has a test under several; of tests
    with the same name and model in one log the n-th is compared with the n-th of the other.
    """
    by_model = _has_several_models(first) or _has_several_models(second)
    ours, theirs = _keyed(first, by_model), _keyed(second, by_model)
    return tuple(_compared(key, ours.get(key), theirs.get(key)) for key in dict.fromkeys((*ours, *theirs)))


def _has_several_models(entries: Sequence[Entry]) -> bool:
    """Whether some test was asked under more than one model."""
    models: dict[str, str | None] = {}
    return any(models.setdefault(entry.test, entry.model) != entry.model for entry in entries)


def _keyed(entries: Sequence[Entry], by_model: bool) -> dict[Key, Entry]:
    """The entries by name, model and how many of these came before."""
    found: dict[Key, Entry] = {}
    seen: Counter[tuple[str, str | None]] = Counter()
    for entry in entries:
        model = entry.model if by_model else None
        found[entry.test, model, seen[entry.test, model]] = entry
        seen[entry.test, model] += 1
    return found


def _compared(key: Key, first: Entry | None, second: Entry | None) -> Comparison:
    """One test; it is in one of the logs at least."""
    observations = (first.observation if first else None, second.observation if second else None)
    if first is None or second is None:
        return Comparison(key[0], key[1], observations, only_in=FIRST if first else SECOND)
    undecided = next(_reasons(first, second), None)
    if undecided is not None or first.states is None or second.states is None:
        return Comparison(key[0], key[1], observations, undecided=undecided)
    gained, lost = second.states - first.states, first.states - second.states
    return Comparison(key[0], key[1], observations, tuple(sorted(gained)), tuple(sorted(lost)))


def _reasons(first: Entry, second: Entry) -> Iterator[str]:
    """Why the two cannot be compared."""
    for name, entry in ((FIRST, first), (SECOND, second)):
        if entry.undecided is not None:
            yield f"undecided in {name}: {entry.undecided}"
    if (first.states is None or second.states is None) and None in (first.observation, second.observation):
        yield "one log lists states, the other an observation"
