"""`mmcore explain`: a scenario in words, and with -m why a model forbids or permits its outcome."""

from __future__ import annotations

from argparse import Namespace

from litmus import explain as explain_program
from litmus import load_model
from litmus.report.explain import text
from mmcore.scenario.check import trace
from mmcore.scenario.explain import explain
from mmcore.scenarios import load


def run(arguments: Namespace) -> int:
    """Prints the explanation; the exit code is 0."""
    scenario = load(arguments.scenario)
    chosen = [scenario.variant(name) for name in arguments.variants] or scenario.variants
    models = [load_model(name) for name in arguments.models]
    print("\n".join(explain(scenario)))
    for variant in chosen if models else ():
        program = trace(scenario, variant).program
        for model in models:
            print(f"\n{text(explain_program(program, model))}", end="")
    return 0
