"""The kinds of arrows: what each means, and how it looks; told apart without colour by dashes and labels."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Look:
    """How a kind of arrow looks.  `dashes` as in SVG (empty: solid), colours on a light and on a dark page.

    `graphviz` is the nearest style that DOT has.
    """

    meaning: str
    light: str
    dark: str
    dashes: str
    graphviz: str


LOOKS = {
    "po": Look("program order", "#6b7280", "#9ca3af", "", "solid"),
    "rf": Look("reads from", "#15803d", "#4ade80", "", "bold"),
    "co": Look("coherence: overwritten by", "#92400e", "#f0a34a", "9 3", "dashed"),
    "fr": Look("reads before the write", "#b4236a", "#ff7ab2", "2 3", "dotted"),
    "addr": Look("address dependency", "#1d4ed8", "#7db0ff", "10 3 2 3", "dashed"),
    "data": Look("data dependency", "#1d4ed8", "#7db0ff", "6 3 2 3", "dashed"),
    "ctrl": Look("control dependency", "#1d4ed8", "#7db0ff", "3 3 1 3", "dashed"),
    "rmw": Look("one atomic operation", "#6d28d9", "#c4a1ff", "1 2", "dotted"),
    "order": Look("kept in order by the model", "#111827", "#f3f4f6", "", "bold"),
}
"""Every kind, in the order of legends."""
