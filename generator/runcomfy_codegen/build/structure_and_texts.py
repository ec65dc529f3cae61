"""What the locales of a model share, its structure, and what differs between them, its texts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TypeAlias, cast

from runcomfy_runtime.rule import Rule

from ..ir.document import Document
from ..ir.json_text import (
    JsonText,
    JsonValue,
    is_array,
    is_object,
    items,
    members,
    pointer_token,
)
from ..ir.model import Field, Model, Object, Type, Unknown, Value, map_fields
from .properties import unwrap_output

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


def structure_of(kind: Type) -> Type:
    """A type without texts, samples and spelling: what the locales of a model share."""
    return map_fields(kind, _bare)


def _bare(field: Field) -> Field:
    return replace(
        field,
        title="",
        description="",
        sample=None,
        rules=tuple(replace(rule, message="", translations=()) for rule in field.rules),
        unknown=without_texts(field.unknown),
    )


def without_texts(unknown: tuple[Unknown, ...]) -> tuple[Unknown, ...]:
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


# What a document says to people: its texts, by the schema that they stand in.


DocumentTexts: TypeAlias = Mapping[str, Mapping[str, Value]]
"""By the pointer of a schema, and what it is that the schema says."""

PROPERTY_ORDER = "order of properties"

_WORDS = ("title", "description", "examples", "example", "$comment")
_LISTS = ("anyOf", "oneOf", "allOf")


def texts_of(document: Document) -> DocumentTexts:
    """Every text below the schemas of a document. Raises ``NotJson``.

    Pointers are those of findings: an output that is wrapped once more is told without.
    """
    published = document.output_schema
    output, _ = unwrap_output(published.value() if published else None)
    found = {"": _titles(document)}
    found.update(_below(members(document.input_schema.value()), "/input_schema"))
    found.update(_below(output, "/output_schema"))
    return found


def _titles(document: Document) -> dict[str, Value]:
    told = {"title": document.title, "description": document.description}
    return {keyword: Value.of(text) for keyword, text in told.items() if text}


def _below(
    schema: dict[str, JsonValue], pointer: str
) -> Iterator[tuple[str, dict[str, Value]]]:
    """The texts of a schema, then those of the schemas inside."""
    own = {word: Value.of(schema[word]) for word in _WORDS if word in schema}
    messages = _messages(schema)
    if messages:
        own["message"] = Value.of(messages)
    properties = members(schema.get("properties"))
    if properties:
        own[PROPERTY_ORDER] = Value.of(list(properties))
    yield pointer, own
    for name, inner in properties.items():
        yield from _below(members(inner), f"{pointer}/properties/{pointer_token(name)}")
    for keyword in ("items", "additionalProperties"):
        if is_object(schema.get(keyword)):
            yield from _below(members(schema[keyword]), f"{pointer}/{keyword}")
    for keyword in _LISTS:
        for index, option in enumerate(items(schema.get(keyword))):
            yield from _below(members(option), f"{pointer}/{keyword}/{index}")


def _messages(schema: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """The messages of the media rules, by what the rules state."""
    rules = map(members, items(schema.get("validations")))
    return {
        f"{rule.get('validation_rule')} {rule.get('validation_value')}": rule.get(
            "validation_error"
        )
        for rule in rules
    }


# The messages of media rules in every language that a model was published in.


def with_translations(model: Model, told: Mapping[str, Model]) -> Model:
    """The model; a rule whose message differs between its locales has all of them.

    ``told`` is the model in each locale, all of one structure: their rules pair off in order.
    """
    columns = [other.rules for other in told.values()]
    known: dict[Rule, Rule] = {}
    for rule, *same in zip(model.rules, *columns, strict=True):
        messages = {
            locale: each.message for locale, each in zip(told, same, strict=True)
        }
        if len({rule.message, *messages.values()}) > 1:
            known[rule] = replace(rule, translations=tuple(messages.items()))

    def change(field: Field) -> Field:
        return replace(
            field, rules=tuple(known.get(each, each) for each in field.rules)
        )

    if not known:
        return model
    return replace(model, input=cast(Object, map_fields(model.input, change)))
