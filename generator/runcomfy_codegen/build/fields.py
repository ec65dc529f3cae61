"""The properties of a published object as fields, in their published order."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass

from ..ir.diagnostic import Severity
from ..ir.json_text import JsonValue, is_object, items, members
from ..ir.model import Field, Value
from .combined import stated
from .finding import Findings
from .kinds import KindReader
from .media import media_of
from .rules import rules_of
from .trail import Trail

# What an input or output as a whole may say. `additionalProperties` is kept, and not asked:
# nobody but the server knows what it does with fields that it does not publish.
_UNDERSTOOD = frozenset(
    {"type", "title", "description", "properties", "required", "additionalProperties"}
    | {"$schema", "$id", "$comment", "default", "examples"}
)
_PROMPT_WORDS = {"prompt", "text", "lyrics", "caption", "tags"}


@dataclass(frozen=True, slots=True)
class FieldsReader:
    """Reads fields of one document; ``name_of`` turns a wire name into a field's name."""

    findings: Findings
    name_of: Callable[[str], str]

    def read(self, schema: dict[str, JsonValue], trail: Trail) -> tuple[Field, ...]:
        """The fields of the object schema at the end of the trail."""
        properties = members(schema.get("properties"))
        required = [
            name for name in items(schema.get("required")) if isinstance(name, str)
        ]
        self._report_absent(required, properties, trail)
        fields = tuple(
            self._field(
                wire_name,
                published,
                trail.member(wire_name, self.name_of(wire_name)),
                required=wire_name in required,
            )
            for wire_name, published in properties.items()
        )
        self._report_collisions(fields, trail)
        return fields

    def keep_unstated(self, schema: dict[str, JsonValue], trail: Trail) -> None:
        """Keep the keywords of an input or output as a whole that are not understood."""
        told = set(schema.keys() - _UNDERSTOOD)
        if schema.get("additionalProperties", True) is not True:
            told.add("additionalProperties")
        for keyword in sorted(told):
            self.findings.keep(keyword, trail.keyword(keyword), schema[keyword])

    def _field(
        self,
        wire_name: str,
        published: JsonValue,
        trail: Trail,
        *,
        required: bool,
    ) -> Field:
        schema = members(published)
        told = stated(schema)
        kinds = KindReader(self.findings, self.read)
        kept = len(self.findings.unknown)
        if not is_object(published) and published is not True:
            # `false`, or no schema at all.
            self.findings.keep("schema", trail.schema, published)
        kind = kinds.read(published, trail)
        rules = rules_of(schema, trail, kind, self.findings)
        media = media_of(wire_name, told, kind, tuple(rule for rule, _ in rules))
        default = told.get("default")
        value = Value.of(default) if default is not None else None
        # Law 2: what a required, media or prompt field shows as default is a sample.
        is_sample = required or media is not None or _is_prompt(wire_name, told)
        return Field(
            wire_name=wire_name,
            name=self.name_of(wire_name),
            type=kind,
            required=required,
            title=_text(told.get("title")),
            description=_text(told.get("description")),
            default=None if is_sample else value,
            sample=value if is_sample else None,
            media=media,
            rules=tuple(rule for rule, _ in rules),
            rule_places=tuple(place for _, place in rules),
            unknown=tuple(self.findings.unknown[kept:]),
        )

    def _report_absent(
        self, required: list[str], properties: dict[str, JsonValue], trail: Trail
    ) -> None:
        for name in required:
            if name not in properties:
                near = difflib.get_close_matches(name, properties, n=1, cutoff=0.5)
                meant = f"perhaps {near[0]!r} is meant; " if near else ""
                self.findings.report(
                    "required-without-property",
                    f"{name!r} is required, but no property has this name",
                    trail.keyword("required"),
                    f"{meant}nothing asks for it",
                )

    def _report_collisions(self, fields: tuple[Field, ...], trail: Trail) -> None:
        seen: dict[str, str] = {}
        for field in fields:
            other = seen.setdefault(field.name, field.wire_name)
            if other != field.wire_name:
                self.findings.report(
                    "name-collision",
                    f"{other!r} and {field.wire_name!r} would both be called {field.name!r}",
                    trail.member(field.wire_name, field.name).schema,
                    "choose a name in the configuration:"
                    f' [tool.runcomfy-codegen.names."{self.findings.document.model_id}".fields]',
                    Severity.ERROR,
                )


def _is_prompt(wire_name: str, schema: dict[str, JsonValue]) -> bool:
    words = set(re.findall(r"[a-z]+", wire_name.lower()))
    return (
        schema.get("type") == "string"
        and "enum" not in schema
        and bool(words & _PROMPT_WORDS)
    )


def _text(value: JsonValue) -> str:
    return value if isinstance(value, str) else ""
