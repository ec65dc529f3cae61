"""What is wrong with a published document, and where."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """How bad a diagnostic is; an error makes the command exit with 1."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A position in a text file; line and column count from 1, columns in characters."""

    line: int = 1
    column: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """A problem at one position of one document.

    ``code`` is a stable word, ``pointer`` a JSON pointer (RFC 6901) into the document,
    ``place`` a position in ``file``, ``hint`` what the user can do about it.
    """

    code: str
    message: str
    severity: Severity = Severity.ERROR
    model: str = ""
    file: str = ""
    pointer: str = ""
    place: Position = Position()
    hint: str = ""

    def about(self, *, model: str = "", file: str = "") -> Diagnostic:
        """The same diagnostic with this model and file, unless it already has its own."""
        return replace(self, model=self.model or model, file=self.file or file)

    def printed(self) -> dict[str, Any]:
        """The shape of ``--format json``."""
        fields = asdict(self)
        place = fields.pop("place")
        return {**fields, "severity": self.severity.value, **place}


EXHAUSTED = (MemoryError, RecursionError)
"""What Python raises for a document that is too large or nested too deep for this process."""


def too_large(error: BaseException, *, model: str = "", file: str = "") -> Diagnostic:
    """The diagnostic about such a document: the others are still read."""
    deep = isinstance(error, RecursionError)
    return Diagnostic(
        code="too-large",
        message=f"the document {'is nested too deep' if deep else 'needs more memory than there is'}",
        model=model,
        file=file,
        hint="no published document comes near; take it out, or publish less of it",
    )
