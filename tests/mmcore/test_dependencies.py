"""Which accesses of a traced routine depend on which: what is inside an arm, after it, through data and addresses.

Load buffering tells: the outcome is forbidden exactly if the second access of the thread depends on its first.  Each
routine is compared with a test written by hand.
"""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from litmus import Source, load_model, parse
from litmus import check as check_program
from mmcore.cpu.cpu import Cpu
from mmcore.memory import Memory
from mmcore.scenario.check import check, trace
from mmcore.scenario.scenario import NEVER, Scenario, Thread, Variant

Routine = Callable[[Cpu, Any], None]


def setup(memory: Memory) -> SimpleNamespace:
    """Words x, y, z, u, of which p points to z."""
    x, y, z, u = (memory.cell(name) for name in "xyzu")
    return SimpleNamespace(x=x, y=y, z=z, u=u, p=memory.cell("p", z))


def partner(cpu: Cpu, s: Any) -> None:
    """Reads y and then, in order, writes x."""
    seen = cpu.read_once(s.y)
    cpu.smp_mb()
    cpu.write_once(s.x, 1)
    cpu.observe("seen", seen)


def scenario(routine: Routine, other: Routine = partner) -> Scenario:
    """A routine that reads x and writes y, beside its partner; bad if both see what the other writes."""
    return Scenario(
        "made", "", (), "", setup, (Thread("one", routine), Thread("two", other)),
        lambda end: (end.one.seen == 1) & (end.two.seen == 1), (Variant("only", NEVER, ""),),
    )  # fmt: skip


def verdict(routine: Routine, model: str, other: Routine = partner) -> str | None:
    made = scenario(routine, other)
    return check(made, made.variants[0], model).observation


def by_hand(body: str) -> str | None:
    """The same question under the kernel's model, with P0 written in C."""
    text = f"""C by-hand

{{ p=z; }}

P0(int *x, int *y, int *z, int *u, int **p)
{{
	int seen;
	seen = READ_ONCE(*x);
	{body}
}}

P1(int *x, int *y)
{{
	int seen;
	seen = READ_ONCE(*y);
	smp_mb();
	WRITE_ONCE(*x, 1);
}}

exists (0:seen=1 /\\ 1:seen=1)
"""
    return check_program(parse(Source("by-hand.litmus", text)), load_model("lkmm")).observation


def inside(cpu: Cpu, s: Any) -> None:
    seen = cpu.read_once(s.x)
    if seen == 1:
        cpu.write_once(s.y, 1)
    cpu.observe("seen", seen)


def behind(cpu: Cpu, s: Any) -> None:
    seen = cpu.read_once(s.x)
    if seen == 1:
        cpu.write_once(s.z, 1)
    cpu.write_once(s.y, 1)
    cpu.observe("seen", seen)


def behind_two(cpu: Cpu, s: Any) -> None:
    seen = cpu.read_once(s.x)
    if seen == 1:
        cpu.write_once(s.z, 1)
    else:
        cpu.write_once(s.u, 1)
    cpu.write_once(s.y, 1)
    cpu.observe("seen", seen)


def early(cpu: Cpu, s: Any) -> None:
    seen = cpu.read_once(s.x)
    cpu.observe("seen", seen)
    if seen != 1:
        return
    cpu.write_once(s.y, 1)


def stored(cpu: Cpu, s: Any) -> None:
    seen = cpu.read_once(s.x)
    cpu.write_once(s.y, 1 + (seen ^ seen))
    cpu.observe("seen", seen)


def merged(cpu: Cpu, s: Any) -> None:
    seen = cpu.read_once(s.x)
    value = seen
    if cpu.read_once(s.z) == 0:
        cpu.write_once(s.u, 1)
    else:
        value = 1
    cpu.write_once(s.y, value)
    cpu.observe("seen", seen)


def looping(cpu: Cpu, s: Any) -> None:
    seen = 0
    for _ in range(2):
        seen = cpu.read_once(s.x)
        if seen == 1:
            break
        cpu.write_once(s.z, 1)
    cpu.write_once(s.y, 1)
    cpu.observe("seen", seen)


@pytest.mark.parametrize(
    ("routine", "body", "expected"),
    [
        (inside, "if (seen == 1) WRITE_ONCE(*y, 1);", "Never"),
        (behind, "if (seen == 1) WRITE_ONCE(*z, 1); WRITE_ONCE(*y, 1);", "Sometimes"),
        (behind_two, "if (seen == 1) WRITE_ONCE(*z, 1); else WRITE_ONCE(*u, 1); WRITE_ONCE(*y, 1);", "Sometimes"),
        (early, "if (seen == 1) WRITE_ONCE(*y, 1);", "Never"),
        (stored, "WRITE_ONCE(*y, 1 + (seen ^ seen));", "Never"),
    ],
)  # fmt: skip
def test_dependencies_are_those_of_the_test_by_hand(routine: Routine, body: str, expected: str) -> None:
    assert by_hand(body) == verdict(routine, "lkmm") == expected


@pytest.mark.parametrize("routine", [inside, behind, behind_two, early, stored, merged])
def test_nothing_is_seen_before_it_is_written(routine: Routine) -> None:
    assert verdict(routine, "sc") == "Never"


def test_data_goes_through_a_local_variable_that_branches_set() -> None:
    assert verdict(merged, "lkmm") == "Never"


def test_a_loop_leaves_no_dependency_behind_it() -> None:
    assert verdict(looping, "lkmm") == "Sometimes"


def publisher(cpu: Cpu, s: Any) -> None:
    """Fills u and publishes it."""
    cpu.write_once(s.u, 1)
    cpu.rcu_assign_pointer(s.p, s.u)


def through(cpu: Cpu, s: Any) -> None:
    pointer = cpu.rcu_dereference(s.p)
    cpu.observe("seen", cpu.read_once(pointer))
    cpu.observe("new", pointer == s.u)


def compared(cpu: Cpu, s: Any) -> None:
    pointer = cpu.rcu_dereference(s.p)
    cpu.observe("new", pointer == s.u)
    cpu.observe("seen", cpu.read_once(s.u))


@pytest.mark.parametrize(("routine", "expected"), [(through, "Never"), (compared, "Sometimes")])
def test_an_address_depends_and_a_comparison_does_not(routine: Routine, expected: str) -> None:
    made = Scenario(
        "made", "", (), "", setup, (Thread("one", routine), Thread("two", publisher)),
        lambda end: (end.one.new == 1) & (end.one.seen == 0), (Variant("only", NEVER, ""),),
    )  # fmt: skip
    assert check(made, made.variants[0], "lkmm").observation == expected
    assert check(made, made.variants[0], "sc").observation == "Never"


def test_a_loop_that_is_cut_is_told() -> None:
    def spins(cpu: Cpu, s: Any) -> None:
        while cpu.read_once(s.x) == 0:
            pass
        cpu.write_once(s.y, 1)
        cpu.observe("seen", 1)

    made = scenario(spins)
    answer = trace(made, made.variants[0])
    assert answer.bounded and answer.check("lkmm").bounded
    assert "filter" in answer.text
    assert answer.check("lkmm").observation == "Never"
    assert not trace(scenario(inside), made.variants[0]).bounded


def test_a_wait_is_no_loop_that_is_cut() -> None:
    def waits(cpu: Cpu, s: Any) -> None:
        cpu.smp_cond_load_relaxed(s.x, lambda value: value == 1)
        cpu.write_once(s.y, 1)
        cpu.observe("seen", 1)

    made = scenario(waits)
    assert not trace(made, made.variants[0]).bounded
    assert check(made, made.variants[0], "lkmm").observation == "Never"


def test_what_both_arms_do_alike_on_one_line_stands_behind_them() -> None:
    text = trace(scenario(behind), Variant("only", NEVER, "")).text
    assert text.index("WRITE_ONCE(*z, 1);\n\t}\n\tWRITE_ONCE(*y, 1);") > 0


def report_in_one_arm(cpu: Cpu, s: Any) -> None:
    seen = cpu.read_once(s.x)
    if seen == 1:
        cpu.observe("seen", 1)
    cpu.write_once(s.y, 1)


def test_a_report_in_one_arm_makes_no_dependency() -> None:
    assert verdict(report_in_one_arm, "lkmm") == "Sometimes"
