"""Processes that work on several tests at a time; what they find comes in the order of the tests."""

from __future__ import annotations

import signal
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import active_children
from typing import TYPE_CHECKING, TypeVar

from litmus.errors import InternalError

if TYPE_CHECKING:
    from concurrent.futures import Future

AHEAD = 8
"""Tasks that are handed out for each worker before the first of them has to be done."""

Task = TypeVar("Task")
Result = TypeVar("Result")


def in_processes(
    tasks: Sequence[Task],
    at_once: Callable[[Task], list[Result] | None],
    work: Callable[[Task], list[Result]],
    jobs: int,
) -> Generator[Result, None, None]:
    """The results of all tasks in order: what `at_once` has for a task, or else what `work` finds in a worker.

    The processes end with the iteration, also when that is cut short.  Raises InternalError if one of them dies.
    """
    waiting: deque[list[Result] | Future[list[Result]]] = deque()
    try:
        with _pool(jobs) as pool:
            for task in tasks:
                done = at_once(task)
                waiting.append(pool.submit(work, task) if done is None else done)
                while waiting and (len(waiting) == AHEAD * jobs or _is_done(waiting[0])):
                    yield from _result(waiting.popleft())
            while waiting:
                yield from _result(waiting.popleft())
    except BrokenProcessPool:
        raise InternalError("a worker process died, so the tests from there on have no answer") from None


def _is_done(result: list[Result] | Future[list[Result]]) -> bool:
    return isinstance(result, list) or result.done()


def _result(result: list[Result] | Future[list[Result]]) -> list[Result]:
    return result if isinstance(result, list) else result.result()


def _ignore_interrupts() -> None:
    """Ctrl-C reaches every process of the terminal; the parent decides, and ends the workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def _pool(jobs: int) -> Iterator[ProcessPoolExecutor]:
    """Worker processes; when the block is left by an exception they are ended in the middle of their tests.

    Other processes of the caller's stay.
    """
    others = set(active_children())
    pool = ProcessPoolExecutor(jobs, initializer=_ignore_interrupts)
    try:
        yield pool
        pool.shutdown()
    finally:
        pool.shutdown(wait=False)
        for child in set(active_children()) - others:
            child.terminate()
