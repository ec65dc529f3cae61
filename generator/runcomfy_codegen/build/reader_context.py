"""The state of reading one document: the path to the current schema, and what was noticed."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..ir.diagnostic import Diagnostic, Severity
from ..ir.document import Document
from ..ir.json_text import JsonValue, pointer_token
from ..ir.model import Unknown, Value


@dataclass(frozen=True, slots=True)
class SchemaPath:
    """The path to a schema: its pointer in the document, in the payload, and in words.

    In ``payload`` the step ``*`` is every item of an array or value of a map (a member
    called ``*`` is written ``~2``); ``words`` name the class of a nested object.
    """

    schema: str
    payload: str = ""
    words: tuple[str, ...] = ()

    @property
    def depth(self) -> int:
        """The number of schemas around this one."""
        return len(self.words)

    def keyword(self, name: str) -> str:
        """The pointer of a keyword of the schema."""
        return f"{self.schema}/{pointer_token(name)}"

    def member(self, wire_name: str, name: str) -> SchemaPath:
        """The path of a property, with the name of its field."""
        token = pointer_token(wire_name)
        return SchemaPath(
            f"{self.schema}/properties/{token}",
            f"{self.payload}/{token.replace('*', '~2')}",
            (*self.words, name),
        )

    def items(self) -> SchemaPath:
        """The path of the items of an array."""
        return SchemaPath(
            f"{self.schema}/items", f"{self.payload}/*", (*self.words, "item")
        )

    def values(self) -> SchemaPath:
        """The path of the undeclared members of an object."""
        return SchemaPath(
            f"{self.schema}/additionalProperties",
            f"{self.payload}/*",
            (*self.words, "value"),
        )

    def option(self, keyword: str, index: int) -> SchemaPath:
        """The path of one of several schemas for the same value."""
        return SchemaPath(
            f"{self.schema}/{keyword}/{index}",
            self.payload,
            (*self.words, f"option{index}"),
        )


# What was noticed in one document.


@dataclass(slots=True)
class Collector:
    """Collects the diagnostics and the unsupported keywords of one document.

    ``classes`` has the pointer of every object that becomes a class, by the name of the class.
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
        """Add a diagnostic about the value at ``pointer`` of the document."""
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
        """Keep an unsupported keyword."""
        self.unknown.append(Unknown(keyword, pointer, Value.of(value)))
