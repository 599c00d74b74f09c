"""Explanations as JSON: one object an explanation, on one line."""

from __future__ import annotations

import json
from typing import Any

from litmus.explain.explanation import Explanation, Ordering, Place, Reason, Step, Story
from litmus.report.condition import proposition_text


def line(explanation: Explanation) -> str:
    """The object as one line, ended by a newline; see docs/explain.md for its keys."""
    return json.dumps(record(explanation), ensure_ascii=False) + "\n"


def record(explanation: Explanation) -> dict[str, Any]:
    """The object; `axiom` and `cycle` are those of the first reason, null and empty without one."""
    first = explanation.reasons[0] if explanation.reasons else None
    return {
        "test": explanation.test,
        "path": explanation.path,
        "arch": explanation.arch,
        "model": explanation.model,
        "outcome": proposition_text(explanation.outcome),
        "observation": explanation.observation,
        "forbidden": explanation.forbidden,
        "undecided": explanation.undecided,
        "axiom": None if first is None else first.axiom,
        "cycle": [] if first is None else [_step(step) for step in first.cycle],
        "ways": explanation.ways,
        "complete": explanation.complete,
        "reasons": [_reason(reason) for reason in explanation.reasons],
        "needed": [_ordering(item) for item in explanation.having("needed")],
        "redundant": [_ordering(item) for item in explanation.having("redundant")],
        "unknown": [_ordering(item) for item in explanation.having("undecided")],
        "enough": [_ordering(item) for item in explanation.enough],
        "story": None if explanation.story is None else _story(explanation.story),
        "repair": [{"barrier": item.text, "before": _place(item.before)} for item in explanation.repair],
        "notes": list(explanation.notes),
    }


def _reason(reason: Reason) -> dict[str, Any]:
    return {
        "axiom": reason.axiom,
        "ways": reason.ways,
        "text": reason.story,
        "cycle": [_step(step) for step in reason.cycle],
    }


def _step(step: Step) -> dict[str, Any]:
    via = None if step.via is None else _place(step.via)
    return {"from": _place(step.source), "relation": step.relation, "kind": step.kind, "to": _place(step.target),
            "via": via, "text": step.words}  # fmt: skip


def _place(place: Place) -> dict[str, Any]:
    return {"thread": place.thread, "line": place.line, "text": place.text}


def _ordering(ordering: Ordering) -> dict[str, Any]:
    return {"kind": ordering.kind, **_place(ordering.place), "text": ordering.words}


def _story(story: Story) -> dict[str, Any]:
    return {"machine": story.machine, "steps": list(story.steps), "reordered": list(story.reordered)}
