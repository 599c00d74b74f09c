"""A picture as SVG: no other package, no script, no font or image from elsewhere; light and dark by the viewer.

What tells arrows apart is said twice, by colour and by dashes and labels; a cycle is thick on a pale band.
Arrow heads are drawn, not markers, so that many pictures can stand in one page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from litmus.picture.geometry import Cubic, Point, Rect
from litmus.picture.graph import Graph
from litmus.picture.kinds import LOOKS
from litmus.picture.layout import CHARACTER, LINE, PlacedArrow, PlacedBox, layout, text_width
from litmus.picture.markup import escaped
from litmus.picture.plain import description

MARGIN = 14.0
TITLE, NOTE, LEGEND = 24.0, 18.0, 20.0
"""The height of the title, of each note, and of a row of the legend."""

HEAD = (9.0, 4.0)
"""Length and half width of an arrow head."""

SAMPLE = 34.0
"""The length of the sample of a line in the legend."""


def svg(graph: Graph, styled: bool = True) -> str:
    """The picture as an SVG element; deterministic.  Without `styled` the page around it has to have `STYLE`."""
    placed = layout(graph)
    used = [kind for kind in LOOKS if any(arrow.kind == kind for arrow in graph.arrows)]
    top = MARGIN + (TITLE if graph.title else 0) + NOTE * len(graph.notes)
    width = max(placed.width, *map(_text_pixels, (graph.title, *graph.notes))) + 2 * MARGIN
    legend, legend_height = _legend(used, width - 2 * MARGIN, bool(graph.cycle))
    height = top + placed.height + 8 + legend_height + MARGIN
    left = (width - placed.width) / 2
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="litmus-picture" role="img" width="{_n(width)}" '
        f'height="{_n(height)}" viewBox="0 0 {_n(width)} {_n(height)}">',
        f"<title>{escaped(graph.title or 'An execution')}</title>",
        f"<desc>{escaped(description(graph))}</desc>",
        *([f"<style>{STYLE}</style>"] if styled else []),
        f'<rect class="page" width="{_n(width)}" height="{_n(height)}"/>',
        *_heading(graph),
        f'<g transform="translate({_n(left)} {_n(top)})">',
        *(_header(name, rect) for name, rect in placed.headers),
        *(_band(arrow) for arrow in placed.arrows if arrow.arrow.cycle),
        *(_line(arrow) for arrow in placed.arrows),
        *(_box(box) for box in placed.boxes),
        *(_label(arrow) for arrow in placed.arrows if arrow.label),
        "</g>",
        f'<g transform="translate({_n(MARGIN)} {_n(top + placed.height + 8)})">',
        *legend,
        "</g>",
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _style() -> str:
    """The style sheet of a picture."""
    light = "".join(f".litmus-picture .{kind}{{--ink:{look.light}}}" for kind, look in LOOKS.items())
    dark = "".join(f".litmus-picture .{kind}{{--ink:{look.dark}}}" for kind, look in LOOKS.items())
    dashes = "".join(
        f".litmus-picture .line.{kind}{{stroke-dasharray:{look.dashes.replace(' ', ',')}}}"
        for kind, look in LOOKS.items()
        if look.dashes
    )
    return (
        ".litmus-picture{--text:#111827;--soft:#4b5563;--page:#ffffff;--box:#f8fafc;--rim:#64748b;--band:#fde68a;"
        "font-family:'DejaVu Sans Mono',Menlo,Consolas,monospace;font-size:13px}"
        ".litmus-picture text{fill:var(--text)}"
        ".litmus-picture .page,.litmus-picture .back{fill:var(--page)}"
        ".litmus-picture .heading{font-size:15px;font-weight:bold}"
        ".litmus-picture .soft{fill:var(--soft)}"
        ".litmus-picture .header{font-weight:bold;text-anchor:middle}"
        ".litmus-picture .box{fill:var(--box);stroke:var(--rim);stroke-width:1.2}"
        ".litmus-picture .F .box{stroke-dasharray:4,2}"
        ".litmus-picture .W .box{stroke-width:2.2}"
        ".litmus-picture .line{fill:none;stroke:var(--ink);stroke-width:1.6}"
        ".litmus-picture .head{fill:var(--ink)}"
        ".litmus-picture .po.line{stroke-width:1.1}"
        ".litmus-picture .cycle.line{stroke-width:3}"
        ".litmus-picture .band{fill:none;stroke:var(--band);stroke-width:11;stroke-linecap:round}"
        ".litmus-picture .label{font-size:12px;text-anchor:middle;fill:var(--ink)}"
        ".litmus-picture .label.cycle{font-weight:bold}"
        ".litmus-picture .back{opacity:.85}"
        + light + dashes
        + "@media (prefers-color-scheme:dark){.litmus-picture{--text:#f3f4f6;--soft:#b6bdc9;--page:#14181f;"
        "--box:#1f2631;--rim:#8b98ab;--band:#6b5310}" + dark + "}"
    )  # fmt: skip


STYLE = _style()


# --- around the picture ---------------------------------------------------------------------------------


def _heading(graph: Graph) -> Iterator[str]:
    """The title and the notes."""
    y = MARGIN + 13
    if graph.title:
        yield f'<text class="heading" x="{_n(MARGIN)}" y="{_n(y)}">{escaped(graph.title)}</text>'
        y += TITLE
    for note in graph.notes:
        yield f'<text class="soft" x="{_n(MARGIN)}" y="{_n(y)}">{escaped(note)}</text>'
        y += NOTE


def _legend(kinds: Iterable[str], width: float, cycle: bool) -> tuple[list[str], float]:
    """One entry for each kind of arrow, in rows of the given width, and the height of it all."""
    entries = [(kind, LOOKS[kind].meaning if kind == "order" else f"{kind}: {LOOKS[kind].meaning}") for kind in kinds]
    if cycle:
        entries.append(("cycle", "the cycle"))
    parts, x, y = [], 0.0, LEGEND / 2
    for kind, words in entries:
        needed = SAMPLE + 8 + text_width(words) * CHARACTER + 18
        if x and x + needed > width:
            x, y = 0.0, y + LEGEND
        look = "band" if kind == "cycle" else f"line {kind}"
        mark = f'<path class="{look}" d="M{_n(x + 4)} {_n(y)}h{_n(SAMPLE - 8)}"/>'
        parts += [mark, f'<text class="soft" x="{_n(x + SAMPLE + 4)}" y="{_n(y + 4)}">{escaped(words)}</text>']
        x += needed
    return parts, y + LEGEND / 2


def _text_pixels(text: str) -> float:
    """The width of a title: the largest text there is."""
    return text_width(text) * 9.1


# --- its parts ------------------------------------------------------------------------------------------


def _header(name: str, rect: Rect) -> str:
    return f'<text class="header" x="{_n(rect.center[0])}" y="{_n(rect.y + 13)}">{escaped(name)}</text>'


def _box(placed: PlacedBox) -> str:
    """The frame and the lines of an event; the instruction in a softer colour."""
    rect, lines = placed.rect, placed.box.lines
    x, y = rect.center[0], rect.center[1] - len(lines) * LINE / 2 + 13
    texts = "".join(
        f'<text class="{"soft" if i else "event"}" text-anchor="middle" x="{_n(x)}" y="{_n(y + i * LINE)}">'
        f"{escaped(line)}</text>"
        for i, line in enumerate(lines)
    )
    return f'<g class="{escaped(placed.box.kind)}"><rect class="box" {_sizes(rect)} rx="5"/>{texts}</g>'


def _sizes(rect: Rect) -> str:
    """A rectangle as attributes."""
    return f'x="{_n(rect.x)}" y="{_n(rect.y)}" width="{_n(rect.width)}" height="{_n(rect.height)}"'


def _band(placed: PlacedArrow) -> str:
    """The pale band under an arrow of the cycle."""
    return f'<path class="band" d="{_path(placed.curves)}"/>'


def _line(placed: PlacedArrow) -> str:
    """The line and the head of an arrow; the line ends where the head begins."""
    kind = placed.arrow.kind + (" cycle" if placed.arrow.cycle else "")
    return f'<path class="line {kind}" d="{_path(placed.curves)}"/><path class="head {kind}" d="{_head(placed)}"/>'


def _label(placed: PlacedArrow) -> str:
    """The name of a relation on its arrow, on a background of its own."""
    rect, arrow = placed.label, placed.arrow
    assert rect is not None, "only arrows with a label"
    back = f'<rect class="back" {_sizes(rect)} rx="3"/>'
    kind = arrow.kind + (" cycle" if arrow.cycle else "")
    x, y = rect.center
    return f'{back}<text class="label {kind}" x="{_n(x)}" y="{_n(y + 4)}">{escaped(arrow.label)}</text>'


def _path(curves: Iterable[Cubic]) -> str:
    """Curves as SVG path data."""
    pieces = list(curves)
    start = f"M{_point(pieces[0][0])}"
    return start + "".join(f"C{_point(a)} {_point(b)} {_point(c)}" for _, a, b, c in pieces)


def _head(placed: PlacedArrow) -> str:
    """A triangle at the end of an arrow, along the way that it arrives."""
    _, _, before, (x, y) = placed.curves[-1]
    length, half = HEAD if not placed.arrow.cycle else (HEAD[0] + 3, HEAD[1] + 2)
    if before[0] == x:
        return f"M{_point((x, y))}L{_point((x - half, y - length))} {_point((x + half, y - length))}Z"
    back = x - length if before[0] < x else x + length
    return f"M{_point((x, y))}L{_point((back, y - half))} {_point((back, y + half))}Z"


def _point(point: Point) -> str:
    return f"{_n(point[0])} {_n(point[1])}"


def _n(number: float) -> str:
    """A number with at most one decimal."""
    text = f"{number:.1f}"
    return text[:-2] if text.endswith(".0") else text
