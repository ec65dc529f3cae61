"""What is wrong with an input: problems, and the report that holds them all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

ProblemVerdict = Literal["fail", "unknown"]
ProblemOrigin = Literal["schema", "rule", "limit"]
"""What refuses a value: the published schema, a published media rule, or a stated limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong (``fail``), or that is not certain (``unknown``).

    ``pointer`` is a JSON pointer into the payload, in wire names. ``code`` is the JSON Schema
    keyword that is violated (``maxLength``, ``required``, …), ``invalid`` if there is no
    keyword for it, the metric of a media rule, or ``media`` for a file that could not be measured.
    ``message`` is for people; of a media rule it is the published text. ``rule`` is the media
    rule in ASCII (``width_pixels <= 4096``), empty for other problems. ``limit`` is the value
    of the keyword (for ``type``, the JSON types) or the limit of the rule; ``actual`` is the
    actual value. Both are None if they are not known. For rules they are exact decimals; for
    ``media``, ``actual`` is the ``MediaFault``. ``evidence`` says where in the file the
    facts were found.

    ``origin`` is ``limit`` for a stated limit: ``quote`` are the words of the description
    that state it, ``published`` is the day of these words, ``rule`` the limit's rule, and
    ``code`` its measure, or ``require``. A limit of ``level`` ``warn`` never refuses: its
    verdict is ``unknown``.
    """

    pointer: str
    code: str
    message: str
    limit: object = None
    actual: object = None
    verdict: ProblemVerdict = "fail"
    rule: str = ""
    evidence: tuple[str, ...] = ()
    origin: ProblemOrigin = field(default="schema", compare=False)
    quote: str = ""
    level: Literal["error", "warn"] = "error"
    published: str = ""

    def __str__(self) -> str:
        return f"{self.pointer or '(the whole input)'}: {self.message}"


@dataclass(frozen=True, slots=True, repr=False)
class Report:
    """Every problem of one input. It is true if no problem is certain."""

    problems: tuple[Problem, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing failed. What could not be checked does not count as failed."""
        return not self.failed

    @property
    def failed(self) -> tuple[Problem, ...]:
        """The problems that are certain."""
        return tuple(problem for problem in self.problems if problem.verdict == "fail")

    @property
    def unknown(self) -> tuple[Problem, ...]:
        """What could not be checked."""
        return tuple(
            problem for problem in self.problems if problem.verdict == "unknown"
        )

    def __bool__(self) -> bool:
        return self.ok

    def __iter__(self) -> Iterator[Problem]:
        return iter(self.problems)

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems)) or "no problems"

    def __repr__(self) -> str:
        """Short: how many problems, and where the first ones are."""
        from .escaping import printable

        if not self.problems:
            return "<Report: no problems>"
        places = [f"{p.pointer or '(input)'} {p.code}" for p in self.problems[:3]]
        more = len(self.problems) - len(places)
        shown = ", ".join([*places, f"and {more} more"] if more else places)
        count = f"{len(self.failed)} wrong, {len(self.unknown)} unknown"
        return f"<Report: {count}: {printable(shown)}>"

    def _repr_html_(self) -> str:
        from .notebook import PROBLEM_COLUMNS, facts_html, problem_rows, table_html

        if not self.problems:
            return facts_html({"report": "no problems"})
        return table_html(PROBLEM_COLUMNS, problem_rows(self.problems))

    def __rich__(self) -> object:
        from .notebook import PROBLEM_COLUMNS, problem_rows, rich_table

        if not self.problems:
            return "no problems"
        return rich_table(PROBLEM_COLUMNS, problem_rows(self.problems))
