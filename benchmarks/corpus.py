"""The cost of a folder of tests: one process over all of them, with full sets of final states.

`python -m benchmarks.corpus FOLDER [--engine auto --engine z3] [--herd herd7]`; see benchmarks/README.md.
"""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from benchmarks.measure import HEADER, Herd, Ran, Unit, add_herd, herd_of, row, states_of
from litmus.batch import parsed
from litmus.batch.models import default_models, model
from litmus.check import ENGINES, Options, check
from litmus.errors import LitmusError
from litmus.files import find
from litmus.verdict import Verdict

BATCH = 100
"""Tests that one engine after the other works on; herd7 has a process for each batch."""

SAMPLE_EVERY = 20
"""Tests between two samples of the unit."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one test cost under all its models: seconds of CPU, states under each model, and why there is no answer."""

    path: str
    engine: str
    test: str | None
    parse: float
    check: float
    states: tuple[int, ...] = ()
    unanswered: str | None = None

    @property
    def total(self) -> float:
        """Parsing and checking."""
        return self.parse + self.check


def cost(path: str, engine: str, models: Sequence[str], timeout: float | None) -> Cost:
    """Parses and checks one test; a test that is refused or undecided has its cost too."""
    start = read = time.process_time()
    name, verdicts, reason = None, list[Verdict](), None
    try:
        program = parsed(path)
        name, read = program.name, time.process_time()
        for each in models or default_models(program):
            verdicts.append(check(program, model(each, ()), Options(engine=engine, timeout=timeout)))
    except LitmusError as error:
        reason = error.message
        read = max(read, start) if name else time.process_time()
    end = time.process_time()
    reason = reason or next((v.undecided for v in verdicts if v.undecided), None)
    return Cost(path, engine, name, read - start, end - read, tuple(len(v.states) for v in verdicts), reason)


@dataclass(slots=True)
class Session:
    """Everything measured: the costs by engine, and what herd7 ran."""

    costs: dict[str, list[Cost]]
    herd: list[Ran]
    unit: Unit


def measure(paths: Sequence[str], arguments: Namespace, herd: Herd | None) -> Session:
    """Batch after batch, each engine and herd7 on the same batch, with the unit sampled before, between and after."""
    session = Session({engine: [] for engine in arguments.engine}, [], Unit())
    for start in range(0, len(paths), BATCH):
        batch = paths[start : start + BATCH]
        for engine, costs in session.costs.items():
            for number, path in enumerate(batch):
                if number % SAMPLE_EVERY == 0:
                    session.unit.sample()
                costs.append(cost(path, engine, arguments.model, arguments.timeout))
        if herd:
            session.herd.append(herd.run(batch))
    session.unit.sample()
    return session


# --- the report -----------------------------------------------------------------------------------------


def report(session: Session) -> None:
    """Prints a table for each engine, what was not answered, and the comparison with herd7."""
    print(session.unit)
    for engine, costs in session.costs.items():
        _report_engine(engine, costs, session.unit)
        if session.herd:
            _report_herd(engine, costs, session)


def _report_engine(engine: str, costs: Sequence[Cost], unit: Unit) -> None:
    unanswered = [c for c in costs if c.unanswered]
    print(f"\nengine {engine}: {len(costs)} tests, {len(costs) - len(unanswered)} answered")
    print(HEADER)
    for part in ("parse", "check", "total"):
        print(row(part, [getattr(c, part) for c in costs], unit))
    slowest = max(costs, key=lambda c: c.total)
    print(f"slowest: {slowest.path}, {slowest.total * 1e3:.2f} ms")
    for c in unanswered:
        print(f"unanswered: {c.path}: {c.unanswered}")


def _report_herd(engine: str, costs: Sequence[Cost], session: Session) -> None:
    """herd7's mean is over the same tests, answered or not; its start-up is shared by a batch."""
    states: dict[str, list[int]] = {}
    for ran in session.herd:
        for name, found in states_of(ran.output).items():
            states.setdefault(name, []).extend(found)
    answered = sum(map(len, states.values()))
    ours, theirs = sum(c.total for c in costs), sum(ran.cpu for ran in session.herd)
    per_test = theirs / len(costs)
    print(
        f"herd7: {len(costs)} tests, {answered} answered, mean {per_test * 1e3:.2f} ms "
        f"({per_test / session.unit.value:.2f} units); {theirs / ours:.1f} times the CPU of engine {engine}"
    )
    compared = [c for c in costs if len(states.get(c.test or "", ())) == 1 and not c.unanswered]
    equal = sum(set(c.states) == set(states[c.test or ""]) for c in compared)
    print(f"number of states: equal on {equal} of the {len(compared)} tests that both answered under a unique name")


def write_per_test(session: Session, path: str) -> None:
    """One JSON line for each test and engine; seconds."""
    with open(path, "w", encoding="utf-8") as out:
        for costs in session.costs.values():
            for c in costs:
                print(json.dumps({**asdict(c), "total": c.total}), file=out)


def main() -> None:
    """Measures what the command line says, and prints the report."""
    arguments = _arguments()
    paths = find([arguments.folder])
    chosen = paths[:: arguments.every]
    print(f"{len(chosen)} tests of {len(paths)} in {arguments.folder}", end="")
    print(f" (every {arguments.every}th)" if arguments.every > 1 else "")
    session = measure(chosen, arguments, herd_of(arguments))
    report(session)
    print(f"\nthis process: {time.process_time():.2f} s CPU, with imports, models and samples of the unit")
    if arguments.per_test:
        write_per_test(session, arguments.per_test)


def _arguments() -> Namespace:
    parser = ArgumentParser("benchmarks.corpus", description="CPU time of a folder of tests.")
    add = parser.add_argument
    add("folder", help="a folder of tests, a test, or @list")
    add("--engine", action="append", default=[], choices=ENGINES, help="may be repeated (default: auto)")
    add("-m", "--model", action="append", default=[], help="may be repeated (default: those of the test's language)")
    add("--timeout", type=float, metavar="S", help="give a test up after S seconds; it counts as unanswered")
    add("--every", type=int, default=1, metavar="N", help="every Nth test only")
    add("--per-test", metavar="FILE", help="write a JSON line for each test and engine")
    add_herd(parser)
    arguments = parser.parse_args()
    arguments.engine = list(dict.fromkeys(arguments.engine)) or ["auto"]
    return arguments


if __name__ == "__main__":
    main()
