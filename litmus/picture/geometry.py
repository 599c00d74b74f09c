"""Rectangles and smooth curves, in pixels; y grows downward."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

Point: TypeAlias = tuple[float, float]
Cubic: TypeAlias = tuple[Point, Point, Point, Point]
"""A cubic Bézier curve: start, two control points, end."""


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle by its left upper corner and its size."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The x of its right side."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The y of its lower side."""
        return self.y + self.height

    @property
    def center(self) -> Point:
        """Its middle."""
        return self.x + self.width / 2, self.y + self.height / 2

    def overlaps(self, other: Rect) -> bool:
        """Whether the two share more than a border."""
        return (
            self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom
        )

    def holds(self, point: Point) -> bool:
        """Whether a point lies strictly inside."""
        return self.x < point[0] < self.right and self.y < point[1] < self.bottom


def around(center: Point, width: float, height: float) -> Rect:
    """The rectangle of a size around a point."""
    return Rect(center[0] - width / 2, center[1] - height / 2, width, height)


def line(start: Point, end: Point) -> Cubic:
    """A straight line."""
    third = ((end[0] - start[0]) / 3, (end[1] - start[1]) / 3)
    return start, (start[0] + third[0], start[1] + third[1]), (end[0] - third[0], end[1] - third[1]), end


def crossing(start: Point, end: Point) -> Cubic:
    """A curve that leaves and arrives horizontally and stays between the two x."""
    middle = (start[0] + end[0]) / 2
    return start, (middle, start[1]), (middle, end[1]), end


def bow(start: Point, end: Point, reach: float) -> Cubic:
    """A curve that leaves and arrives horizontally on one side, `reach` away (negative: to the left)."""
    away = 4 * reach / 3
    return start, (start[0] + away, start[1]), (end[0] + away, end[1]), end


def at(curve: Cubic, t: float) -> Point:
    """The point of a curve at t, from 0 at its start to 1 at its end."""
    a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
    p, q, r, s = curve
    return a * p[0] + b * q[0] + c * r[0] + d * s[0], a * p[1] + b * q[1] + c * r[1] + d * s[1]


def samples(curve: Cubic, count: int = 24) -> Iterator[Point]:
    """Points along a curve, both ends included."""
    return (at(curve, i / count) for i in range(count + 1))
