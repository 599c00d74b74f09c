"""Paths with register events, for models that compute dependencies themselves (cat's `catdep`).

Every read and write of a register becomes an event (`Rreg`, `Wreg`), as does every decision (`B`; `BCC` for
conditional branches), and the causality inside each instruction becomes `iico_data` and `iico_ctrl`.  `ADDR`
and `DATA` are the register reads that feed the address and the data of an access.
"""

from __future__ import annotations

from litmus.logic import bits
from litmus.unfold.events import EventKind
from litmus.unfold.paths import Walker
from litmus.unfold.steps import Decision, Run, Step, Tainted

NO_TAGS: frozenset[str] = frozenset()


class RegisterWalker(Walker):
    """A walker that also records register events."""

    def _read_register(self, run: Run, name: str) -> Tainted:
        value = super()._read_register(run, name)
        number = self._event(run, "Rreg", name)
        return Tainted(value.term, value.data, value.pick, 1 << number, value.guard)

    def _assign(self, run: Run, register: str, value: Tainted) -> None:
        super()._assign(run, register, value)
        number = self._event(run, "Wreg", register)
        self._cause(run, "iico_data", value.sources, number)

    def _event(self, run: Run, kind: EventKind, register: str | None) -> int:
        step = Step(kind, NO_TAGS, run.position, self._here(run), register=register)
        number = run.step(step)
        self._cause(run, "iico_ctrl", self._decisions(run), number)
        return number

    def _inside(self, run: Run, step: int, address: int = 0, data: int = 0) -> None:
        for tag, sources in (("ADDR", address), ("DATA", data)):
            for source in bits(sources):
                self._tag(run, source, tag)
            self._cause(run, "iico_data", sources, step)
        self._cause(run, "iico_ctrl", self._decisions(run), step)

    def _decided(self, run: Run, condition: Tainted, kind: Decision) -> None:
        step = Step("B", frozenset({kind}) - {"B"}, run.position, self._here(run))
        self._cause(run, "iico_data", condition.sources, run.step(step))

    @staticmethod
    def _decisions(run: Run) -> int:
        """The decisions made so far inside the current instruction (a branch ends its instruction)."""
        found = 0
        for i in range(len(run.path.steps) - 1, -1, -1):
            step = run.path.steps[i]
            if step.position != run.position:
                break
            if step.kind == "B":
                found |= 1 << i
        return found

    @staticmethod
    def _tag(run: Run, number: int, tag: str) -> None:
        """Adds a tag; the step is replaced, because forked runs share it."""
        old = run.path.steps[number]
        run.path.steps[number] = Step(
            old.kind, old.tags | {tag}, old.position, old.instruction, ctrl=old.ctrl, pick_ctrl=old.pick_ctrl,
            pick=old.pick, register=old.register,
        )  # fmt: skip

    @staticmethod
    def _cause(run: Run, name: str, sources: int, target: int) -> None:
        run.path.inside.extend((name, source, target) for source in bits(sources))
