"""Atomic read-modify-writes, of counters, words and bits."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mmcore.cpu.processor import Processor
from mmcore.cpu.update import Order, Update


class Atomics(Processor):
    """What changes a cell at once; without its label, relaxed."""

    def _modify(self, place: Any, update: Update, label: str | None = None) -> Any:
        return self._update(place, update if self.has(label) else replace(update, order="relaxed"))

    def atomic_read(self, place: Any) -> Any:
        """READ_ONCE of a counter."""
        return self._load(place, "once")

    def atomic_set(self, place: Any, value: Any) -> None:
        """WRITE_ONCE of a counter."""
        self._store(place, value, "once")

    def atomic_inc(self, place: Any) -> None:
        """Adds 1; no ordering."""
        self._update(place, Update("add", 1))

    def atomic_dec(self, place: Any) -> None:
        """Subtracts 1; no ordering."""
        self._update(place, Update("sub", 1))

    def atomic_add(self, value: Any, place: Any) -> None:
        """Adds a value; no ordering."""
        self._update(place, Update("add", value))

    def atomic_sub(self, value: Any, place: Any) -> None:
        """Subtracts a value; no ordering."""
        self._update(place, Update("sub", value))

    def atomic_add_return(self, value: Any, place: Any, label: str | None = None) -> Any:
        """Adds a value, fully ordered; the new value."""
        return self._modify(place, Update("add", value, result="new"), label)

    def atomic_sub_return(self, value: Any, place: Any, label: str | None = None) -> Any:
        """Subtracts a value, fully ordered; the new value."""
        return self._modify(place, Update("sub", value, result="new"), label)

    def atomic_inc_return(self, place: Any, label: str | None = None) -> Any:
        """Adds 1, fully ordered; the new value."""
        return self.atomic_add_return(1, place, label)

    def atomic_dec_return(self, place: Any, label: str | None = None) -> Any:
        """Subtracts 1, fully ordered; the new value."""
        return self.atomic_sub_return(1, place, label)

    def atomic_fetch_add(self, value: Any, place: Any, label: str | None = None) -> Any:
        """Adds a value, fully ordered; the old value."""
        return self._modify(place, Update("add", value, result="old"), label)

    def atomic_sub_and_test(self, value: Any, place: Any) -> Any:
        """Subtracts a value, fully ordered; whether nothing is left."""
        return self._update(place, Update("sub", value, result="zero"))

    def atomic_dec_and_test(self, place: Any) -> Any:
        """Subtracts 1, fully ordered; whether nothing is left."""
        return self.atomic_sub_and_test(1, place)

    def atomic_add_unless(self, place: Any, value: Any, unless: Any) -> Any:
        """Adds a value unless the counter is `unless`; whether it did.  Fully ordered if so, else not at all."""
        return self._update(place, Update("add_unless", value, unless, "done"))

    def atomic_inc_not_zero(self, place: Any) -> Any:
        """Takes a reference unless there is none left; whether it did.  Fully ordered if so, else not at all."""
        return self.atomic_add_unless(place, 1, 0)

    def atomic_or(self, mask: Any, place: Any) -> None:
        """Sets bits; no ordering."""
        self._update(place, Update("or", mask))

    def atomic_andnot(self, mask: Any, place: Any) -> None:
        """Clears bits; no ordering."""
        self._update(place, Update("andnot", mask))

    def xchg(self, place: Any, value: Any, label: str | None = None) -> Any:
        """Writes a value, fully ordered; the old one.  Without its label, xchg_relaxed."""
        return self._modify(place, Update("xchg", value, result="old"), label)

    def cmpxchg(self, place: Any, old: Any, new: Any, label: str | None = None, order: Order = "full") -> Any:
        """Writes `new` if the cell holds `old`; what it held.  Ordered if it did, else not at all."""
        return self._modify(place, Update("cmpxchg", new, old, "old", order), label)

    # --- bits --------------------------------------------------------------------------------------------------

    def test_bit(self, bit: int, place: Any) -> Any:
        """Whether a bit is set; no ordering."""
        return (self._load(place, "once") & (1 << bit)) != 0

    def set_bit(self, bit: int, place: Any) -> None:
        """Sets a bit; no ordering."""
        self.atomic_or(1 << bit, place)

    def clear_bit(self, bit: int, place: Any) -> None:
        """Clears a bit; no ordering."""
        self.atomic_andnot(1 << bit, place)

    def test_and_set_bit(self, bit: int, place: Any, label: str | None = None) -> Any:
        """Sets a bit, fully ordered; whether it was set before."""
        return (self._modify(place, Update("or", 1 << bit, result="old"), label) & (1 << bit)) != 0

    def test_and_clear_bit(self, bit: int, place: Any, label: str | None = None) -> Any:
        """Clears a bit, fully ordered; whether it was set before."""
        return (self._modify(place, Update("andnot", 1 << bit, result="old"), label) & (1 << bit)) != 0
