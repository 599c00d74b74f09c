"""GitHub's workflow commands: what is wrong is shown at its line of the test, in the checks of a pull request.

A verdict that is not as expected and a test that cannot be read are errors; what is undecided, cut or flagged is
a warning.  The format is that of "Workflow commands for GitHub Actions" (docs.github.com): in values `%`, carriage
return and line feed are escaped, in properties also `:` and `,`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from litmus.report.failure import failure
from litmus.report.form import PLAIN, Report, Style
from litmus.report.text import notes
from litmus.verdict import Answer, Problem


class Github(Report):
    """The report `-o github`: one command for each thing to look at, then one line that counts."""

    advises = True

    def __init__(self, style: Style = PLAIN) -> None:
        super().__init__(style)
        self._count: Counter[str] = Counter()
        self._reported: set[Problem] = set()

    def add(self, answer: Answer) -> str:
        """The commands of one answer; a mistake in a model only once."""
        commands = list(self._commands(answer))
        self._count["verdicts"] += answer.verdict is not None
        return "".join(f"{command}\n" for command in commands)

    def finish(self) -> str:
        """How many verdicts there are, and how many errors and warnings were shown."""
        count = self._count
        return f"litmus: {count['verdicts']} verdicts, {count['error']} errors, {count['warning']} warnings\n"

    def _commands(self, answer: Answer) -> Iterator[str]:
        verdict, problem = answer.verdict, answer.problem
        if problem and problem not in self._reported:
            self._reported.add(problem)
            yield self._command("error", answer, "litmus", problem.report)
        if verdict is None or answer.condition is None:
            return
        title = f"{verdict.test} under {verdict.model}"
        if verdict.as_expected is False:
            yield self._command("error", answer, title, failure(verdict, answer.condition))
        elif noted := "\n".join(notes(verdict)):
            yield self._command("warning", answer, title, noted)

    def _command(self, level: str, answer: Answer, title: str, message: str) -> str:
        """`::error file=a.litmus,line=3,title=SB under sc::message`."""
        self._count[level] += 1
        place = answer.problem.place if answer.problem else None
        path, line, column = place or (answer.path, answer.line, None)
        properties = {"file": path, "line": line, "col": column, "title": title}
        shown = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items() if value is not None)
        return f"::{level} {shown}::{_value(message)}"


def _value(text: str) -> str:
    """The text of a command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """The value of a property of a command."""
    return _value(text).replace(":", "%3A").replace(",", "%2C")
