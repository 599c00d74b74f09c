"""`mmcore export`: a scenario as a litmus test that stands alone."""

from __future__ import annotations

from argparse import Namespace

from litmus import lower, render
from mmcore.scenario.check import trace
from mmcore.scenarios import load


def run(arguments: Namespace) -> int:
    """Prints the test; the exit code is 0.  Raises UnsupportedError for what the native language cannot say (RCU)."""
    scenario = load(arguments.scenario)
    variant = scenario.variant(arguments.variant)
    traced = trace(scenario, variant)
    print(traced.text if arguments.format == "c" else render(lower(traced.program, "native")), end="")
    return 0
