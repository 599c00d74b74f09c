"""A page as HTML: one file, no request to anywhere, usable by keyboard, light and dark, on narrow screens.

Every text from outside is escaped.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources

from litmus.picture import escaped
from litmus.picture.svg import STYLE, svg
from litmus.report.condition import state_text
from litmus.report.page.content import Cell, Column, Content, Listing, Outcome

WORDS = {
    "allowed": "✓ allowed",
    "forbidden": "✗ forbidden",
    "impossible": "– impossible",
    "undefined": "! undefined",
    "undecided": "? undecided",
}
"""How answers are shown; the sign says it without colour."""

HEADINGS = ("Model", "The outcome", "Final states", "Expected", "Remarks")
"""Of the table of models."""


def page(content: Content) -> str:
    """The page of a test; deterministic."""
    title = escaped(f"{content.name}: which outcomes, and why")
    parts = [
        "<!DOCTYPE html>",
        f'<html lang="en"><head><meta charset="utf-8"><title>{title}</title>',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<style>{_asset('page.css')}{STYLE}</style></head><body>",
        *_head(content),
        '<main><div class="top">',
        *_program(content),
        *_models(content),
        "</div>",
        *_outcomes(content),
        "</main>",
        f"<script>{_asset('page.js')}</script></body></html>",
    ]
    return "\n".join(parts) + "\n"


def _asset(name: str) -> str:
    """A file that lies beside this module."""
    return resources.files("litmus.report.page").joinpath(name).read_text(encoding="utf-8")


# --- the test -------------------------------------------------------------------------------------------


def _head(content: Content) -> Iterator[str]:
    yield f"<header><h1>{escaped(content.name)}</h1>"
    if content.description:
        yield f"<p>{escaped(content.description)}</p>"
    language, question = escaped(content.language), escaped(content.question)
    yield f'<p class="soft">Language: {language}. The test asks: <code>{question}</code></p></header>'


def _program(content: Content) -> Iterator[str]:
    """The threads beside each other, the initial state, and the whole text on demand."""
    yield '<section aria-labelledby="program"><h2 id="program">Program</h2>'
    yield f'<p class="soft">Initially: <code>{escaped(content.initial) or "all 0"}</code></p>'
    yield '<div class="threads">'
    yield from map(_listing, content.listings)
    yield "</div>"
    if content.source:
        yield f"<details><summary>The whole test</summary><pre>{escaped(content.source)}</pre></details>"
    yield "</section>"


def _listing(listing: Listing) -> str:
    lines = "\n".join(
        (f'<span class="number">{line.number}</span>' if line.number is not None else "") + escaped(line.text)
        for line in listing.lines
    )
    return f'<div class="thread"><h3>P{listing.thread}</h3><pre>{lines}</pre></div>'


# --- the answers ----------------------------------------------------------------------------------------


def _models(content: Content) -> Iterator[str]:
    """The verdict of each model on what the test asks."""
    yield '<section aria-labelledby="models"><h2 id="models">Models</h2><div class="wide"><table>'
    yield f"<thead><tr>{''.join(f'<th scope=col>{heading}</th>' for heading in HEADINGS)}</tr></thead><tbody>"
    yield from map(_model, content.columns)
    yield "</tbody></table></div></section>"


def _model(column: Column) -> str:
    found = column.verdict
    cells = [escaped(column.model)]
    if found is None:
        cells += ["no answer", "-", "-", escaped(column.reason)]
    else:
        agrees = {None: "-", True: f"{found.expected}: ok", False: f"{found.expected}: WRONG"}
        notes = [escaped(column.title), *_notes(column)]
        cells += [found.observation or "undecided", str(len(found.states)), agrees[found.as_expected], "; ".join(notes)]
    first, *others = cells
    return f'<tr><th scope="row">{first}</th>' + "".join(f"<td>{cell}</td>" for cell in others) + "</tr>"


def _notes(column: Column) -> Iterator[str]:
    """What a reader has to know beyond the observation, escaped."""
    found = column.verdict
    assert found is not None, "asked for columns with a verdict"
    if found.undecided:
        yield f"undecided: {escaped(found.undecided)}"
    if found.bounded:
        yield "a loop was cut at the unrolling bound"
    yield from (escaped(f"flag: {flag.describe()}") for flag in found.flagged)


def _outcomes(content: Content) -> Iterator[str]:
    """The table of outcomes and models, and a panel for each of its cells."""
    yield '<section aria-labelledby="outcomes"><h2 id="outcomes">Outcomes</h2>'
    yield (
        '<p class="soft">Choose a cell (arrow keys, Enter) to see an execution that ends so. '
        "Rows that the test asks about are marked with *.</p>"
    )
    if content.left_out:
        yield f"<p>{content.left_out} more final states are not shown.</p>"
    yield '<div class="split"><div class="wide">'
    yield from _table(content)
    yield '</div><div class="pictures"><p id="shown" role="status" class="hidden"></p>'
    yield from (_panel(cell, outcome, *place) for place, outcome, cell in _cells(content))
    yield "</div></div></section>"


def _cells(content: Content) -> Iterator[tuple[tuple[int, int], Outcome, Cell]]:
    for row, outcome in enumerate(content.outcomes):
        for column, cell in enumerate(outcome.cells):
            yield (row, column), outcome, cell


def _table(content: Content) -> Iterator[str]:
    yield '<table role="grid" aria-label="Outcomes and models"><thead><tr><th scope="col">Final state</th>'
    yield from (f'<th scope="col">{escaped(column.model)}</th>' for column in content.columns)
    yield "</tr></thead><tbody>"
    first = _first(content)
    for row, outcome in enumerate(content.outcomes):
        mark, kind = ("* ", ' class="asked"') if outcome.asked else ("", "")
        yield f'<tr{kind}><th scope="row" class="state">{mark}{escaped(_state(outcome))}</th>'
        yield from (
            f"<td>{_button(cell, outcome, row, column, (row, column) == first)}</td>"
            for column, cell in enumerate(outcome.cells)
        )
        yield "</tr>"
    yield "</tbody></table>"


def _first(content: Content) -> tuple[int, int]:
    """The cell that shows first: of an outcome that is asked about, a forbidden one if there is one."""
    places = [(not o.asked, c.answer != "forbidden", place) for place, o, c in _cells(content) if c.graph is not None]
    return min(places)[2] if places else (0, 0)


def _state(outcome: Outcome) -> str:
    return state_text(outcome.state) or "(nothing is asked)"


def _button(cell: Cell, outcome: Outcome, row: int, column: int, first: bool) -> str:
    words = WORDS[cell.answer]
    label = escaped(f"{_state(outcome)} under {cell.model}: {cell.answer}")
    return (
        f'<button type="button" class="cell {cell.answer}" aria-pressed="false" aria-controls="panel-{row}-{column}" '
        f'aria-label="{label}" data-row="{row}" data-column="{column}" data-first="{"yes" if first else "no"}">'
        f"{words}</button>"
    )


def _panel(cell: Cell, outcome: Outcome, row: int, column: int) -> str:
    """One picture with its story."""
    title = f"{escaped(_state(outcome))} under {escaped(cell.model)}"
    picture = "" if cell.graph is None else _picture(cell, outcome)
    story = "".join(f"<p>{escaped(sentence)}</p>" for sentence in cell.story)
    return (
        f'<section class="panel" id="panel-{row}-{column}" tabindex="-1" aria-label="{title}">'
        f'<h3>{title}: <span class="answer {cell.answer}">{WORDS[cell.answer]}</span></h3>'
        f'{story}<div class="scene">{picture}{_steps(cell)}</div></section>'
    )


def _steps(cell: Cell) -> str:
    """What happens, step by step."""
    if not cell.steps:
        return ""
    steps = "".join(f"<li>{escaped(step)}</li>" for step in cell.steps)
    return f"<div><h4>Step by step</h4><ol>{steps}</ol></div>"


def _picture(cell: Cell, outcome: Outcome) -> str:
    assert cell.graph is not None, "asked for cells with a picture"
    label = escaped(f"Picture of {_state(outcome)} under {cell.model}")
    return f'<div class="wide" tabindex="0" role="group" aria-label="{label}">{svg(cell.graph, styled=False)}</div>'
