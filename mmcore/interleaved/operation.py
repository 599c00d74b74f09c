"""What one step of a thread does to what all threads share.

Values are numbers and addresses, as in `mmcore.cpu.expression`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol, TypeAlias

from mmcore.cpu import Update
from mmcore.cpu.expression import Expression
from mmcore.errors import ScenarioError


class Shared(NamedTuple):
    """`values`: what each cell holds; `sections`: a bit for each thread inside an RCU read-side critical section;
    `graces`: for each thread, the bits of those whose sections its synchronize_rcu() still waits for.
    """

    values: tuple[Expression, ...]
    sections: int
    graces: tuple[int, ...]

    def holding(self, at: int, value: Expression) -> Shared:
        """What is shared once one cell has another value."""
        return self._replace(values=(*self.values[:at], value, *self.values[at + 1 :]))


Done: TypeAlias = tuple[Expression, Shared]
"""The value of a step, and what is shared after it."""


class Operation(Protocol):
    """A step: whether a thread can take it, and what it does then."""

    def ready(self, shared: Shared, thread: int) -> bool:
        """Whether the step can be taken now."""
        ...

    def act(self, shared: Shared, thread: int) -> Done:
        """Its value and its effect, where it is ready."""
        ...


class Anytime:
    """A step that never waits."""

    __slots__ = ()

    def ready(self, shared: Shared, thread: int) -> bool:
        """Always."""
        return True


class Load(Anytime):
    """Reads a cell."""

    __slots__ = ("at",)

    def __init__(self, at: int) -> None:
        self.at = at

    def act(self, shared: Shared, thread: int) -> Done:
        """The value of the cell."""
        return shared.values[self.at], shared


class Store(Anytime):
    """Writes a cell."""

    __slots__ = ("at", "value")

    def __init__(self, at: int, value: Expression) -> None:
        self.at = at
        self.value = value

    def act(self, shared: Shared, thread: int) -> Done:
        """The cell holds the value."""
        return 0, shared.holding(self.at, self.value)


class Modify(Anytime):
    """An atomic read-modify-write."""

    __slots__ = ("at", "update")

    def __init__(self, at: int, update: Update) -> None:
        self.at = at
        self.update = update

    def act(self, shared: Shared, thread: int) -> Done:
        """The cell holds the new value if the update applies; raises ScenarioError for arithmetic on an address."""
        try:
            new, value = self.update.apply(shared.values[self.at])
        except TypeError:
            hint = "exchange addresses with xchg and cmpxchg only"
            raise ScenarioError(f"{self.update.operation} is applied to an address", hint=hint) from None
        return value, shared.holding(self.at, new)


class Lock(Load):
    """Takes a lock that is free."""

    __slots__ = ()

    def ready(self, shared: Shared, thread: int) -> bool:
        """Whether the lock is free."""
        return shared.values[self.at] == 0

    def act(self, shared: Shared, thread: int) -> Done:
        """The lock is held."""
        return 0, shared.holding(self.at, 1)


class Wait(Load):
    """Reads a cell once its value satisfies a condition."""

    __slots__ = ("condition", "known")

    def __init__(self, at: int, condition: Callable[[Expression], bool]) -> None:
        super().__init__(at)
        self.condition = condition
        self.known: dict[Expression, bool] = {}

    def ready(self, shared: Shared, thread: int) -> bool:
        """Whether the condition holds of the cell."""
        value = shared.values[self.at]
        if value not in self.known:
            self.known[value] = self.condition(value)
        return self.known[value]


class Enter(Anytime):
    """Begins an outermost RCU read-side critical section."""

    __slots__ = ()

    def act(self, shared: Shared, thread: int) -> Done:
        """The thread is in a section."""
        return 0, shared._replace(sections=shared.sections | 1 << thread)


class Leave(Anytime):
    """Ends an outermost RCU read-side critical section."""

    __slots__ = ()

    def act(self, shared: Shared, thread: int) -> Done:
        """The thread is in no section, and nobody waits for it any more."""
        others = ~(1 << thread)
        graces = tuple(grace & others for grace in shared.graces)
        return 0, shared._replace(sections=shared.sections & others, graces=graces)


class Begin(Anytime):
    """Begins a grace period."""

    __slots__ = ()

    def act(self, shared: Shared, thread: int) -> Done:
        """The thread waits for the sections under way."""
        graces = (*shared.graces[:thread], shared.sections, *shared.graces[thread + 1 :])
        return 0, shared._replace(graces=graces)


class Elapse:
    """Ends a grace period: all sections that were under way when it began are over."""

    __slots__ = ()

    def ready(self, shared: Shared, thread: int) -> bool:
        """Whether no such section is left."""
        return not shared.graces[thread]

    def act(self, shared: Shared, thread: int) -> Done:
        """Nothing changes."""
        return 0, shared
