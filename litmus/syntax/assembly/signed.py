"""Numbers outside of a test's code, as its registers and its memory hold them: signed, of so many bits.

The front ends of RISC-V and ARM keep signed numbers in registers, and in memory that is accessed by 4 or 8 bytes, so
4294967295 in an initial state or in a condition is -1 for accesses of 4 bytes.
"""

from __future__ import annotations

from dataclasses import replace

from litmus.errors import UnsupportedError
from litmus.program import Compare, Condition, MemoryAt, Program, Proposition, Value, comparisons, mapped
from litmus.syntax.assembly.language import Language

PLAIN = range(1 << 31)
"""Numbers that are the same with 32 bits and with 64, signed and unsigned."""


def settle(program: Program, language: Language, register_bits: int) -> Program:
    """The program with signed numbers in its initial state and in its question.

    Raises UnsupportedError if accesses of several sizes make a number of memory more than one.
    """
    numbers = (*program.memory.values(), *program.registers.values(), *_constants(program.condition.proposition),
               *(_constants(program.filter) if program.filter is not None else ()))  # fmt: skip
    if all(number in PLAIN for number in numbers if isinstance(number, int)):
        return program
    held = _Held(register_bits, _widths(program, language))
    return replace(
        program,
        memory={place: held.memory(value) for place, value in program.memory.items()},
        registers={place: held.register(value) for place, value in program.registers.items()},
        condition=Condition(program.condition.kind, held.proposition(program.condition.proposition)),
        filter=None if program.filter is None else held.proposition(program.filter),
    )


def _widths(program: Program, language: Language) -> tuple[int, ...]:
    """The bytes of the accesses of a program, each once."""
    texts = (item.text for thread in program.threads for item in thread.instructions if item.operations)
    widths = (language.width(text) for text in texts) if language.width else ()
    return tuple(dict.fromkeys(width for width in widths if width))


def _constants(proposition: Proposition) -> tuple[Value, ...]:
    """The constants that a proposition compares with."""
    return tuple(node.right for node in comparisons(proposition) if isinstance(node.right, int))


class _Held:
    """How registers and memory hold numbers; addresses stay as they are."""

    def __init__(self, register_bits: int, widths: tuple[int, ...]) -> None:
        self.register_bits = register_bits
        self.widths = widths

    def register(self, value: Value) -> Value:
        """A value as a register holds it."""
        return _signed(self.register_bits, value) if isinstance(value, int) else value

    def memory(self, value: Value) -> Value:
        """A value as memory holds it: unsigned where it is accessed by 1 or 2 bytes."""
        if not isinstance(value, int) or not self.widths:
            return value
        first, *others = (_signed(8 * w, value) if w >= 4 else value & (1 << 8 * w) - 1 for w in self.widths)
        if any(other != first for other in others):
            raise UnsupportedError(
                f"the initial or final value {value} of a location, in a test with accesses of several sizes",
                hint=f"use values from 0 to {PLAIN[-1]}, or accesses of one size",
            )
        return first

    def proposition(self, node: Proposition) -> Proposition:
        """The proposition with its constants as what they are compared with would hold them."""
        return mapped(node, self._comparison)

    def _comparison(self, node: Compare) -> Compare:
        if not isinstance(node.right, int):
            return node
        held = self.memory if isinstance(node.left, MemoryAt) else self.register
        return replace(node, right=held(node.right))


def _signed(bits: int, value: int) -> int:
    """The low `bits` bits of a number, signed."""
    half = 1 << bits - 1
    return (value + half & (half << 1) - 1) - half
