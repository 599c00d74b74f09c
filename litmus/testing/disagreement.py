"""What to tell about a verdict that is not the expected one: what was found, and why the model says so."""

from __future__ import annotations

from dataclasses import replace

from litmus.cat import Model
from litmus.check import Options
from litmus.program import Condition, Kind, Program
from litmus.report import failure
from litmus.verdict import Verdict

PATIENCE = 10.0
"""Seconds for the explanation, where the check has no limit of its own."""


def disagreement(program: Program, model: Model, verdict: Verdict, options: Options) -> str:
    """Several lines: the expectation, the final states, and an explanation, unless the test is undecided.

    An explanation that fails is left out, with its reason: the disagreement stands without it.
    """
    found = failure(verdict, program.condition)
    if verdict.observation is None:
        return found
    try:
        return f"{found}\n{_explained(program, model, verdict, options)}"
    except Exception as error:
        return f"{found}\n  no explanation: {error}"


def _explained(program: Program, model: Model, verdict: Verdict, options: Options) -> str:
    """Why the outcome is forbidden, or how it comes about: where `always` is expected, that of a counterexample."""
    from litmus.explain import explain
    from litmus.report.explain import text

    kind: Kind = "forall" if verdict.expected == "always" else "exists"
    asked = replace(program, condition=Condition(kind, program.condition.proposition))
    found = explain(asked, model, replace(options, timeout=options.timeout or PATIENCE))
    return text(found).rstrip()
