"""The memory interface: the value of every primitive, what labels leave out, and the rules that a misuse breaks."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mmcore.cpu.cpu import Cpu
from mmcore.direct.cpu import DirectCpu
from mmcore.errors import Misuse, ScenarioError
from mmcore.interleaved.graph import Graph
from mmcore.interleaved.outcome import graph_of
from mmcore.interleaved.search import exhaustively
from mmcore.memory import Cell, Memory
from mmcore.scenario.check import trace
from mmcore.scenario.scenario import NEVER, Scenario, Thread, Variant
from mmcore.traced.explore import explore
from mmcore.traced.step import Fence, Load, Locking, Modify, Observe, Rcu, Step, Store

Call = Callable[[Cpu, Cell], Any]


@pytest.fixture
def memory() -> Memory:
    return Memory()


def values() -> Iterator[tuple[str, Call, int, Any, int]]:
    """Name, call on a cell, what the cell holds, the value of the call, what the cell holds afterwards."""
    yield "read_once", lambda c, x: c.read_once(x), 5, 5, 5
    yield "smp_load_acquire", lambda c, x: c.smp_load_acquire(x), 5, 5, 5
    yield "rcu_dereference", lambda c, x: c.rcu_dereference(x), 5, 5, 5
    yield "atomic_read", lambda c, x: c.atomic_read(x), 5, 5, 5
    yield "write_once", lambda c, x: c.write_once(x, 7), 5, None, 7
    yield "smp_store_release", lambda c, x: c.smp_store_release(x, 7), 5, None, 7
    yield "smp_store_mb", lambda c, x: c.smp_store_mb(x, 7), 5, None, 7
    yield "rcu_assign_pointer", lambda c, x: c.rcu_assign_pointer(x, 7), 5, None, 7
    yield "atomic_set", lambda c, x: c.atomic_set(x, 7), 5, None, 7
    yield "atomic_inc", lambda c, x: c.atomic_inc(x), 5, None, 6
    yield "atomic_dec", lambda c, x: c.atomic_dec(x), 5, None, 4
    yield "atomic_add", lambda c, x: c.atomic_add(3, x), 5, None, 8
    yield "atomic_sub", lambda c, x: c.atomic_sub(3, x), 5, None, 2
    yield "atomic_or", lambda c, x: c.atomic_or(2, x), 5, None, 7
    yield "atomic_andnot", lambda c, x: c.atomic_andnot(4, x), 5, None, 1
    yield "atomic_add_return", lambda c, x: c.atomic_add_return(3, x), 5, 8, 8
    yield "atomic_sub_return", lambda c, x: c.atomic_sub_return(3, x), 5, 2, 2
    yield "atomic_inc_return", lambda c, x: c.atomic_inc_return(x), 5, 6, 6
    yield "atomic_dec_return", lambda c, x: c.atomic_dec_return(x), 5, 4, 4
    yield "atomic_fetch_add", lambda c, x: c.atomic_fetch_add(3, x), 5, 5, 8
    yield "atomic_sub_and_test to 0", lambda c, x: c.atomic_sub_and_test(5, x), 5, True, 0
    yield "atomic_sub_and_test", lambda c, x: c.atomic_sub_and_test(4, x), 5, False, 1
    yield "atomic_dec_and_test to 0", lambda c, x: c.atomic_dec_and_test(x), 1, True, 0
    yield "atomic_dec_and_test", lambda c, x: c.atomic_dec_and_test(x), 2, False, 1
    yield "atomic_add_unless done", lambda c, x: c.atomic_add_unless(x, 3, 4), 5, True, 8
    yield "atomic_add_unless not", lambda c, x: c.atomic_add_unless(x, 3, 5), 5, False, 5
    yield "atomic_inc_not_zero done", lambda c, x: c.atomic_inc_not_zero(x), 5, True, 6
    yield "atomic_inc_not_zero not", lambda c, x: c.atomic_inc_not_zero(x), 0, False, 0
    yield "xchg", lambda c, x: c.xchg(x, 7), 5, 5, 7
    yield "cmpxchg done", lambda c, x: c.cmpxchg(x, 5, 7), 5, 5, 7
    yield "cmpxchg not", lambda c, x: c.cmpxchg(x, 4, 7), 5, 5, 5
    yield "test_bit set", lambda c, x: c.test_bit(2, x), 5, True, 5
    yield "test_bit clear", lambda c, x: c.test_bit(1, x), 5, False, 5
    yield "set_bit", lambda c, x: c.set_bit(1, x), 5, None, 7
    yield "clear_bit", lambda c, x: c.clear_bit(2, x), 5, None, 1
    yield "test_and_set_bit", lambda c, x: c.test_and_set_bit(1, x), 5, False, 7
    yield "test_and_set_bit again", lambda c, x: c.test_and_set_bit(2, x), 5, True, 5
    yield "test_and_clear_bit", lambda c, x: c.test_and_clear_bit(2, x), 5, True, 1
    yield "test_and_clear_bit again", lambda c, x: c.test_and_clear_bit(1, x), 5, False, 5
    yield "smp_cond_load_acquire", lambda c, x: c.smp_cond_load_acquire(x, lambda v: v > 4), 5, 5, 5
    yield "smp_cond_load_relaxed", lambda c, x: c.smp_cond_load_relaxed(x, lambda v: v > 4), 5, 5, 5


@pytest.mark.parametrize(("name", "call", "before", "value", "after"), list(values()))
def test_values(memory: Memory, name: str, call: Call, before: int, value: Any, after: int) -> None:
    cell = memory.cell("x", before)
    assert (call(DirectCpu(memory), cell), cell.value) == (value, after)


def said(step: Step) -> tuple[str, str]:
    """The kind of a step, and its order or name."""
    match step:
        case Load(order) | Store(order):
            return type(step).__name__.lower(), order
        case Modify(update):
            return "update", update.order
        case Fence(name) | Rcu(name) | Locking(name) | Observe(name):
            return {Locking: "lock"}.get(type(step), type(step).__name__.lower()), name
    raise AssertionError(step)


def steps(call: Call, *without: str) -> list[tuple[str, Any]]:
    """What a call is in a traced run: kind and detail (of an update, its order) of each step."""
    cell = Memory().cell("x", 5)
    path = explore(lambda make: call(make(Memory(), 0, frozenset(without)), cell), {"x": {5: None}}).paths[0]
    return [said(item) for item in path if isinstance(item, Step)]


LABELLED: list[tuple[Call, list[tuple[str, Any]], list[tuple[str, Any]]]] = [
    (lambda c, x: c.smp_load_acquire(x, "it"), [("load", "acquire")], [("load", "once")]),
    (lambda c, x: c.smp_store_release(x, 1, "it"), [("store", "release")], [("store", "once")]),
    (lambda c, x: c.rcu_assign_pointer(x, 1, "it"), [("store", "release")], [("store", "once")]),
    (lambda c, x: c.smp_store_mb(x, 1, "it"), [("store", "once"), ("fence", "smp_mb")], [("store", "once")]),
    (lambda c, x: c.smp_cond_load_acquire(x, lambda v: v == 5, "it"), [("load", "acquire")], [("load", "once")]),
    (lambda c, x: c.xchg(x, 1, "it"), [("update", "full")], [("update", "relaxed")]),
    (lambda c, x: c.cmpxchg(x, 1, 2, "it", "acquire"), [("update", "acquire")], [("update", "relaxed")]),
    (lambda c, x: c.atomic_add_return(1, x, "it"), [("update", "full")], [("update", "relaxed")]),
    (lambda c, x: c.atomic_sub_return(1, x, "it"), [("update", "full")], [("update", "relaxed")]),
    (lambda c, x: c.atomic_inc_return(x, "it"), [("update", "full")], [("update", "relaxed")]),
    (lambda c, x: c.atomic_dec_return(x, "it"), [("update", "full")], [("update", "relaxed")]),
    (lambda c, x: c.atomic_fetch_add(1, x, "it"), [("update", "full")], [("update", "relaxed")]),
    (lambda c, x: c.test_and_set_bit(0, x, "it"), [("update", "full")], [("update", "relaxed")]),
    (lambda c, x: c.test_and_clear_bit(0, x, "it"), [("update", "full")], [("update", "relaxed")]),
    (lambda c, x: c.synchronize_rcu("it"), [("rcu", "synchronize_rcu")], []),
    *((lambda c, x, name=name: getattr(c, name)("it"), [("fence", name)], [])
      for name in ("smp_mb", "smp_rmb", "smp_wmb", "barrier", "smp_mb__before_atomic", "smp_mb__after_atomic",
                   "smp_mb__after_spinlock")),
]  # fmt: skip


@pytest.mark.parametrize(("call", "kept", "dropped"), LABELLED)
def test_a_variant_without_a_label_goes_without_its_ordering(
    call: Call, kept: list[tuple[str, Any]], dropped: list[tuple[str, Any]]
) -> None:
    assert steps(call) == kept == steps(call, "other")
    assert steps(call, "it") == dropped


def test_locks_and_sections_can_be_left_out() -> None:
    def both(cpu: Cpu, x: Cell) -> None:
        with cpu.spinlock(x, "lock"):
            cpu.rcu_read_lock("rcu")
            cpu.rcu_read_unlock("rcu")

    whole = [("lock", "spin_lock"), ("rcu", "rcu_read_lock"), ("rcu", "rcu_read_unlock"), ("lock", "spin_unlock")]
    assert steps(both) == whole
    assert steps(both, "rcu") == [whole[0], whole[3]]
    assert steps(both, "lock") == whole[1:3]


def test_a_step_that_can_be_dropped_asks_for_its_label(memory: Memory) -> None:
    cpu = DirectCpu(memory, without=frozenset({"gone"}))
    assert (cpu.has("gone"), cpu.has("here"), cpu.has(None)) == (False, True, True)


def twice_locked(cpu: Cpu, x: Cell) -> None:
    cpu.spin_lock(x)
    cpu.spin_lock(x)


def in_section(cpu: Cpu, x: Cell) -> None:
    cpu.rcu_read_lock()
    cpu.synchronize_rcu()


def under_lock(cpu: Cpu, x: Cell) -> None:
    with cpu.spinlock(x):
        cpu.synchronize_rcu()


def with_interrupts_off(cpu: Cpu, x: Cell) -> None:
    cpu.local_irq_disable()
    cpu.might_sleep("kmalloc(GFP_KERNEL)")


MISUSES: list[tuple[Call, str, str]] = [
    (twice_locked, "not recursive", "Documentation/locking/spinlocks.rst"),
    (lambda c, x: c.spin_unlock(x), "only the holder", "debug_spin_unlock()"),
    (lambda c, x: c.rcu_read_unlock(), "that rcu_read_lock() began", "rcu_read_unlock()"),
    (lambda c, x: c.preempt_enable(), "undoes a preempt_disable()", "preempt_count_sub()"),
    (lambda c, x: c.local_irq_enable(), "undoes a local_irq_save()", "raw_check_bogus_irq_restore()"),
    (in_section, "not called in atomic context", "__might_resched()"),
    (under_lock, "not called in atomic context", "__might_resched()"),
    (with_interrupts_off, "not called in atomic context", "__might_resched()"),
]


@pytest.mark.parametrize(("call", "rule", "source"), MISUSES)
def test_a_misuse_names_the_rule_and_its_source(memory: Memory, call: Call, rule: str, source: str) -> None:
    with pytest.raises(Misuse) as caught:
        call(DirectCpu(memory), memory.cell("x"))
    assert rule in caught.value.rule and source in caught.value.source
    assert caught.value.rule in caught.value.message and caught.value.source in caught.value.message


def test_a_label_left_out_excuses_no_misuse(memory: Memory) -> None:
    cpu, lock = DirectCpu(memory, without=frozenset({"gone"})), memory.cell("x")
    cpu.spin_lock(lock, "gone")
    with pytest.raises(Misuse, match="not recursive"):
        cpu.spin_lock(lock, "gone")


@pytest.mark.parametrize(
    "call", [lambda c, x: c.spin_lock(x), lambda c, x: c.smp_cond_load_acquire(x, lambda value: value == 0)]
)
def test_what_would_wait_for_ever_is_told(memory: Memory, call: Call) -> None:
    with pytest.raises(Misuse, match="never ends"):
        call(DirectCpu(memory), memory.cell("x", 1))


def test_context_is_counted(memory: Memory) -> None:
    cpu, lock = DirectCpu(memory), memory.cell("lock")
    for begin, end in ((cpu.preempt_disable, cpu.preempt_enable), (cpu.local_irq_disable, cpu.local_irq_enable),
                       (cpu.rcu_read_lock, cpu.rcu_read_unlock)):  # fmt: skip
        begin()
        begin()
        end()
        assert cpu.in_atomic
        end()
        assert not cpu.in_atomic
    with cpu.spinlock(lock):
        assert cpu.in_atomic and cpu.held == ["lock"] and lock.value == 1
    assert not cpu.in_atomic and cpu.held == [] and lock.value == 0
    cpu.might_sleep("schedule()")


def test_results_are_reported(memory: Memory) -> None:
    cpu = DirectCpu(memory)
    cpu.observe("seen", True)
    cpu.observe("value", 7)
    assert cpu.observed == {"seen": 1, "value": 7}


def test_names_of_cells_are_unique(memory: Memory) -> None:
    table = memory.array("table", 2, 3)
    assert [cell.name for cell in table] == ["table[0]", "table[1]"] and len(table) == 2
    assert memory.named("table") is table and memory.named("table[1]") is table[1]
    for make in (lambda: memory.cell("table"), lambda: memory.array("table", 1), lambda: memory.cell("table[0]")):
        with pytest.raises(ScenarioError, match="two cells"):
            make()


def test_a_scenario_gives_each_run_a_graph_of_its_own() -> None:
    def routine(cpu: Cpu, x: Cell) -> None:
        cpu.atomic_inc(x)
        made.append(x)

    made: list[Cell] = []
    variant = Variant("only", NEVER, "")
    scenario = Scenario("s", "", (), "", lambda memory: memory.cell("x"), (Thread("t", routine),) * 2,
                        lambda end: end.t.r == 1, (variant,))  # fmt: skip
    for run in scenario.runs(variant):
        run(DirectCpu)
    assert [cell.value for cell in made] == [1, 1]


def test_an_error_in_a_routine_is_told_with_its_line() -> None:
    def routine(cpu: Cpu, x: Cell) -> None:
        cpu.write_once(x, int(cpu.read_once(x)) + "1")  # type: ignore[operator]

    variant = Variant("only", NEVER, "")
    scenario = Scenario("s", "", (), "", lambda memory: memory.cell("x"), (Thread("t", routine),),
                        lambda end: end.t.r == 1, (variant,))  # fmt: skip
    line = routine.__code__.co_firstlineno + 1
    for run in (lambda: graph_of(scenario, variant), lambda: trace(scenario, variant)):
        with pytest.raises(ScenarioError, match=rf"test_cpu.py:{line}: TypeError"):
            exhaustively(found) if isinstance(found := run(), Graph) else found
