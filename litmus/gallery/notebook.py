"""What notebooks show of executions and verdicts: IPython is told how, by the names of their classes.

So neither class knows of a picture, and nothing is drawn or imported before it is shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from litmus.judge import Execution
    from litmus.verdict import State, Verdict

MOST_PICTURES = 16
"""Of a verdict with more final states, the first ones get a picture."""


def register(shell: InteractiveShell) -> None:
    """Tells a shell how executions and verdicts are shown."""
    display = shell.display_formatter
    if display is None:  # a shell that shows nothing but text
        return
    formatters = display.formatters
    formatters["image/svg+xml"].for_type_by_name("litmus.judge.execution", "Execution", execution_svg)
    formatters["text/html"].for_type_by_name("litmus.verdict", "Verdict", verdict_html)


def execution_svg(execution: Execution) -> str:
    """The picture of an execution."""
    from litmus.picture import graph
    from litmus.picture.svg import svg

    return svg(graph(execution))


def verdict_html(verdict: Verdict) -> str:
    """The observation, and every final state with an execution that ends in it, to be unfolded."""
    from litmus.picture import escaped, graph
    from litmus.picture.svg import STYLE, svg

    found = verdict.observation or f"undecided ({verdict.undecided or 'no reason given'})"
    head = f"<b>{escaped(verdict.test)}</b> under {escaped(verdict.model)}: <b>{escaped(found)}</b>"
    notes = "".join(f"<div>flag: {escaped(name)}</div>" for name in verdict.flags)
    paired = len(verdict.states) == len(verdict.witnesses)
    shown = verdict.witnesses[:MOST_PICTURES] if paired else ()
    pictures = [svg(graph(execution), styled=False) for execution in shown]  # type: ignore[arg-type]
    pictures += [""] * (len(verdict.states) - len(pictures))
    states = [_state(state, picture) for state, picture in zip(verdict.states, pictures, strict=True)]
    return f"<div><style>{STYLE}</style><div>{head}</div>{notes}{''.join(states)}</div>"


def _state(state: State, picture: str) -> str:
    """A final state, over its picture if it has one."""
    from litmus.picture import escaped

    text = escaped(" ".join(f"{name}={value};" for name, value in state.items()) or "(nothing is asked)")
    if not picture:
        return f"<div><code>{text}</code></div>"
    return f"<details><summary><code>{text}</code></summary>{picture}</details>"
