"""Answers kept between runs, so that only what has changed is checked again.

An answer is found by all that it depends on: the text of the test with its expectations, the models with what they
include, the macros, the options, and this package itself.  Only verdicts are kept: what could not be read, or stayed
undecided, is tried again each time.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from litmus.batch.record import read_back, written
from litmus.cat import BUNDLED
from litmus.files.store import Store, digest, open_store, stamp
from litmus.source import Source
from litmus.verdict import Answer

if TYPE_CHECKING:
    from litmus.batch.setting import Setting
    from litmus.check import Options


@dataclass(frozen=True, slots=True)
class Kept:
    """The answers to the tests of a batch, whose digest is `run`; of the models in `models` only."""

    store: Store
    run: str
    models: frozenset[str]

    def find(self, path: str, source: Source) -> tuple[Answer, ...] | None:
        """The answers to a test, if they are kept."""
        text = self.store.get(self._key(source))
        return None if text is None else read_back(text, path, source)

    def keep(self, source: Source, answers: Sequence[Answer]) -> None:
        """Keeps the answers to a test, if all of them are final."""
        if all(self._is_final(answer) for answer in answers):
            self.store.put(self._key(source), written(answers, source))

    def _key(self, source: Source) -> str:
        return digest(f"{self.run}\n{source.text}")

    def _is_final(self, answer: Answer) -> bool:
        """Whether an answer is a verdict (or says that there can be none) of a model that is part of the key."""
        decided = answer.verdict is not None and answer.verdict.observation is not None
        return answer.model in self.models and (decided or answer.uncompiled is not None)


def kept(setting: Setting, options: Options, advise: bool = False) -> Kept | None:
    """Where the answers of a batch are kept; None if that is turned off, or this package is just being changed.

    Raises InputError or UsageError for a model or macros that cannot be read.
    """
    store, package = open_store(), stamp()
    if store is None or package is None:
        return None
    own = [setting.model(name) for name in setting.own]
    depends = {
        "package": package,
        "models": setting.models,
        "texts": [(model.name, model.texts) for model in own],
        "variants": setting.variants,
        "macros": setting.macro_text(),
        "options": asdict(replace(options, timeout=None, rlimit=None)),
        "advise": advise,
    }
    return Kept(store, digest(json.dumps(depends)), frozenset((*BUNDLED, *setting.models)))
