"""Values: numbers, and addresses of variables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True, order=True)
class Pointer:
    """The address of a memory location: a variable and a byte offset into it (0 for a scalar)."""

    base: str
    offset: int = 0

    def __str__(self) -> str:
        return self.base if not self.offset else f"{self.base}+{self.offset}"


Value: TypeAlias = int | Pointer
