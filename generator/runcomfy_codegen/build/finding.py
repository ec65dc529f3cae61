"""What a builder notices on its way, before it knows the file and the place."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..ir.diagnostic import Diagnostic, Severity
from ..ir.document import Document
from ..ir.json_text import JsonValue
from ..ir.model import Unknown, Value


@dataclass(slots=True)
class Findings:
    """Collects the diagnostics of one document, and the keywords nobody understood.

    ``classes`` has the pointer of every object that is a class, by the class's name.
    """

    document: Document
    diagnostics: list[Diagnostic] = field(default_factory=list[Diagnostic])
    unknown: list[Unknown] = field(default_factory=list[Unknown])
    classes: dict[str, str] = field(default_factory=dict[str, str])

    def report(
        self,
        code: str,
        message: str,
        pointer: str,
        hint: str,
        severity: Severity = Severity.WARNING,
    ) -> None:
        """Note a diagnostic about the value at ``pointer`` of the document."""
        self.diagnostics.append(
            Diagnostic(
                code=code,
                message=message,
                severity=severity,
                model=self.document.model_id,
                pointer=pointer,
                place=self.document.place(pointer),
                hint=hint,
            )
        )

    def keep(self, keyword: str, pointer: str, value: JsonValue) -> None:
        """Keep a keyword that is not understood."""
        self.unknown.append(Unknown(keyword, pointer, Value.of(value)))
