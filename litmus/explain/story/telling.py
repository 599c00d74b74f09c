"""The story of an allowed outcome: which of its executions is told, as which steps, and what was seen out of order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from litmus.cat import Theory
from litmus.explain.explanation import Story
from litmus.explain.story.buffers import Machine, Move
from litmus.explain.story.replay import Moment, Relations, Run, divmods
from litmus.explain.words import Words
from litmus.judge import Evaluator, Execution
from litmus.program import language_of

INTERLEAVING = (0, 0)
"""A run on one memory with nothing out of order."""

MOST_REORDERED = 4
"""So many pairs that are out of order are told, and so many writes that have not arrived."""


def story(executions: Sequence[Execution], theories: Sequence[Theory], words: bool, arch: str) -> Story | None:
    """The simplest story of some allowed executions, or None where no machine has a run; `words`: see `place_of`.

    What is no interleaving is told on x86 by its store buffers, or not at all.
    """
    told: list[tuple[tuple[int, int, int], Run, Relations]] = []
    for execution, theory in zip(executions, theories, strict=True):
        told.extend(_run(Relations(execution, kept_order(theory, execution))))
        if told and told[-1][0][:2] == INTERLEAVING:
            break  # nothing is simpler
    best = min(told, key=lambda each: each[0], default=None)
    if language_of(arch).store_buffers and (best is None or best[0][:2] != INTERLEAVING):
        return _buffered(executions, words)
    if best is None:
        return None
    (copies, reordered, _), run, relations = best
    speaker = _Speaker(relations, words)
    machine = "copies" if copies else "memory" if reordered else "interleaving"
    return Story(machine, tuple(speaker.moments(run)), tuple(speaker.reordered(run)))


def _buffered(executions: Sequence[Execution], words: bool) -> Story | None:
    """The story of the first execution that the store-buffer machine has a run of."""
    for execution in executions:
        moves = Machine(execution).run()
        if moves is not None:
            speaker = _Speaker(Relations(execution, 0), words)
            return Story("store buffers", tuple(speaker.moves(moves)), tuple(speaker.delayed(moves)))
    return None


def _run(relations: Relations) -> Iterator[tuple[tuple[int, int, int], Run, Relations]]:
    """The run of an execution, if there is one, and how simple it is: one memory, few pairs out of order, few steps."""
    for copies, found in enumerate((relations.in_memory, relations.in_copies)):
        run = found()
        if run is not None:
            yield (copies, len(run.reordered), len(run.moments)), run, relations
            return


def kept_order(theory: Theory, execution: Execution) -> int:
    """The pairs of program order that some axiom of the model keeps in order: those in the closure of a relation that
    has to be acyclic.  Not what only keeps a location coherent: a read may return a write that is not done yet.
    """
    structure, u = execution.structure, execution.structure.universe
    values = Evaluator(theory, structure).values(execution)
    kept = 0
    for check in theory.checks:
        if check.role == "axiom" and check.kind == "acyclic" and not check.negated and check not in theory.implied:
            kept |= u.plus(values[check.node.id])
    return kept & structure.relations["po"]


class _Speaker:
    """The sentences of a story."""

    def __init__(self, relations: Relations, own_words: bool) -> None:
        self.relations = relations
        self.execution = relations.execution
        self.events = relations.events
        self.words = Words(relations.execution, own_words)

    # --- steps ------------------------------------------------------------------------------------------

    def moments(self, run: Run) -> Iterator[str]:
        """The steps of a run on one memory or on copies."""
        done: set[int] = set()
        for moment in run.moments:
            yield self._moment(moment, done)
            done.add(moment.event)

    def _moment(self, moment: Moment, done: set[int]) -> str:
        event = moment.event
        if moment.thread is not None:
            return f"{self.words.value(event)} of {self.words.at(event)} reaches P{moment.thread}"
        if self.events[event].kind == "W":
            return f"{self.words.at(event)} writes {self.words.value(event)}"
        source = self.execution.sources[event]
        early = self.events[source].thread == self.events[event].thread and source not in done
        own = f", its own write of {self.words.line(source)}, before that is done for others" if early else ""
        return f"{self.words.at(event)} reads {self.words.value(event)}{own}"

    def moves(self, moves: Sequence[Move]) -> Iterator[str]:
        """The steps of the store-buffer machine."""
        for move in moves:
            at, value, thread = self.words.at(move.event), self.words.value(move.event), self.events[move.event].thread
            match move.action:
                case "buffer":
                    yield f"{at} puts {value} into P{thread}'s store buffer"
                case "drain":
                    yield f"P{thread}'s store buffer drains {value} of {self.words.line(move.event)} into memory"
                case "memory":
                    yield f"{at} reads {value} from memory"
                case "own buffer":
                    yield f"{at} reads {value} from P{thread}'s own store buffer"
                case "locked":
                    yield f"{at} {self._locked(move.event)} in memory, in one step"
                case "fence":
                    yield f"P{thread}'s {self.words.fence(move.event)} has waited: P{thread}'s store buffer is empty"

    def _locked(self, read: int) -> str:
        write = dict(self.execution.structure.rmw_pairs).get(read)
        written = "" if write is None else f" and writes {self.words.value(write)}"
        return f"reads {self.words.value(read)}{written}"

    def delayed(self, moves: Sequence[Move]) -> Iterator[str]:
        """The writes that stayed in a buffer past a later read of their thread."""
        waiting: dict[int, None] = {}
        for move in moves:
            if move.action == "buffer":
                waiting[move.event] = None
            elif move.action == "drain":
                del waiting[move.event]
            elif move.action in ("memory", "own buffer"):
                thread = self.events[move.event].thread
                for write in (w for w in waiting if self.events[w].thread == thread):
                    first, second = self.words.line(write), self.words.line(move.event)
                    yield (f"P{thread}'s {second} reads before the write of {first} is in memory: no mfence and no "
                           "locked instruction between them.")  # fmt: skip

    # --- what was out of order --------------------------------------------------------------------------

    def reordered(self, run: Run) -> Iterator[str]:
        """Why the outcome is no interleaving: pairs of a thread out of order, writes seen by one thread first."""
        pairs = [(a, b) for a, b in run.reordered if self.execution.sources.get(b) != a]
        for a, b in pairs[:MOST_REORDERED]:
            yield self._pair(a, b)
        if len(pairs) > MOST_REORDERED:
            yield f"{len(pairs) - MOST_REORDERED} more pairs are out of order."
        yield from islice(self._not_arrived(run), MOST_REORDERED)

    def _pair(self, a: int, b: int) -> str:
        first, second, owner = self.words.line(a), self.words.line(b), f"P{self.events[a].thread}"
        fences = [e for e in self._between(a, b) if self.events[e].kind == "F"]
        kinds = f"a {_noun(self.events[a].kind)} before a {_noun(self.events[b].kind)}"
        if fences:
            named = " and ".join(self.words.fence(fence) for fence in fences)
            why = f"{named} between them does not keep {kinds}"
        else:
            why = f"no barrier between them{self._dependency(a, b)} keeps {kinds}"
        return f"{owner}'s {second} took effect before {first}: {why} on this model."

    def _between(self, a: int, b: int) -> Iterator[int]:
        po, n = self.relations.po, self.relations.n
        return (e for e in range(n) if po >> (a * n + e) & 1 and po >> (e * n + b) & 1)

    def _dependency(self, a: int, b: int) -> str:
        found = [name for name in ("addr", "data", "ctrl")
                 if self.execution.structure.relations[name] >> (a * self.relations.n + b) & 1]  # fmt: skip
        return f", and no dependency (there is {' and '.join(found)})" if found else ", and no dependency,"

    def _not_arrived(self, run: Run) -> Iterator[str]:
        """Writes that were done, and that a thread misses because they have not reached it yet."""
        when = {moment: number for number, moment in enumerate(run.moments)}
        readers: dict[int, list[int]] = {}
        for w, r in divmods(self.relations.rfe, self.relations.n):
            readers.setdefault(w, []).append(r)
        for r, w in divmods(self.relations.fre, self.relations.n):
            if when[Moment(w)] < when[Moment(r)]:
                told = [other for other in readers.get(w, ()) if when[Moment(other)] < when[Moment(r)]]
                yield self._missed(w, r, told)

    def _missed(self, w: int, r: int, told: Sequence[int]) -> str:
        seen = f", though {' and '.join(map(self.words.at, told))} had read it" if told else ""
        return (f"{self.words.value(w)} of {self.words.at(w)} had not reached P{self.events[r].thread} when "
                f"{self.words.line(r)} read {self.words.value(r)}{seen}: nothing here makes a write visible to all "
                "threads at once.")  # fmt: skip


def _noun(kind: str) -> str:
    return "write" if kind == "W" else "read"
