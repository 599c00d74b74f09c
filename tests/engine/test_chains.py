"""The values that reads may return where values depend on each other."""

from litmus import Source, check, load_model, parse

COUNTER = """C counter

{ x=1; }

P0(atomic_t *x)
{
	atomic_add(1, x);
	int r0 = atomic_add_return(1000, x);
}

P1(atomic_t *x)
{
	int r0 = atomic_add_return(1000, x);
	int r1 = atomic_sub_return(1000, x);
}

exists (0:r0=0)
"""


def test_sums_of_distinct_additions() -> None:
    verdict = check(parse(Source("counter", COUNTER)), load_model("lkmm"))
    assert {state["0:r0"] for state in verdict.states} == {"1002", "2002"}
    assert verdict.observation == "Never"
