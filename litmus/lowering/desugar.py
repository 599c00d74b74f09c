"""Locks and conditional additions in terms of simpler native statements, as no target has an instruction for them.

A lock is taken by an exchange with acquire ordering, tried again until it finds the lock free; it is dropped by a
release write.  `add_unless` reads, and adds by compare-and-exchange, again if another thread came between (Linux
6.12, include/linux/atomic/atomic-arch-fallback.h, `raw_atomic_fetch_add_unless`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from litmus.syntax.native import tree as ast

OLD, SEEN = "%old", "%seen"
"""The hidden registers: what was read, and what the attempt found."""

ZERO, ONE = ast.Number(0), ast.Number(1)


def desugared(block: Iterable[ast.Statement]) -> tuple[ast.Statement, ...]:
    """A block without Lock, Unlock and add_unless, at any depth."""
    return tuple(part for statement in block for part in _statement(statement))


def _statement(statement: ast.Statement) -> Iterator[ast.Statement]:
    """What stands for a statement; each part has its place."""
    match statement:
        case ast.If():
            then, otherwise = desugared(statement.then), desugared(statement.otherwise)
            yield replace(statement, then=then, otherwise=otherwise)
        case ast.While():
            yield replace(statement, body=desugared(statement.body))
        case ast.Lock():
            take = ast.Update(SEEN, "xchg", statement.place, "acquire", (ONE,), span=statement.span)
            yield ast.Retry((take,), _compare("==", SEEN, ZERO), span=statement.span)
        case ast.Unlock():
            yield ast.Write(statement.place, "release", ZERO, span=statement.span)
        case ast.Update(kind="add_unless"):
            yield from _add_unless(statement)
        case _:
            yield statement


def _add_unless(statement: ast.Update) -> Iterator[ast.Statement]:
    """The loop around the compare-and-exchange, then the result."""
    amount, unless = statement.arguments
    place, span = statement.place, statement.span
    old, adds = ast.Register(OLD), _compare("!=", OLD, unless)
    attempt = ast.Update(
        SEEN, "cmpxchg", place, statement.ordering, (old, ast.Binary("+", old, amount)), span=span
    )  # fmt: skip
    kept = ast.Compute(SEEN, old, span=span)
    body = (ast.Read(OLD, place, "once", span=span), ast.If(adds, (attempt,), (kept,), span=span))
    yield ast.Retry(body, ast.Binary("==", ast.Register(SEEN), old), span=span)
    if statement.register:
        told = (ast.Compute(statement.register, number, span=span) for number in (ONE, ZERO))
        yield ast.If(adds, (next(told),), (next(told),), span=span)


def _compare(op: str, register: str, value: ast.Expression) -> ast.Expression:
    """A comparison with a hidden register."""
    return ast.Binary(op, ast.Register(register), value)
