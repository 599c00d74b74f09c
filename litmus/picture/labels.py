"""Places for the labels of arrows: on their curve, clear of boxes and of each other.

Of the free places the one farthest from the other curves is taken, and among those far enough the one nearest to the
middle of a curve: so a reader sees whose label it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import hypot

from litmus.picture.geometry import Cubic, Point, Rect, around, at, samples

STEPS, ENDS = 24, 4
"""A label may stand at so many places of each piece of a curve, without so many at each end."""

CLEARANCE = 1.0
"""Around boxes, in pixels."""

FAR = 14.0
"""From here on, more distance from other curves is no better."""


def place_labels(
    curves: Sequence[Sequence[Cubic]], sizes: Sequence[tuple[float, float] | None], obstacles: Sequence[Rect]
) -> tuple[list[Rect | None], bool]:
    """A place for each label (`sizes`: None for an arrow without one), and whether all found a free one.

    Where there is none a label stands on the middle of its curve.
    """
    lines = [[point for curve in pieces for point in samples(curve)] for pieces in curves]
    taken = [_padded(rect, CLEARANCE) for rect in obstacles]
    found: list[Rect | None] = [None] * len(curves)
    complete = True
    for i in sorted(range(len(curves)), key=lambda i: _freedom(lines[i])):
        size = sizes[i]
        if size is not None:
            near = _padded(_bounds(lines[i]), FAR + max(size))
            others = [point for j, points in enumerate(lines) if j != i for point in points if near.holds(point)]
            rect = _free(curves[i], size, [other for other in taken if near.overlaps(other)], others)
            complete &= rect is not None
            found[i] = placed = rect or around(at(curves[i][0], 0.5), *size)
            taken.append(placed)
    return found, complete


def _bounds(points: Sequence[Point]) -> Rect:
    """The smallest rectangle around some points."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return Rect(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))


def _freedom(points: Sequence[Point]) -> float:
    """How far an arrow goes: short ones have few places for their label, so they choose first."""
    return abs(points[0][0] - points[-1][0]) + abs(points[0][1] - points[-1][1])


def _padded(rect: Rect, by: float) -> Rect:
    """A rectangle, larger on all sides."""
    return Rect(rect.x - by, rect.y - by, rect.width + 2 * by, rect.height + 2 * by)


def _free(
    pieces: Sequence[Cubic], size: tuple[float, float], taken: Sequence[Rect], points: Sequence[Point]
) -> Rect | None:
    """The best place that covers nothing taken; None if there is none."""
    best, most = None, 0.0
    for rect, from_middle in _candidates(pieces, size):
        if not any(rect.overlaps(other) for other in taken):
            score = _distance(rect, points) - FAR * from_middle / 2
            if best is None or score > most:
                best, most = rect, score
    return best


def _distance(rect: Rect, points: Sequence[Point]) -> float:
    """How far the nearest of the points is from a rectangle, at most `FAR`; negative where some lie inside."""
    (x, y), half_width, half_height = rect.center, rect.width / 2, rect.height / 2
    nearest = FAR
    for px, py in points:
        dx, dy = abs(px - x) - half_width, abs(py - y) - half_height
        if dx < nearest and dy < nearest:
            nearest = min(nearest, max(dx, dy) if dx < 0 or dy < 0 else hypot(dx, dy))
    return nearest


def _candidates(pieces: Sequence[Cubic], size: tuple[float, float]) -> Iterator[tuple[Rect, float]]:
    """Places on the pieces, and how far each is from the middle of its piece (from 0 to 1)."""
    for piece in pieces:
        for step in range(ENDS, STEPS - ENDS + 1):
            t = step / STEPS
            yield from ((rect, abs(2 * t - 1)) for rect in _beside(piece, t, size))


def _beside(piece: Cubic, t: float, size: tuple[float, float]) -> Iterator[Rect]:
    """On a point of a curve; beside it where the curve goes straight down."""
    x, y = at(piece, t)
    if piece[0][0] == piece[3][0] == piece[1][0]:
        yield around((x + size[0] / 2 + 4, y), *size)
        yield around((x - size[0] / 2 - 4, y), *size)
    else:
        yield around((x, y), *size)
