"""What to try where a native test is not understood: habits of other notations, and what takes their place here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from re import Pattern
from typing import get_args

from litmus.errors import InputError
from litmus.source import Source, Span
from litmus.syntax.native.barriers import BarrierKind

_QUESTION = r"^\s*(exists|forall|never|~exists|filter)\b.*"
_BLOCK = r"\b(if|while)\b.*"
_LINE = r"(^|;)\s*"
_ITEM = re.compile(r"\s*(thread|shared|exists|forall|never|~exists|filter|locations|expect)\b")

_HABITS = (
    (r"", r"//|/\*|\(\*", "a comment begins with #"),
    (_QUESTION, r"and\b|&|∧|,", "write && between two parts that both hold"),
    (_QUESTION, r"or\b|\||∨", "write || between two parts of which one holds"),
    (_QUESTION, r"=>|->|implies\b", "for 'if A then B' write !(A) || B"),
    (_QUESTION + r"\bnot\s*", r"", "write ! for not, as in !(x == 1)"),
    (_QUESTION, r"not\b|¬", "write ! for not, as in !(x == 1)"),
    (_QUESTION, r"\.", "a register of a thread is written P0:r0"),
    (_QUESTION, r"=", "compare with =="),
    (r"^\s*(exists|forall|never|~exists|filter)\s*", r"$", "say on this line what to look for: P0:r0 == 0 && x == 1"),
    (_LINE, r"(not|!|~)\s*exists\b", "write never, or ~exists"),
    (_LINE, r"(always|assert|final|observed)\b", "ask with exists, forall or never"),
    (_LINE, r"\{", "declare what is shared, with its first values: shared x = 0, y = 1"),
    (_LINE, r"P\d+\s*\(", "a thread is written thread P0 { ... }; a C test begins with a line 'C NAME'"),
    (_LINE, r"P\d+\s*(:|\{|\|)", "a thread is written thread P0 { ... }"),
    (_LINE, r"(int|volatile|atomic_t|atomic_int|long|var|global|init)\b", "declare what is shared: shared x, y"),
    (r"\belif\b.*", r"", "write else if CONDITION {"),
    (r"\}\s*", r"elif\b|elsif\b", "write else if CONDITION {"),
    (r"^\s*shared\b.*(;)\s*", r"\w", "one shared declares several variables: shared x = 0, y = 1"),
    (r"^\s*shared\b.*\w\s+", r"\w", "put commas between the names: shared x, y"),
    (r"^\s*litmus\s*", r"$", "name the test: litmus SB"),
    (r"^\s*litmus\b.*", r".", "put a name of several words in quotes, and a description on a line of its own"),
    (r"^\s*thread\s*", r"\{|\d|$", "name the thread: thread P0 { ... }"),
    (r"^\s*thread\s+\w+\s*", r"", "the statements of a thread stand in braces: thread P0 { ... }"),
    (r"^\s*expect\s+[\w.-]+\s*", r"\w", "put a colon behind the model: expect x86-tso: allowed"),
    (r"\b(for|do|repeat|until|loop)\b\s*", r"", "a loop is written while CONDITION { ... }"),
    (_BLOCK, r"=", "compare with =="),
    (_BLOCK, r"and\b", "write && for and"),
    (_BLOCK, r"or\b", "write || for or"),
    (_BLOCK + r"\bnot\s*", r"", "write ! for not"),
    (_BLOCK, r"$|:|then\b|do\b|\w", "put what depends on it in braces: if r0 == 1 { ... }"),
    (r"(\w+)\s*", r"(\+\+|--)", r"write \1 = \1 + 1, or \1 - 1"),
    (r"(\w+)\s*", r"[-+&|^]=", r"write it out: \1 = \1 + 1"),
    (r"", r":=|<-", "assign with ="),
    (r"=\s*", r"=", "assign with one ="),
    (r"=\s*.+", r"\*|/|%|<<|>>", "the operators are + - & | ^ and comparisons"),
    (r"=\s*.+<", r"<", "the operators are + - & | ^ and comparisons"),
    (r"=\s*.+>", r">", "the operators are + - & | ^ and comparisons"),
    (r"", r"\?", "there is no ?: here; write if CONDITION { ... } else { ... }"),
    (r"\w\(\s*", r"&", "name the variable, not its address: x"),
)  # fmt: skip
"""What stands before the place on its line, what stands there, and what to try."""

_RULES: tuple[tuple[Pattern[str], Pattern[str], str], ...] = tuple(
    (re.compile(f"{before}$" if before else "$"), re.compile(at), hint) for before, at, hint in _HABITS
)

_SIGNS = {"≠": "!=", "≤": "<=", "≥": ">=", "→": "->", "“": '"', "”": '"', "’": "'", "–": "-", "−": "-"}
_NAME = re.compile(r"[A-Za-z_]")
_CALL = re.compile(r"(\w+)\s*\(\s*$")

BARRIERS = {
    "smp_mb": "Full", "mb": "Full", "mfence": "Full", "sync": "Full", "hwsync": "Full", "dmb": "Full", "fence": "Full",
    "smp_rmb": "LoadLoad", "rmb": "LoadLoad", "lfence": "LoadLoad",
    "smp_wmb": "StoreStore", "wmb": "StoreStore", "sfence": "StoreStore", "eieio": "StoreStore",
    "barrier": "Compiler",
}  # fmt: skip
"""Barriers elsewhere, in small letters, and here."""

_RCU = "RCU is not in this language: write a kernel C test, which begins with 'C NAME'"
_WORDS = {
    "read_once": "write r0 = x.once", "write_once": "write x.once = 1",
    "smp_load_acquire": "write r0 = x.acquire", "smp_store_release": "write x.release = 1",
    "atomic_read": "write r0 = x.once", "atomic_set": "write x.once = 1",
    "spin_lock": "write lock(l)", "spin_unlock": "write unlock(l)",
    "mutex_lock": "write lock(l)", "mutex_unlock": "write unlock(l)",
    "atomic_xchg": "write r0 = xchg(x, 1)", "atomic_cmpxchg": "write r0 = cmpxchg(x, 0, 1)",
    "cas": "write r0 = cmpxchg(x, 0, 1)", "swap": "write r0 = xchg(x, 1)", "exchange": "write r0 = xchg(x, 1)",
    "inc": "write fetch_add(x, 1)", "dec": "write fetch_sub(x, 1)",
    "atomic_inc": "write fetch_add(x.once, 1)", "atomic_dec": "write fetch_sub(x.once, 1)",
    "atomic_add": "write fetch_add(x.once, 1)", "atomic_sub": "write fetch_sub(x.once, 1)",
    "atomic_add_return": "write r0 = fetch_add(x, 1), which gives the old value",
    "atomic_inc_return": "write r0 = fetch_add(x, 1), which gives the old value",
    "atomic_dec_and_test": "write r0 = fetch_sub(x, 1), which gives the old value",
    "rcu_read_lock": _RCU, "rcu_read_unlock": _RCU, "synchronize_rcu": _RCU, "rcu_dereference": _RCU,
    "rcu_assign_pointer": _RCU,
    "relaxed": "write once", "volatile": "write once", "atomic": "write once", "plain": "leave it out",
    "acq": "write acquire", "rel": "write release",
    "acquire": "acquire orders a read; a write has release", "release": "release orders a write; a read has acquire",
    "acq_rel": "atomic operations have it; put a barrier beside the access",
    "full": "atomic operations have it; put the barrier Full beside the access",
    "seq_cst": "put the barrier Full beside the access",
    "sc": "put the barrier Full beside the access",
    "never": "write forbidden", "no": "write forbidden", "ok": "write allowed", "yes": "write allowed",
    "sometimes": "write allowed",
    "lwsync": "write what it stands for here: LoadLoad, LoadStore or StoreStore",
}  # fmt: skip
"""Other words of the field, in small letters, and what to write here."""


def for_word(word: str, allowed: Iterable[str] = ()) -> str | None:
    """What to write for a word of another notation; None for one that is not known, or is `allowed` but for case."""
    small = word.lower()
    if small in map(str.lower, allowed):
        return None
    return f"write {BARRIERS[small]}" if small in BARRIERS else _WORDS.get(small)


def explained(error: InputError, source: Source) -> InputError:
    """A syntax error with the hint that fits the place, if one does better than the error's own."""
    if not isinstance(error.span, Span):
        return error
    return InputError(error.message, error.span, _for_place(source.text, error.span.start) or error.hint)


def _for_place(text: str, at: int) -> str | None:
    """What to try at a place of a text that is not understood."""
    start = text.rfind("\n", 0, at) + 1
    before, rest = text[start:at], text[at:].split("\n", 1)[0]
    character = rest[:1]
    if character in _SIGNS:
        return f"write {_SIGNS[character]}"
    if character and character.isspace() and not character.isascii():
        return "this is a space of another kind: write an ordinary one"
    above = text[:start]
    return (
        _for_braces(above, before, rest) or _for_call(before) or _for_habit(before, rest)
        or _for_item(above + before, rest)
    )  # fmt: skip


def _for_braces(above: str, before: str, rest: str) -> str | None:
    """What is wrong with the braces, if they are wrong."""
    open_braces = _depth(above)
    if open_braces > 0 and _ITEM.match(before + rest):
        return "close what was opened above: a } is missing before this line"
    if rest.startswith("}") and open_braces + _depth(before) <= 0:
        return "take this } out: nothing is open here"
    return None


def _for_item(before: str, rest: str) -> str | None:
    """What to do with a line outside all braces that begins with a name."""
    begins = re.search(r"(^|[\n;])[ \t]*$", before) and _NAME.match(rest)
    outside = begins and _depth(before) == 0
    return "declare what is shared: shared x, y; put statements into a thread" if outside else None


def _depth(text: str) -> int:
    """How many braces are open at the end of a text."""
    code = re.sub(r"#[^\n]*", "", text)
    return code.count("{") - code.count("}")


def _for_call(before: str) -> str | None:
    """What to write for the function whose operands are not understood."""
    call = _CALL.search(before)
    if call is None:
        return None
    return f"write {call[1]} alone" if call[1] in get_args(BarrierKind) else for_word(call[1])


def _for_habit(before: str, rest: str) -> str | None:
    """The hint of the first rule that fits."""
    for above, at, hint in _RULES:
        found = above.search(before)
        if found and at.match(rest):
            return found.expand(hint)
    return None
