"""Executions as graphs of networkx, and as GraphML."""

import io
from itertools import pairwise
from pathlib import Path

import networkx
import pytest

from litmus import Execution, Program, check, find, load_model, network, parse, read
from litmus.cli import main

ROOT = Path(__file__).parents[2]
EXAMPLES = find([str(ROOT / "examples")])


def program(name: str) -> Program:
    return parse(read(str(ROOT / "examples" / f"{name}.litmus")))


def witnesses(test: Program, model: str) -> list[Execution]:
    return [found for found in check(test, load_model(model)).witnesses if isinstance(found, Execution)]


def pairs(graph: networkx.MultiDiGraph, relation: str) -> set[tuple[int, int]]:
    return {(a, b) for a, b, found in graph.edges(data="relation") if found == relation}


def test_store_buffering() -> None:
    [both_miss] = [e for e in witnesses(program("SB"), "x86-tso") if set(e.values.values()) == {0}]  # type: ignore[union-attr]
    graph = network(both_miss)
    shown = ("thread", "kind", "location", "value")
    kinds = sorted(tuple(data[name] for name in shown) for _, data in graph.nodes(data=True))
    assert kinds == [(-1, "W", "x", "0"), (-1, "W", "y", "0"), (0, "R", "y", "0"), (0, "W", "x", "1"),
                     (1, "R", "x", "0"), (1, "W", "y", "1")]  # fmt: skip
    assert len(pairs(graph, "rf")) == len(pairs(graph, "fr")) == len(pairs(graph, "co")) == len(pairs(graph, "po")) == 2


@pytest.mark.parametrize("path", EXAMPLES[::4], ids=lambda path: Path(path).stem)
def test_relations_are_those_of_the_execution(path: str) -> None:
    for execution in witnesses(parse(read(path)), "sc")[:3]:
        graph = network(execution)
        assert pairs(graph, "rf") == {(w, r) for r, w in execution.sources.items()}
        steps = {pair for order in execution.orders.values() for pair in pairwise(order)}
        assert pairs(graph, "co") == steps
        po = execution.structure.universe.pairs_of(execution.structure.relations["po"])
        shown = networkx.transitive_closure(networkx.DiGraph(list(pairs(graph, "po")))).edges
        assert set(shown) == {(a, b) for a, b in po if a in graph and b in graph}


def test_a_forbidden_outcome_as_graphml_has_its_cycle(tmp_path: Path) -> None:
    target = tmp_path / "sb.graphml"
    assert main(["show", str(ROOT / "examples" / "SB.litmus"), "-m", "sc", "-o", str(target)]) == 0
    graph = networkx.read_graphml(io.BytesIO(target.read_bytes()))
    assert "forbidden" in graph.graph["title"] + graph.graph["notes"]
    on_cycle = [(a, b, data["relation"]) for a, b, data in graph.edges(data=True) if data["cycle"]]
    [cycle] = networkx.simple_cycles(networkx.DiGraph([(a, b) for a, b, _ in on_cycle]))
    assert len(cycle) == 4 and sorted(relation for *_, relation in on_cycle) == ["fr", "fr", "po", "po"]
