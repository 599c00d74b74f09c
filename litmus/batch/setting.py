"""A setting: which models are asked, with the files that go with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from litmus.batch.models import ALL, macro_file, model, named_models, parse_source
from litmus.cat import BUNDLED
from litmus.program import Program
from litmus.source import Source

if TYPE_CHECKING:
    from litmus.cat import Model

DEFAULT_UNROLL = 2


@dataclass(frozen=True, slots=True)
class Setting:
    """Which models are asked, and how they and the tests are read.

    Without `models`, each test is asked under those of its language.  `include`: folders of included files.
    `bell` and `variants` go with the models; `macros` says what the primitives of C tests mean.  `unroll`: how often
    a loop is unrolled.
    """

    models: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()
    bell: str | None = None
    macros: str | None = None
    unroll: int = DEFAULT_UNROLL

    @property
    def own(self) -> tuple[str, ...]:
        """The models that are files of the user."""
        return tuple(name for name in self.models if name not in (ALL, *BUNDLED))

    def model(self, name: str) -> Model:
        """A model of this setting; raises InputError or UsageError."""
        return model(name, self.include, self.variants, self.bell)

    def program(self, source: Source) -> Program:
        """The program of the text of a test; raises InputError or UsageError."""
        return parse_source(source, self.macros)

    def names(self, program: Program) -> tuple[str, ...]:
        """The models that a test is asked under, each once; raises InputError or UsageError."""
        return named_models(self.models, program)

    def macro_text(self) -> str:
        """The text of the macros, if there are any; raises InputError or UsageError."""
        return "" if self.macros is None else macro_file(self.macros).text
