"""Habits of other notations in the native language: each mistake comes with what to write instead."""

from __future__ import annotations

import pytest

from litmus.errors import InputError
from litmus.source import Source
from litmus.syntax import parse
from litmus.syntax.native.hints import _HABITS, _WORDS, BARRIERS

HEAD = "litmus T\nshared x, y\n"
THREAD = "thread P0 {{\n  r0 = x\n  {}\n}}\n"
QUESTION = "exists P0:r0 == 0"


def hint_of(text: str) -> str | None:
    """The hint of the error in a text."""
    with pytest.raises(InputError) as caught:
        parse(Source("T.litmus", text))
    return caught.value.hint


QUESTIONS = [
    ("exists P0:r0 == 0 and x == 1", "&&"),
    ("exists P0:r0 == 0 & x == 1", "&&"),
    ("exists P0:r0 == 0, x == 1", "&&"),
    ("exists x == 0 ∧ y == 1", "&&"),
    ("exists P0:r0 == 0 or x == 1", "||"),
    ("exists P0:r0 == 0 | x == 1", "||"),
    ("forall P0:r0 == 0 => x == 1", "!(A) || B"),
    ("exists not (x == 1)", "write !"),
    ("exists x == 1 && ¬ y == 1", "write !"),
    ("exists P0.r0 == 0", "P0:r0"),
    ("exists r0 == 0", "P0:r0"),
    ("exists x = = 1", "compare with =="),
    ("exists x ≠ 1", "write !="),
    ("exists", "say on this line"),
    ("not exists x == 1", "never"),
    ("! exists x == 1", "never"),
    ("always x == 1", "forall"),
    ("assert x == 1", "exists"),
    ("expect sc allowed\nexists x == 1", "colon"),
    ("expect sc: Never\nexists x == 1", "forbidden"),
    ("expect sc: Allowed\nexists x == 1", "did you mean allowed?"),
]

STATEMENTS = [
    ("if r0 = 1 { x = 1 }", "compare with =="),
    ("if r0 == 1 and r0 == 2 { x = 1 }", "&&"),
    ("if r0 == 1 or r0 == 2 { x = 1 }", "||"),
    ("if not (r0 == 1) { x = 1 }", "write !"),
    ("if r0 == 1\n  x = 1", "braces"),
    ("if r0 == 1: x = 1", "braces"),
    ("while r0 == 1\n  x = 1", "braces"),
    ("if r0 == 1 { x = 1 } elif r0 == 2 { x = 2 }", "else if"),
    ("if r0 == 1 { x = 1 }\n  elif r0 == 2 { x = 2 }", "else if"),
    ("for r0 { x = 1 }", "while"),
    ("r0++", "r0 = r0 + 1"),
    ("r0 += 1", "r0 = r0 + 1"),
    ("r0 <- x", "assign with ="),
    ("x := 1", "assign with ="),
    ("x = = 1", "assign with one ="),
    ("r1 = r0 * 2", "operators"),
    ("r1 = r0 << 2", "operators"),
    ("r1 = r0 >> 2", "operators"),
    ("r1 = r0 ? 2 : 3", "if CONDITION"),
    ("x\u00a0= 1", "space"),
    ("x = 1 // a comment", "#"),
    ("x = 1 /* a comment */", "#"),
    ("smp_mb", "write Full"),
    ("smp_wmb()", "write StoreStore"),
    ("Full()", "write Full alone"),
    ("acquire", "did you mean Acquire?"),
    ("r1 = READ_ONCE(x)", "x.once"),
    ("WRITE_ONCE(x, 1)", "x.once = 1"),
    ("r1 = smp_load_acquire(&x)", "x.acquire"),
    ("smp_store_release(&x, 1)", "x.release = 1"),
    ("r1 = xchg(&x, 1)", "not its address"),
    ("atomic_inc(x)", "fetch_add"),
    ("rcu_read_lock()", "kernel C test"),
    ("spin_lock(&x)", "lock(l)"),
    ("*x = 1", "for the variable itself write `x`"),
    ("x.acquire = 1", "a write has release"),
    ("r1 = x.release", "a read has acquire"),
    ("x.seq_cst = 1", "Full"),
    ("r1 = x.relaxed", "write once"),
]

ITEMS = [
    ("x, y", "declare what is shared"),
    ("int x, y", "declare what is shared"),
    ("{ x = 0; y = 0 }", "declare what is shared"),
    ("(* a comment *)", "#"),
    ("shared a b", "commas"),
    ("shared a = 0; b = 0", "one shared declares several"),
    ("thread P0\n  x = 1", "braces"),
    ("thread P0:\n  x = 1", "braces"),
    ("thread { x = 1 }", "name the thread"),
    ("thread 0 { x = 1 }", "name the thread"),
    ("P0(int *x) { x = 1 }", "thread P0 { ... }"),
    ("P0 { x = 1 }", "thread P0 { ... }"),
    ("thread P0 { x = 1 }\n}", "nothing is open"),
    ("thread P0 { if r0 { x = 1\n}\nthread P1 { y = 1 }", "} is missing"),
    ("}", "nothing is open"),
]

HEADERS = [
    ("litmus\nshared x\n", "name the test"),
    ("litmus My test\nshared x\n", "quotes"),
    ("shared x\nthread P0 { x = 1 }\n", "'litmus NAME'"),
    ("{ }\nP0(int *x)\n{\n}\nexists (x=1)\n", "'C NAME'"),
    ("P0(int *x)\n{\n}\nexists (x=1)\n", "'C NAME'"),
    ("{ }\n P0 | P1 ;\nexists (x=1)\n", "'X86 SB'"),
]


@pytest.mark.parametrize(("line", "hint"), QUESTIONS)
def test_questions(line: str, hint: str) -> None:
    assert hint in (hint_of(HEAD + THREAD.format("x = 1") + line + "\n") or "")


@pytest.mark.parametrize(("line", "hint"), STATEMENTS)
def test_statements(line: str, hint: str) -> None:
    assert hint in (hint_of(HEAD + THREAD.format(line) + QUESTION) or "")


@pytest.mark.parametrize(("line", "hint"), ITEMS)
def test_items(line: str, hint: str) -> None:
    assert hint in (hint_of(f"{HEAD}{line}\nexists x == 1\n") or "")


@pytest.mark.parametrize(("text", "hint"), HEADERS)
def test_headers(text: str, hint: str) -> None:
    assert hint in (hint_of(text) or "")


def test_every_word_is_refused_without_the_hint() -> None:
    for word in (*BARRIERS, *_WORDS):
        with pytest.raises(InputError):
            parse(Source("T.litmus", HEAD + THREAD.format(word) + QUESTION))


def test_every_rule_has_a_text_that_it_explains() -> None:
    given = [HEAD + THREAD.format(line) + QUESTION for line, _ in STATEMENTS]
    given += [HEAD + THREAD.format("x = 1") + line + "\n" for line, _ in QUESTIONS]
    given += [f"{HEAD}{line}\nexists x == 1\n" for line, _ in ITEMS] + [text for text, _ in HEADERS]
    hints = {hint_of(text) for text in given}
    unused = [hint for _, _, hint in _HABITS if "\\1" not in hint and hint not in hints]
    assert unused == []


def test_a_carriage_return_a_tab_and_a_mark_of_the_byte_order_are_no_mistakes() -> None:
    text = (HEAD + THREAD.format("x = 1") + QUESTION).replace("  ", "\t")
    assert parse(Source("T.litmus", text)).name == "T"
