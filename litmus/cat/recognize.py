"""Recognising axioms that the choice of rf and co can respect from the start."""

from __future__ import annotations

from litmus.cat.folding import Builder
from litmus.cat.graph import Node
from litmus.cat.theory import TheoryCheck


def is_coherence(build: Builder, check: TheoryCheck, *more: Node) -> bool:
    """Whether a check is the axiom `acyclic` over a union that contains po-loc (or po), rf, co, fr and `more`."""
    if not _is_axiom(check, "acyclic", "or"):
        return False
    po_loc = build.intersection((_base(build, "po"), _base(build, "loc")))
    parts = set(check.node.args)
    wanted = {_base(build, "rf"), _base(build, "co"), *more}
    in_order = not parts.isdisjoint((po_loc, _base(build, "po")))
    return in_order and wanted <= parts and not parts.isdisjoint(_from_reads(build))


def is_only_coherence(build: Builder, check: TheoryCheck, *more: Node) -> bool:
    """Whether a check is that axiom over po-loc, rf, co and fr, perhaps `more`, and nothing else."""
    if not is_coherence(build, check):
        return False
    po_loc = build.intersection((_base(build, "po"), _base(build, "loc")))
    known = {po_loc, _base(build, "rf"), _base(build, "co"), *_from_reads(build), *more}
    return known.issuperset(check.node.args)


def is_atomicity(build: Builder, check: TheoryCheck) -> bool:
    """Whether a check is the axiom `empty rmw & (fre ; coe)` or a stronger form of it."""
    if not _is_axiom(check, "empty", "and"):
        return False
    pairs = {_base(build, "rmw"), build.union((_base(build, "amo"), _base(build, "lxsx")))}
    ext, co = _base(build, "ext"), _base(build, "co")
    between = {
        build.sequence(a, b)
        for fr in _from_reads(build)
        for a in (fr, build.intersection((fr, ext)))
        for b in (co, build.intersection((co, ext)))
    }
    return any(a in pairs for a in check.node.args) and any(a in between for a in check.node.args)


def _is_axiom(check: TheoryCheck, kind: str, op: str) -> bool:
    return check.role == "axiom" and check.kind == kind and not check.negated and check.node.op == op


def _base(build: Builder, name: str) -> Node:
    return build.base(name, False)


def _from_reads(build: Builder) -> tuple[Node, Node]:
    """The two ways to write fr: with pairs of an event with itself (a C11 read-modify-write), and without."""
    through = build.sequence(build.inverse(_base(build, "rf")), _base(build, "co"))
    return through, build.difference(through, build.identity)
