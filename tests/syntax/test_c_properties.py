"""Random kernel C tests under the kernel's model: three ways to the same answer, and more order allows no more."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from litmus.cat.library import load_model
from litmus.check import Options, check
from litmus.program import Program
from litmus.source import Source
from litmus.syntax import parse
from litmus.unfold.unfolding import unfold
from tests.engine.test_properties import agrees
from tests.strategies import State, brute_force, candidates, state

LKMM = load_model("lkmm")
MOST = 3000
"""Candidate executions that brute force may go through."""

CHAINS = [
    ["barrier();", "smp_wmb();", "smp_mb();"],
    ["barrier();", "smp_rmb();", "smp_mb();"],
    ["rcu_read_lock(); rcu_read_unlock();", "synchronize_rcu();"],
    ["{r} = READ_ONCE(*{x});", "{r} = smp_load_acquire({x});"],
    ["WRITE_ONCE(*{x}, {n});", "smp_store_release({x}, {n});"],
    ["WRITE_ONCE(*{x}, {n});", "smp_store_mb(*{x}, {n});"],
    ["WRITE_ONCE(*{x}, {q} + 1);", "smp_store_release({x}, {q} + 1);"],
    ["if ({q}) {{ WRITE_ONCE(*{x}, {n}); }}", "if ({q}) {{ smp_mb(); WRITE_ONCE(*{x}, {n}); }}"],
    ["{r} = xchg_relaxed({x}, {n});", "{r} = xchg_acquire({x}, {n});", "{r} = xchg({x}, {n});"],
    ["{r} = xchg_relaxed({x}, {n});", "{r} = xchg_release({x}, {n});", "{r} = xchg({x}, {n});"],
    ["{r} = cmpxchg_relaxed({x}, 0, {n});", "{r} = cmpxchg_release({x}, 0, {n});", "{r} = cmpxchg({x}, 0, {n});"],
    ["atomic_inc({x});", "atomic_inc({x}); smp_mb__after_atomic();"],
    ["{r} = atomic_fetch_add_acquire({n}, {x});", "{r} = atomic_fetch_add({n}, {x});"],
    ["spin_lock(l); {r} = READ_ONCE(*{x}); spin_unlock(l);",
     "spin_lock(l); smp_mb__after_spinlock(); {r} = READ_ONCE(*{x}); spin_unlock(l);"],
    ["rcu_read_lock(); {r} = READ_ONCE(*x); WRITE_ONCE(*y, {n}); rcu_read_unlock();",
     "rcu_read_lock(); {r} = READ_ONCE(*x); smp_mb(); WRITE_ONCE(*y, {n}); rcu_read_unlock();"],
]  # fmt: skip
"""Statements, each with others that order more and more."""

PLAIN = [["*{x} = {n};"], ["{r} = *{x};"], ["*{x} = {q};"], ["if ({q}) {{ {r} = *{x}; }}"]]


@dataclass(frozen=True)
class Step:
    """A statement: its place in a chain, and what it is about."""

    chain: tuple[str, ...]
    at: int
    x: str
    r: str
    q: str
    n: int

    def text(self) -> str:
        """The statement in C."""
        return self.chain[self.at].format(x=self.x, r=self.r, q=self.q, n=self.n)


Threads = tuple[tuple[Step, ...], ...]


def steps(chains: list[list[str]]) -> st.SearchStrategy[Step]:
    """A statement of one of the chains, not the last of a long one."""
    chosen = st.sampled_from(chains).flatmap(
        lambda chain: st.tuples(st.just(tuple(chain)), st.integers(0, max(0, len(chain) - 2)))
    )
    names, registers = st.sampled_from("xy"), st.sampled_from(("r0", "r1"))
    return st.builds(lambda c, *rest: Step(*c, *rest), chosen, names, registers, registers, st.integers(1, 2))


def threads(chains: list[list[str]]) -> st.SearchStrategy[Threads]:
    """Two threads of one to three statements."""
    thread = st.lists(steps(chains), min_size=1, max_size=3).map(tuple)
    return st.tuples(thread, thread)


def program_of(bodies: Threads) -> Program:
    """The test, which asks for everything there is to see."""
    return written(tuple(tuple(step.text() for step in body) for body in bodies))


def written(bodies: tuple[tuple[str, ...], ...]) -> Program:
    """The test with these statements."""
    head = "(int *x, int *y, spinlock_t *l)\n{\n\tint r0 = 0; int r1 = 0;\n\t"
    code = "".join(f"P{i}{head}" + "\n\t".join(body) + "\n}\n\n" for i, body in enumerate(bodies))
    seen = "; ".join(f"{i}:r{j}" for i in range(len(bodies)) for j in (0, 1))
    return parse(Source("T.litmus", f"C T\n\n{{}}\n\n{code}locations [x; y; {seen}]\nexists (x=1)\n"))


def outcomes(program: Program) -> frozenset[State]:
    """All final states."""
    verdict = check(program, LKMM)
    assume(verdict.undecided is None)
    return frozenset(state(found) for found in verdict.states)


@settings(max_examples=60)
@given(threads(CHAINS + PLAIN))
def test_tables_z3_and_brute_force(bodies: Threads) -> None:
    program = program_of(bodies)
    assume(sum(candidates(structure) for structure in unfold(program, 2).structures()) <= MOST)
    answer = brute_force(program, LKMM)
    for engine in ("table", "z3"):
        agrees(check(program, LKMM, Options(engine=engine)), answer)


@settings(max_examples=60)
@given(threads(CHAINS + PLAIN), st.data())
def test_a_fence_adds_no_outcome(bodies: Threads, data: st.DataObject) -> None:
    fence = data.draw(st.sampled_from(("smp_mb();", "smp_wmb();", "smp_rmb();", "barrier();", "synchronize_rcu();")))
    at = data.draw(st.integers(0, len(bodies) - 1))
    lines = [[step.text() for step in body] for body in bodies]
    lines[at].insert(data.draw(st.integers(0, len(lines[at]))), fence)
    assert outcomes(written(tuple(map(tuple, lines)))) <= outcomes(program_of(bodies))


@settings(max_examples=60)
@given(threads(CHAINS + PLAIN), st.data())
def test_more_order_in_a_statement_adds_no_outcome(bodies: Threads, data: st.DataObject) -> None:
    places = [(i, j) for i, body in enumerate(bodies) for j, step in enumerate(body) if step.at + 1 < len(step.chain)]
    assume(places)
    at, index = data.draw(st.sampled_from(places))
    body = list(bodies[at])
    body[index] = replace(body[index], at=body[index].at + 1)
    stronger = (*bodies[:at], tuple(body), *bodies[at + 1 :])
    assert outcomes(program_of(stronger)) <= outcomes(program_of(bodies))


@settings(max_examples=40)
@given(threads(CHAINS + PLAIN))
def test_every_outcome_of_sequential_consistency_is_allowed(bodies: Threads) -> None:
    """Without grace periods, of which the model sc knows nothing."""
    program = program_of(tuple(tuple(step for step in body if "rcu" not in step.text()) for body in bodies))
    sc = check(program, load_model("sc"))
    assert frozenset(state(found) for found in sc.states) <= outcomes(program)
