"""The bundled models: what their files promise, and the outcomes that each is known by."""

import re
from pathlib import Path

import pytest

from litmus import Options, check, load_model, model_names, parse
from litmus.source import Source
from litmus.syntax.cat import front as reader
from litmus.syntax.cat import tree as cat

FOLDER = Path(__file__).parents[2] / "litmus" / "models"
NAMES = [info.name for info in model_names()]
JUDGES = [info.name for info in model_names() if info.target not in ("c", "c11")]
"""The models that native programs are judged by here."""
MACHINES = ("sc", "x86-tso", "armv8", "riscv", "power", "armv7", "pso")


def text(name: str) -> str:
    return (FOLDER / f"{name}.cat").read_text(encoding="utf-8")


def test_every_file_is_a_bundled_model() -> None:
    assert sorted(NAMES) == sorted(path.stem for path in FOLDER.glob("*.cat"))


def test_the_readme_has_a_row_for_every_model() -> None:
    rows = re.findall(r"^\| `([\w-]+)` \| (\w+) \|", (FOLDER / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(rows) == sorted((info.name, info.target) for info in model_names())


@pytest.mark.parametrize("name", NAMES)
def test_the_head_says_what_the_model_is(name: str) -> None:
    title, target, *_ = text(name).splitlines()
    assert re.fullmatch(r'"[^"]+"', title)
    assert re.fullmatch(r"\(\* target: (any|native|x86|aarch64|ppc|riscv|arm|c|c11) \*\)", target)
    head = re.sub(r"\(\* (target|native): [\w-]+ \*\)", "", text(name)).split("*)")[0]
    assert "Version:" in head and "Known differences:" in head
    assert re.search(r"\b(19|20)\d\d\b", head), "no publication"


@pytest.mark.parametrize("name", NAMES)
def test_every_definition_and_axiom_has_a_comment(name: str) -> None:
    """The lines from a comment to the next blank line are what the comment is about."""
    bare = []
    for paragraph in text(name).split("\n\n"):
        code = [line for line in paragraph.splitlines() if re.match(r"let |and |acyclic |irreflexive |empty ", line)]
        if code and "(*" not in paragraph:
            bare += code
    assert not bare


@pytest.mark.parametrize("name", NAMES)
def test_every_axiom_has_a_name(name: str) -> None:
    checks = [i for i in reader.parse(Source(name, text(name))).instructions if isinstance(i, cat.Check)]
    assert checks and all(check.name for check in checks)
    assert len({check.name for check in checks}) == len(checks)


@pytest.mark.parametrize("name", NAMES)
def test_every_definition_is_used(name: str) -> None:
    instructions = reader.parse(Source(name, text(name))).instructions
    defined = [b.names[0] for i in instructions if isinstance(i, cat.Let) for b in i.bindings]
    words = re.findall(r"[A-Za-z][\w.-]*", reader.blank_comments(Source(name, text(name))))
    assert [word for word in defined if words.count(word) < 2] == []


# --- the outcomes each model is known by ------------------------------------------------------------------


def native(name: str, shared: str, condition: str, *threads: str) -> str:
    blocks = [f"thread P{i} {{ {thread} }}" for i, thread in enumerate(threads)]
    return "\n".join([f"litmus {name}", f"shared {shared}", *blocks, f"exists {condition}", ""])


def two_by_two(name: str, first: str, second: str, condition: str) -> str:
    return native(name, "x, y", condition, first, second)


def message(sent: str, received: str, read: str = "y.once") -> str:
    return two_by_two("MP", f"x.once = 1; {sent}", f"r0 = {read}; {received}", "P1:r0 == 1 && P1:r1 == 0")


def buffering(between: str) -> str:
    first, second = f"x.once = 1; {between}; r0 = y.once", f"y.once = 1; {between}; r0 = x.once"
    return two_by_two("SB", first, second, "P0:r0 == 0 && P1:r0 == 0")


def independent(between: str) -> str:
    return native(
        "IRIW",
        "x, y",
        "P1:r0 == 1 && P1:r1 == 0 && P3:r0 == 1 && P3:r1 == 0",
        "x.once = 1",
        f"r0 = x.once; {between}; r1 = y.once",
        "y.once = 1",
        f"r0 = y.once; {between}; r1 = x.once",
    )


def loads(value: str) -> str:
    return two_by_two(
        "LB", f"r0 = x.once; y.once = {value}", f"r0 = y.once; x.once = {value}", "P0:r0 == 1 && P1:r0 == 1"
    )


def writes(between: str) -> str:
    return two_by_two(
        "2+2W", f"x.once = 1; {between}; y.once = 2", f"y.once = 1; {between}; x.once = 2", "x == 1 && y == 1"
    )


def causality(middle: str) -> str:
    return native(
        "WRC",
        "x, y",
        "P1:r0 == 1 && P2:r0 == 1 && P2:r1 == 0",
        "x.once = 1",
        f"r0 = x.once; {middle}",
        "r0 = y.acquire; r1 = x.once",
    )


NOTHING = "Compiler"
LOCK = native(
    "lock",
    "l = 1",
    "P1:r0 == 0 && P2:r0 == 0",
    "l.release = 0",
    "r0 = xchg(l.once, 2)",
    "r0 = xchg(l.once, 3)",
)
UPDATES = native("updates", "x", "x == 1", "r0 = fetch_add(x.once, 1)", "r0 = fetch_add(x.once, 1)")
FULL_UPDATES = two_by_two(
    "SB", "x.once = 1; r9 = xchg(z.full, 1); r0 = y.once", "y.once = 1; r9 = xchg(w.full, 1); r0 = x.once",
    "P0:r0 == 0 && P1:r0 == 0",
).replace("shared x, y", "shared x, y, z, w")  # fmt: skip

KNOWN = {
    "SB": (buffering(NOTHING), "x86-tso armv8 riscv power armv7 pso alpha itanium weak"),
    "SB+StoreLoad": (buffering("StoreLoad"), ""),
    "SB+Full": (buffering("Full"), ""),
    "SB+Release": (buffering("Release"), "x86-tso riscv power pso weak"),
    "SB+full updates": (FULL_UPDATES, ""),
    "MP": (message("y.once = 1", "r1 = x.once"), "armv8 riscv power armv7 pso alpha weak"),
    "MP+rel+acq": (message("y.release = 1", "r1 = x.once", read="y.acquire"), ""),
    "MP+StoreStore": (message("StoreStore; y.once = 1", "r1 = x.once"), "armv8 riscv power armv7 alpha weak"),
    "MP+StoreStore+LoadLoad": (message("StoreStore; y.once = 1", "LoadLoad; r1 = x.once"), ""),
    "MP+Release+Acquire": (message("Release; y.once = 1", "Acquire; r1 = x.once"), ""),
    "MP+LoadLoad+LoadLoad": (message("LoadLoad; y.once = 1", "LoadLoad; r1 = x.once"), "armv8 riscv pso weak"),
    "LB": (loads("1"), "armv8 riscv power armv7 alpha weak"),
    "LB+datas": (loads("r0"), ""),
    "2+2W": (writes(NOTHING), "armv8 riscv power armv7 pso alpha weak"),
    "2+2W+StoreStore": (writes("StoreStore"), ""),
    "IRIW+LoadLoad": (independent("LoadLoad"), "power weak"),
    "IRIW+Full": (independent("Full"), ""),
    "WRC+data": (causality("y.once = r0"), "power armv7 alpha weak"),
    "WRC+rel": (causality("y.release = 1"), ""),
    "lock": (LOCK, ""),
    "updates": (UPDATES, ""),
}


@pytest.mark.parametrize("test", KNOWN)
def test_known_outcomes(test: str) -> None:
    """Exactly the named models allow the outcome."""
    source, allowing = KNOWN[test]
    program = parse(Source(f"{test}.litmus", source))
    verdicts = {name: check(program, load_model(name)).observation for name in JUDGES}
    assert {name for name, seen in verdicts.items() if seen != "Never"} == set(allowing.split())


@pytest.mark.parametrize("test", [test for test in KNOWN if test != "lock"])
def test_weak_allows_what_the_machines_do(test: str) -> None:
    """Not only the outcome asked for: every final state."""
    program = parse(Source(f"{test}.litmus", KNOWN[test][0]))
    states = {name: {str(state) for state in check(program, load_model(name), Options()).states} for name in JUDGES}
    assert all(states[name] <= states["weak"] for name in MACHINES)
    assert states["sc"] <= states["x86-tso"]
