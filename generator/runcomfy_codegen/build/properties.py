"""The properties of inputs and outputs as fields."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from runcomfy_runtime.did_you_mean import did_you_mean

from ..ir.json_text import (
    JsonValue,
    is_object,
    is_sendable_text,
    items,
    members,
)
from ..ir.model import (
    Anything,
    Array,
    Boolean,
    Field,
    Nullable,
    Numeric,
    Object,
    Text,
    Type,
    Union,
    Value,
)
from .combined import with_sole_alternative
from .media_fields import media_kind_of, media_rules_of
from .reader_context import Collector, SchemaPath
from .types import TypeReader, undeclared_required

# Keywords that an input or output as a whole may have. `additionalProperties` is kept but
# not used: only the server knows what it does with fields that it does not publish.
_UNDERSTOOD = frozenset(
    {"type", "title", "description", "properties", "required", "additionalProperties"}
    | {"$schema", "$id", "$comment", "default", "examples"}
)
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

    def keep_unsupported(self, schema: dict[str, JsonValue], path: SchemaPath) -> None:
        """Keep the unsupported keywords of an input or output as a whole."""
        unsupported = set(schema.keys() - _UNDERSTOOD)
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


# The output of a model: read more tolerantly than it is published.
#
# The published output schema is the same for all models and incomplete: audio models return
# ``audio``, which it does not have, and a single URL may come as a list or the reverse. So
# every output field is optional, takes one URL or several, and unknown members are kept.


GENERIC_OUTPUT: Mapping[str, JsonValue] = MappingProxyType(
    {
        "type": "object",
        "properties": {
            "image": {
                "type": "string",
                "format": "uri",
                "description": "URL of one image",
            },
            "video": {
                "type": "string",
                "format": "uri",
                "description": "URL of one video",
            },
            "images": {
                "type": "array",
                "description": "URLs of several images",
                "items": {"type": "string", "format": "uri"},
            },
            "videos": {
                "type": "array",
                "description": "URLs of several videos",
                "items": {"type": "string", "format": "uri"},
            },
        },
    }
)
"""The output that every page publishes; catalog entries have none and get this one."""


def unwrap_output(published: JsonValue) -> tuple[dict[str, JsonValue], str]:
    """The schema of the output itself, and its pointer inside the published one.

    Pages publish ``{"output": {…}}``, where ``output`` is the member of the result.
    """
    schema = members(published)
    if "properties" not in schema and isinstance(schema.get("output"), dict):
        return members(schema["output"]), "/output"
    return schema, ""


def read_output(published: JsonValue, reader: FieldsReader) -> Object:
    """The output as published, or the generic one if none is published."""
    schema, inside = unwrap_output(
        published if members(published) else dict(GENERIC_OUTPUT)
    )
    path = SchemaPath(f"/output_schema{inside}", steps=("output",))
    reader.keep_unsupported(schema, path)
    fields = reader.read(schema, path)
    return Object(
        fields=fields,
        undeclared_required=undeclared_required(schema),
        path=path.steps,
        pointer=path.schema,
    )


def without_defaults(output: Object) -> Object:
    """The output without defaults: a default means nothing in what the server sends."""
    fields = (replace(field, default=None, sample=None) for field in output.fields)
    return replace(output, fields=tuple(fields))


def opened_output(output: Object) -> Object:
    """The output with optional fields that take one value or several, and with new members."""
    fields = tuple(map(_open_field, output.fields))
    return replace(output, extra=Anything(), fields=fields, undeclared_required=())


def _open_field(field: Field) -> Field:
    return replace(
        field, required=False, type=_open(field.type), default=None, sample=None
    )


def _open(kind: Type) -> Type:
    match kind:
        case Nullable(inner=inner):
            return _open(inner)
        case Text():
            return Union((Text(), Array(items=Text())))
        case Array(items=Nullable(inner=inner)):
            # A missing field is None; an item is None only if null is published.
            return _list_of(inner, nullable=True)
        case Array(items=inner):
            return _list_of(inner)
        case Object():
            return opened_output(kind)
        case Numeric() | Boolean():
            return kind
        case _:
            # Outputs get new choices, and an old client should still read them.
            return Anything()


def _list_of(inner: Type, *, nullable: bool = False) -> Type:
    """A list; the server may send one URL instead of a list of URLs."""
    item = Text() if isinstance(inner, Text) else _open(inner)
    not_nullable = not nullable or isinstance(item, Anything)
    array = Array(items=item if not_nullable else Nullable(item))
    return Union((array, Text())) if isinstance(inner, Text) else array
