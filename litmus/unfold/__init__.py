"""Unfolding: a program as event structures, one for each combination of paths and of computed addresses.

In: a `Program` of one language and an unrolling bound.  Out: `EventStructure`s: events, program order, dependencies,
and what is assumed of values.  Event numbers are dense, initial writes come first; a loop that was cut is recorded.
"""

from litmus.unfold.events import EVENT_KINDS, INITIAL, Event, EventKind, EventStructure
from litmus.unfold.paths import Walker
from litmus.unfold.registers import RegisterWalker
from litmus.unfold.unfolding import Unfolding, unfold
from litmus.unfold.values import Domains, outcomes

__all__ = [
    "EVENT_KINDS", "INITIAL", "Domains", "Event", "EventKind", "EventStructure", "RegisterWalker", "Unfolding",
    "Walker", "outcomes", "unfold"
]  # fmt: skip
