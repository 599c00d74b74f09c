"""The geometry of pictures: nothing covers anything else, whatever the execution."""

from __future__ import annotations

from itertools import combinations, islice
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from litmus.judge.enumerate import executions
from litmus.picture.geometry import Rect, samples
from litmus.picture.graph import Arrow, Box, Graph, Link, graph
from litmus.picture.kinds import LOOKS
from litmus.picture.layout import CHARACTER, Layout, layout, text_width
from litmus.unfold.unfolding import unfold
from tests.strategies import ARM, NATIVE, X86, programs

SENT = ("rf", "co", "fr", "order", "order")
INSIDE = ("addr", "data", "ctrl", "rmw", "po")
NAMES = ("wmb", "ppo", "strong-fence")


def random_graph(random: Random, threads: int = 4, events: int = 6) -> Graph:
    """A dense picture: as many arrows as events, besides program order."""
    boxes: list[Box] = []
    arrows: list[Arrow] = []
    for thread in range(threads):
        for number in range(random.randint(1, events)):
            place = len(boxes)
            lines = (f"{place}: W x={place}", "WRITE_ONCE(*x, 1)"[: random.randint(1, 17)])
            boxes.append(Box(place, thread, str(place), lines[: random.randint(1, 2)], random.choice("RWF")))
            if number:
                arrows.append(Arrow(place - 1, place, "po", ""))
    for _ in boxes:
        source = random.randrange(len(boxes))
        own = [i for i, box in enumerate(boxes) if i > source and box.thread == boxes[source].thread]
        kind = random.choice(INSIDE if own and random.random() < 0.4 else SENT)
        target = random.choice(own) if kind in INSIDE else random.randrange(len(boxes))
        label = random.choice(NAMES) if kind == "order" else kind
        if target != source:
            arrows.append(Arrow(source, target, kind, label, random.random() < 0.2))
    return Graph("random", (), tuple(range(threads)), tuple(boxes), tuple(dict.fromkeys(arrows)))


def check_geometry(graph: Graph, placed: Layout) -> None:
    """Everything is inside, nothing overlaps, no curve runs through a box, and arrows end where they should."""
    boxes = [box.rect for box in placed.boxes]
    headers = [rect for _, rect in placed.headers]
    labels = [arrow.label for arrow in placed.arrows if arrow.label is not None]
    for one, other in combinations((*boxes, *headers, *labels), 2):
        assert not one.overlaps(other), (one, other)
    points = [point for arrow in placed.arrows for curve in arrow.curves for point in samples(curve, 40)]
    assert not [point for point in points for rect in (*boxes, *headers) if rect.holds(point)]
    page = Rect(-0.01, -0.01, placed.width + 0.02, placed.height + 0.02)
    assert all(map(page.holds, points))
    assert all(page.holds((r.x, r.y)) and page.holds((r.right, r.bottom)) for r in (*boxes, *headers, *labels))
    for arrow in placed.arrows:
        assert (arrow.label is None) == (not arrow.arrow.label)
        assert _touches(boxes[arrow.arrow.source], arrow.curves[0][0])
        assert _touches(boxes[arrow.arrow.target], arrow.curves[-1][3])
        assert all(before[3] == after[0] for before, after in zip(arrow.curves, arrow.curves[1:], strict=False))
    assert all(text_width(line) * CHARACTER < box.rect.width for box in placed.boxes for line in box.box.lines)
    assert len(placed.boxes) == len(graph.boxes) and len(placed.arrows) == len(graph.arrows)


def _touches(rect: Rect, point: tuple[float, float]) -> bool:
    """Whether a point lies on the border of a rectangle."""
    x, y = point
    across = rect.x <= x <= rect.right and y in (rect.y, rect.bottom)
    return across or (rect.y <= y <= rect.bottom and x in (rect.x, rect.right))


@given(st.integers(0, 10**9))
@settings(max_examples=25, deadline=None)
def test_four_threads_of_six_events(seed: int) -> None:
    drawn = random_graph(Random(seed))
    check_geometry(drawn, layout(drawn))


@given(st.integers(0, 10**9), st.integers(1, 6))
@settings(max_examples=10, deadline=None)
def test_other_sizes(seed: int, threads: int) -> None:
    drawn = random_graph(Random(seed), threads, 3)
    check_geometry(drawn, layout(drawn))


@given(st.data(), st.sampled_from((X86, ARM, NATIVE)))
@settings(max_examples=25, deadline=None)
def test_executions_of_random_programs(data: st.DataObject, words: object) -> None:
    program = data.draw(programs(words))  # type: ignore[arg-type]
    structure = next(unfold(program).structures())
    execution = list(islice(executions(structure), data.draw(st.integers(1, 40))))[-1]
    numbers = st.integers(0, structure.n - 1)
    path = data.draw(st.lists(numbers, min_size=2, max_size=6, unique=True)) if structure.n > 1 else []
    steps = zip(path, path[1:] + path[:1], strict=True)
    cycle = [Link(a, b, data.draw(st.sampled_from((*LOOKS, "hb")))) for a, b in steps]
    drawn = graph(execution, "random", ("a note",), cycle)
    check_geometry(drawn, layout(drawn))
    assert {arrow.cycle for arrow in drawn.cycle} <= {True}
    ends = [(drawn.boxes[a.source].event, drawn.boxes[a.target].event) for a in drawn.cycle]
    assert [a for a, _ in ends] == [b for _, b in ends[-1:] + ends[:-1]]


def test_an_empty_picture() -> None:
    nothing = Graph("", (), (), (), ())
    assert layout(nothing).boxes == ()


def test_parallel_arrows_are_apart() -> None:
    boxes = tuple(Box(i, i, "ab"[i], (f"{'ab'[i]}: W x={i}",), "W") for i in range(2))
    kinds = ("rf", "co", "fr", "order")
    drawn = Graph("", (), (0, 1), boxes, tuple(Arrow(0, 1, kind, kind) for kind in kinds))
    placed = layout(drawn)
    check_geometry(drawn, placed)
    assert len({arrow.curves[0][0] for arrow in placed.arrows}) == len(kinds)
