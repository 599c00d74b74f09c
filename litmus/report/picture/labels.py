"""Places for the labels of arrows: on their curve, clear of boxes and of each other.

A place that no other curve runs through is preferred; one on a curve of another arrow still can be read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from litmus.report.picture.geometry import Cubic, Point, Rect, around, at, samples

STEPS = 24
"""A label may stand at this many places of each piece of a curve."""

CLEARANCE = 1.0
"""Around boxes, in pixels."""


def place_labels(
    curves: Sequence[Sequence[Cubic]], sizes: Sequence[tuple[float, float] | None], obstacles: Sequence[Rect]
) -> tuple[list[Rect | None], bool]:
    """A place for each label (`sizes`: None for an arrow without one), and whether all found a free one.

    Where there is none a label stands on the middle of its curve.
    """
    lines = [[point for curve in pieces for point in samples(curve)] for pieces in curves]
    taken = [_padded(rect) for rect in obstacles]
    found: list[Rect | None] = [None] * len(curves)
    complete = True
    for i in sorted(range(len(curves)), key=lambda i: _freedom(lines[i])):
        size = sizes[i]
        if size is None:
            continue
        others = [point for j, points in enumerate(lines) if j != i for point in points]
        rect = _free(curves[i], size, taken, others) or _free(curves[i], size, taken, [])
        complete &= rect is not None
        found[i] = rect or around(at(curves[i][0], 0.5), *size)
        taken.append(found[i] or rect)  # type: ignore[arg-type]
    return found, complete


def _freedom(points: Sequence[Point]) -> float:
    """How far an arrow goes: short ones have few places for their label, so they choose first."""
    return abs(points[0][0] - points[-1][0]) + abs(points[0][1] - points[-1][1])


def _padded(rect: Rect) -> Rect:
    return Rect(rect.x - CLEARANCE, rect.y - CLEARANCE, rect.width + 2 * CLEARANCE, rect.height + 2 * CLEARANCE)


def _free(
    pieces: Sequence[Cubic], size: tuple[float, float], taken: Sequence[Rect], points: Sequence[Point]
) -> Rect | None:
    """The first place that covers neither what is taken nor any of the points."""
    for rect in _candidates(pieces, size):
        if not any(rect.overlaps(other) for other in taken) and not any(map(rect.holds, points)):
            return rect
    return None


def _candidates(pieces: Sequence[Cubic], size: tuple[float, float]) -> Iterator[Rect]:
    """Places on the pieces, the middle of each first, outward from there."""
    for step in range(STEPS // 2):
        for piece in pieces:
            for t in dict.fromkeys((0.5 + step / STEPS, 0.5 - step / STEPS)):
                yield from _beside(piece, t, size)


def _beside(piece: Cubic, t: float, size: tuple[float, float]) -> Iterator[Rect]:
    """On a point of a curve; beside it where the curve goes straight down."""
    x, y = at(piece, t)
    if piece[0][0] == piece[3][0] == piece[1][0]:
        yield around((x + size[0] / 2 + 4, y), *size)
        yield around((x - size[0] / 2 - 4, y), *size)
    else:
        yield around((x, y), *size)
