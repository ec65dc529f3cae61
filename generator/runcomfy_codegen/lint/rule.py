"""What a rule of the lint is: texts that explain it, and a check of models."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ..ir.diagnostic import Diagnostic, Severity
from ..ir.model import Model


@dataclass(frozen=True, slots=True)
class LintFinding:
    """One thing that a rule noticed, at a JSON pointer of a model's document."""

    model_id: str
    pointer: str
    message: str


Check: TypeAlias = Callable[[Sequence[Model]], Iterator[LintFinding]]


@dataclass(frozen=True, slots=True, kw_only=True)
class LintMetadata:
    """What a rule notices, why that matters, an example, and what to do about it.

    ``wrong`` and ``right`` are JSON texts of the properties of an input.
    """

    code: str
    severity: Severity
    notices: str
    why: str
    wrong: str
    right: str
    instead: str


@dataclass(frozen=True, slots=True)
class LintRule:
    """One rule: its texts, and its check."""

    about: LintMetadata
    check: Check

    def diagnostics(self, models: Sequence[Model]) -> Iterator[Diagnostic]:
        """What the rule notices, without the file and the place, which it does not know."""
        for note in self.check(models):
            yield Diagnostic(
                code=self.about.code,
                message=note.message,
                severity=self.about.severity,
                model=note.model_id,
                pointer=note.pointer,
                hint=self.about.instead,
            )
