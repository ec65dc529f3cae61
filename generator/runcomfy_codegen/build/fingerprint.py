"""Two identities of a document: what it says word for word, and what it means."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from ..ir.document import Document
from ..ir.json_text import JsonText, JsonValue, is_array, is_object, items, members
from ..ir.model import Field, Type, Unknown, Value
from .rebuild import rebuilt

_TEXTS = frozenset({"title", "description", "validation_error", "default", "examples"})
_MAPS_OF_SCHEMAS = ("properties", "patternProperties", "$defs", "definitions")


def schema_sha256(document: Document) -> str:
    """The hash of a document's schemas over canonical JSON.

    Members are sorted, except those of ``properties``: their order is the order of fields.
    White space and other orders change nothing; any changed value does.
    """
    schemas = {
        "input": _canonical(document.input_schema.value()),
        "output": _value(document.output_schema),
    }
    text = Value.of(schemas).text
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def structure(kind: Type) -> Type:
    """A type without texts, samples and spelling: what the locales of a model share."""
    return rebuilt(kind, _bare)


def _bare(field: Field) -> Field:
    return replace(
        field,
        title="",
        description="",
        sample=None,
        rules=tuple(replace(rule, message="", translations=()) for rule in field.rules),
        unknown=wordless(field.unknown),
    )


def wordless(unknown: tuple[Unknown, ...]) -> tuple[Unknown, ...]:
    """Keywords that are not understood, without the texts that differ by locale."""
    return tuple(
        replace(each, value=Value.of(_wordless(each.value.load()))) for each in unknown
    )


def _wordless(value: JsonValue) -> JsonValue:
    if is_array(value):
        return [_wordless(item) for item in value]
    if not is_object(value):
        return value
    return {
        name: _wordless(value[name]) for name in sorted(value) if name not in _TEXTS
    }


def _value(text: JsonText | None) -> JsonValue:
    return None if text is None else _canonical(text.value())


def _canonical(schema: JsonValue) -> JsonValue:
    """A schema with sorted keywords, and its properties in the order they have."""
    if isinstance(schema, list):
        return [_canonical(item) for item in items(schema)]
    if not isinstance(schema, dict):
        return schema
    told = members(schema)
    return {
        keyword: (
            {name: _canonical(value) for name, value in members(told[keyword]).items()}
            if keyword in _MAPS_OF_SCHEMAS and isinstance(told[keyword], dict)
            else _canonical(told[keyword])
        )
        for keyword in sorted(told)
    }
