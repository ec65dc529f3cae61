"""The properties of inputs and outputs as fields."""

from __future__ import annotations

import re
from dataclasses import dataclass

from runcomfy_runtime.did_you_mean import did_you_mean

from ..ir.diagnostic import Severity
from ..ir.json_text import (
    JsonValue,
    is_object,
    is_sendable_text,
    items,
    members,
)
from ..ir.model import Field, Value
from ..ir.one_way import NOT_RECEIVED, NOT_SENT, left_out
from .combined import with_sole_alternative
from .media_fields import media_kind_of, media_rules_of
from .reader_context import Collector, SchemaPath, depends_on_document
from .types import TypeReader

# Keywords that an input or output as a whole may have. `additionalProperties` is kept but
# not used: only the server knows what it does with fields that it does not publish.
_UNDERSTOOD = frozenset(
    {"type", "properties", "required", "additionalProperties", "default"}
)
_NO_FIELD = {
    NOT_SENT: "callers do not send it",
    NOT_RECEIVED: "the server does not send it back",
}
_PROMPT_WORDS = {"prompt", "text", "lyrics", "caption", "tags"}


@dataclass(frozen=True, slots=True)
class FieldsReader:
    """Reads the fields of one document."""

    collector: Collector

    def read(self, schema: dict[str, JsonValue], path: SchemaPath) -> tuple[Field, ...]:
        """The fields of an object schema at this path."""
        properties = members(schema.get("properties"))
        required = [
            name for name in items(schema.get("required")) if isinstance(name, str)
        ]
        is_nested = path.payload != ""
        is_open = is_nested and schema.get("additionalProperties", True) is not False
        self._report_absent(required, properties, path, is_open)
        properties = self._sendable(properties, path)
        return tuple(
            self._field(
                wire_name,
                published,
                path.member(wire_name),
                required=wire_name in required,
            )
            for wire_name, published in properties.items()
        )

    def _sendable(
        self, properties: dict[str, JsonValue], path: SchemaPath
    ) -> dict[str, JsonValue]:
        """The properties whose names can be sent. The others are kept as unsupported."""
        for name in properties:
            if not is_sendable_text(name):
                pointer = path.member(name).schema
                self.collector.keep("properties", pointer, properties[name])
                self.collector.report(
                    "unsendable-name",
                    f"{name!r} has half a surrogate pair, which no request can hold",
                    pointer,
                    "the field is left out",
                )
        return {
            name: schema
            for name, schema in properties.items()
            if is_sendable_text(name)
        }

    def left_out(
        self, schema: JsonValue, mark: str, path: SchemaPath
    ) -> tuple[tuple[str, Value], ...]:
        """The members of an input or output that go the other way alone; each is reported."""
        found = left_out(schema, mark)
        both = left_out(schema, NOT_SENT).keys() & left_out(schema, NOT_RECEIVED).keys()
        for name in found:
            contradicts = name in both
            self.collector.report(
                "left-out-everywhere" if contradicts else "left-out-field",
                f"{name!r} is marked {mark!r}: {_NO_FIELD[mark]}",
                path.member(name).schema,
                (
                    "it is marked as the opposite too; only one of the two can be meant"
                    if contradicts
                    else "the generated class does not have it"
                ),
                Severity.WARNING if contradicts else Severity.INFO,
            )
        return tuple((name, Value.of(inner)) for name, inner in found.items())

    def keep_unsupported(self, schema: dict[str, JsonValue], path: SchemaPath) -> None:
        """Keep the unsupported keywords of an input or output as a whole."""
        unsupported = {
            keyword
            for keyword in schema.keys() - _UNDERSTOOD
            if not self.collector.is_annotation(keyword)
        }
        if schema.get("additionalProperties", True) is not True:
            unsupported.add("additionalProperties")
        for keyword in sorted(unsupported):
            self.collector.keep(keyword, path.keyword(keyword), schema[keyword])

    def _field(
        self,
        wire_name: str,
        published: JsonValue,
        path: SchemaPath,
        *,
        required: bool,
    ) -> Field:
        """The field; one that was read before is the same, if nothing was noticed in it."""
        known = self.collector.before.fields
        key = path, required, repr(published)
        if key in known:
            return known[key]
        noticed = self.collector.noticed
        read = self._read_field(wire_name, published, path, required=required)
        if self.collector.noticed == noticed and not depends_on_document(key[2]):
            known[key] = read
        return read

    def _read_field(
        self,
        wire_name: str,
        published: JsonValue,
        path: SchemaPath,
        *,
        required: bool,
    ) -> Field:
        schema = members(published)
        completed = with_sole_alternative(schema)
        types = TypeReader(self.collector, self.read)
        known_before = len(self.collector.unknown)
        if not is_object(published) and published is not True:
            # `false`, or no schema at all.
            self.collector.keep("schema", path.schema, published)
        kind = types.read(published, path)
        rules = media_rules_of(schema, path, kind, self.collector)
        media = media_kind_of(
            wire_name, completed, kind, tuple(rule for rule, _ in rules)
        )
        default = completed.get("default")
        value = Value.of(default) if default is not None else None
        # Law 2 of the design: the default of a required, media or prompt field is a sample.
        is_sample = required or media is not None or _is_prompt(wire_name, completed)
        return Field(
            wire_name=wire_name,
            type=kind,
            required=required,
            title=_text(completed.get("title")),
            description=_text(completed.get("description")),
            default=None if is_sample else value,
            sample=value if is_sample else None,
            media=media,
            rules=tuple(rule for rule, _ in rules),
            rule_pointers=tuple(place for _, place in rules),
            unknown=tuple(self.collector.unknown[known_before:]),
        )

    def _report_absent(
        self,
        required: list[str],
        properties: dict[str, JsonValue],
        path: SchemaPath,
        is_open: bool,
    ) -> None:
        needed = "an object needs it, of any type" if is_open else "no input needs it"
        for name in required:
            if name not in properties:
                hint = did_you_mean(name, properties, cutoff=0.5)
                self.collector.report(
                    "required-without-property",
                    f"{name!r} is required, but no property has this name",
                    path.keyword("required"),
                    f"{needed}{hint}",
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
