"""A test's annotations and the bell file that should know them."""

from __future__ import annotations

from pathlib import Path

import pytest

from litmus import Verdict, check, load_model, parse
from litmus.cli import main
from litmus.errors import InputError
from litmus.source import Source

BELL = """"A bell file"
enum Accesses = 'ONCE || 'RELEASE || 'unused
enum Fences = 'MB || 'wmb
instructions R[{'ONCE}]
instructions W[{'ONCE, 'RELEASE}]
instructions F[Fences]
let Marked = ONCE | RELEASE
"""
CAT = '"A model"\nlet fr = rf^-1 ; co\nacyclic po | rf | co | fr as sc\nflag ~empty M \\ Marked \\ IW as plain\n'
MACROS = """read(X) __load{ONCE}(X)
write(X,V) { __store{RELEASE}(X,V); __fence{MB}; }
odd(X) __load{unused}(X)
"""
TEST = "C T\n{{}}\nP0(int *x, spinlock_t *l)\n{{\n\t{}\n}}\nexists (x=1)\n"


def judge(folder: Path, body: str, bell: str = BELL, macros: str | None = MACROS) -> Verdict:
    """The verdict of the model on one thread, with its bell file and a table of macros."""
    (folder / "m.bell").write_text(bell)
    (folder / "m.cat").write_text(CAT)
    table = None if macros is None else Source("m.def", macros)
    model = load_model(str(folder / "m.cat"), bell=str(folder / "m.bell"))
    return check(parse(Source("t.litmus", TEST.format(body)), table), model)


def test_what_the_bell_file_declares_is_accepted(tmp_path: Path) -> None:
    verdict = judge(tmp_path, "int r0 = read(*x); write(*x, 1);")
    assert (verdict.observation, verdict.flags) == ("Always", ())


def test_plain_accesses_and_locks_need_no_declaration(tmp_path: Path) -> None:
    macros = f"{MACROS}lock(X) {{ __lock(X); }}\nunlock(X) {{ __unlock(X); }}\n"
    assert judge(tmp_path, "lock(l); *x = 1; unlock(l);", macros=macros).observation == "Always"


@pytest.mark.parametrize(
    ("body", "macros", "message", "place"),
    [
        ("int r0 = odd(*x);", MACROS, "'Unused', which .*m.bell does not declare", "5:11"),
        ("__fence{mine};", MACROS, "'Mine', which .*m.bell does not declare", "5:2"),
        ("WRITE_ONCE(*x, 1);", None, "'Once', and .*m.bell spells it 'ONCE'", "5:2"),
        ("smp_wmb(); smp_mb();", None, "'Mb', and .*m.bell spells it 'MB'", "5:13"),
    ],
)
def test_what_it_does_not_declare_is_refused(
    tmp_path: Path, body: str, macros: str | None, message: str, place: str
) -> None:
    with pytest.raises(InputError, match=message) as error:
        judge(tmp_path, body, macros=macros)
    assert error.value.span is not None and error.value.span.describe() == f"t.litmus:{place}"


def test_a_bell_file_that_declares_nothing_allows_everything(tmp_path: Path) -> None:
    assert judge(tmp_path, "__store{mine}(*x, 1);", '"A bell file"\nlet Marked = M\n').observation == "Always"


def test_the_bundled_model_refuses_a_table_in_capitals() -> None:
    program = parse(Source("t.litmus", TEST.format("int r0 = read(*x);")), Source("m.def", MACROS))
    with pytest.raises(InputError, match="the model 'lkmm' spells it 'Once'"):
        check(program, load_model("lkmm"))
    assert check(program, load_model("sc")).observation == "Never"


def test_what_is_borrowed_is_noted_once_a_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "m.def").write_text("WRITE_ONCE(X,V) { __store{once}(X,V); }\nsmp_mb() { __fence{mb}; }\n")
    paths = []
    for name in "ab":
        (tmp_path / f"{name}.litmus").write_text(TEST.format("WRITE_ONCE(*x, 1); smp_mb(); atomic_set(x, 1);"))
        paths.append(str(tmp_path / f"{name}.litmus"))
    assert main(["check", "-m", "lkmm", "-m", "sc", "--macros", str(tmp_path / "m.def"), *paths]) == 0
    assert capsys.readouterr().err == f"note: 'atomic_set' is not in {tmp_path / 'm.def'}: it has its bundled meaning\n"
