"""The state of reading one document: the path to the current schema, and what was noticed."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ..ir.diagnostic import Diagnostic, Severity
from ..ir.document import Document
from ..ir.json_text import JsonValue, pointer_token
from ..ir.model import Unknown, Value
from ..ir.schema_positions import ANNOTATIONS, has_reference


@dataclass(frozen=True, slots=True)
class SchemaPath:
    """The path to a schema: its pointer in the document, in the payload, and in steps.

    In ``payload`` the step ``*`` is every item of an array or value of a map (a member
    called ``*`` is written ``~2``); ``steps`` are the ``path`` of a nested object.
    """

    schema: str
    payload: str = ""
    steps: tuple[str, ...] = ()

    @property
    def depth(self) -> int:
        """The number of schemas around this one."""
        return len(self.steps)

    def keyword(self, name: str) -> str:
        """The pointer of a keyword of the schema."""
        return f"{self.schema}/{pointer_token(name)}"

    def member(self, wire_name: str) -> SchemaPath:
        """The path of a property."""
        token = pointer_token(wire_name)
        return SchemaPath(
            f"{self.schema}/properties/{token}",
            f"{self.payload}/{token.replace('*', '~2')}",
            (*self.steps, wire_name),
        )

    def items(self) -> SchemaPath:
        """The path of the items of an array."""
        return SchemaPath(
            f"{self.schema}/items", f"{self.payload}/*", (*self.steps, "item")
        )

    def values(self) -> SchemaPath:
        """The path of the undeclared members of an object."""
        return SchemaPath(
            f"{self.schema}/additionalProperties",
            f"{self.payload}/*",
            (*self.steps, "value"),
        )

    def option(self, keyword: str, index: int) -> SchemaPath:
        """The path of one of several schemas for the same value."""
        return SchemaPath(
            f"{self.schema}/{keyword}/{index}",
            self.payload,
            (*self.steps, f"option{index}"),
        )


# What was noticed in one document.


def _has_place(pointers: Sequence[str], pointer: str) -> bool:
    """Whether a pointer, or one that leads into it, is in a sorted sequence."""
    return any(
        index < len(pointers) and f"{pointers[index]}/".startswith(f"{pointer}/")
        for index in (
            bisect_left(pointers, pointer),
            bisect_left(pointers, f"{pointer}/"),
        )
    )


@dataclass(slots=True)
class Collector:
    """Collects the diagnostics and the unsupported keywords of one document."""

    document: Document
    diagnostics: list[Diagnostic] = field(default_factory=list[Diagnostic])
    unknown: list[Unknown] = field(default_factory=list[Unknown])

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

    def report_silent(self, others: Iterable[Diagnostic]) -> None:
        """Report the unsupported keywords of the input that no diagnostic is about."""
        reported = sorted(
            {diagnostic.pointer for diagnostic in (*others, *self.diagnostics)}
        )
        for keyword in self.unknown:
            pointer = keyword.pointer
            closes_input = pointer == "/input_schema/additionalProperties"
            if keyword.is_note or closes_input or not pointer.startswith("/input"):
                continue
            if not _has_place(reported, pointer):
                self.report(
                    "unchecked-keyword",
                    f"{keyword.keyword!r} is not checked",
                    pointer,
                    "values are accepted that it refuses",
                )

    def is_annotation(self, keyword: str) -> bool:
        """Whether a keyword says nothing about values. With a reference, ``$id`` does."""
        return keyword in ANNOTATIONS and (keyword != "$id" or not self._has_reference)

    @property
    def _has_reference(self) -> bool:
        both = (self.document.input_schema, self.document.output_schema)
        return any(has_reference(text.value()) for text in both if text is not None)

    def keep(self, keyword: str, pointer: str, value: JsonValue) -> None:
        """Keep an unsupported keyword."""
        self.unknown.append(Unknown(keyword, pointer, Value.of(value)))
