"""The structure of a model, which its locales share, and the texts, which they do not."""

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
    is_object,
    items,
    members,
)
from ..ir.model import Field, Model, Object, Type, Unknown, Value, map_fields
from ..ir.schema_positions import TEXTS, inner_schemas, unknown_without
from .outputs import unwrap_output

_DIFFER_BY_LOCALE = TEXTS | {"default"}
"""Keywords that each locale may write its own way."""
_MAPS_OF_SCHEMAS = ("properties", "patternProperties", "$defs", "definitions")
"""Where the hash keeps the order of members. Another list would change published hashes."""


def schema_sha256(document: Document) -> str:
    """The hash of the schemas of a document as canonical JSON.

    Members are sorted, except those of ``properties``: their order is the order of fields.
    White space and the order of other members do not matter; any changed value does.
    """
    schemas = {
        "input": _canonical(document.input_schema.value()),
        "output": _value(document.output_schema),
    }
    text = Value.of(schemas).text
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def structure_of(kind: Type) -> Type:
    """A type without texts, samples and spelling: the part that all locales share."""
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
    """Unsupported keywords without the texts that differ by locale."""
    return tuple(
        replace(
            item,
            value=Value.of(unknown_without(item, _DIFFER_BY_LOCALE.__contains__)),
        )
        for item in unknown
    )


def _value(text: JsonText | None) -> JsonValue:
    return None if text is None else _canonical(text.value())


def _canonical(schema: JsonValue) -> JsonValue:
    """A schema with sorted keywords; the order of its properties stays."""
    if isinstance(schema, list):
        return [_canonical(item) for item in items(schema)]
    if not isinstance(schema, dict):
        return schema
    keywords = members(schema)
    return {
        keyword: (
            {
                name: _canonical(value)
                for name, value in members(keywords[keyword]).items()
            }
            if keyword in _MAPS_OF_SCHEMAS and isinstance(keywords[keyword], dict)
            else _canonical(keywords[keyword])
        )
        for keyword in sorted(keywords)
    }


# The texts of a document, by the schema that has them.


DocumentTexts: TypeAlias = Mapping[str, Mapping[str, Value]]
"""Texts by the pointer of their schema and their keyword."""

PROPERTY_ORDER = "order of properties"


def texts_of(document: Document) -> DocumentTexts:
    """All texts in the schemas of a document. Raises ``NotJson``.

    Pointers are those of diagnostics: without the wrapper of an output.
    """
    published = document.output_schema
    output, _ = unwrap_output(published.value() if published else None)
    texts = {"": _titles(document), "/facts": _catalog_facts(document)}
    texts.update(_below(members(document.input_schema.value()), "/input_schema"))
    texts.update(_below(output, "/output_schema"))
    return texts


_NOT_TEXTS = frozenset(
    {"kind", "description", "output_type", "inputs", "required_inputs", "provenance"}
)
"""Catalog facts that are compared otherwise, follow from the schema, or are about the file."""


def _catalog_facts(document: Document) -> dict[str, Value]:
    """What the catalog says besides schemas: prices, categories, addresses."""
    facts = members(document.facts.value()) if document.facts else {}
    return {
        f"catalog fact {name!r}": Value.of(facts[name])
        for name in sorted(facts.keys() - _NOT_TEXTS)
    }


def _titles(document: Document) -> dict[str, Value]:
    titles = {"title": document.title, "description": document.description}
    return {keyword: Value.of(text) for keyword, text in titles.items() if text}


def _below(
    schema: dict[str, JsonValue], pointer: str
) -> Iterator[tuple[str, dict[str, Value]]]:
    """The texts of a schema, then those of the schemas inside it."""
    own = {word: Value.of(schema[word]) for word in sorted(TEXTS) if word in schema}
    if "format" in schema and schema.get("type") in ("integer", "number"):
        # No number can break a format, so it is documentation.
        own["format"] = Value.of(schema["format"])
    messages = _messages(schema)
    if messages:
        own["message"] = Value.of(messages)
    properties = members(schema.get("properties"))
    if properties:
        own[PROPERTY_ORDER] = Value.of(list(properties))
    yield pointer, own
    for place, inner in inner_schemas(schema):
        if is_object(inner):
            yield from _below(inner, f"{pointer}{place}")


def _messages(schema: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """The messages of the media rules, by the conditions of the rules."""
    rules = map(members, items(schema.get("validations")))
    return {
        f"{rule.get('validation_rule')} {rule.get('validation_value')}": rule.get(
            "validation_error"
        )
        for rule in rules
    }


# Translations: the messages of media rules in every locale of a model.


def with_translations(model: Model, by_locale: Mapping[str, Model]) -> Model:
    """The model, in which a rule has all its messages if they differ between locales.

    ``by_locale`` is the model in each locale. All have one structure, so their rules
    correspond in order.
    """
    columns = [other.rules for other in by_locale.values()]
    with_messages: dict[Rule, Rule] = {}
    for rule, *others in zip(model.rules, *columns, strict=True):
        translated = zip(by_locale, others, strict=True)
        messages = {locale: other.message for locale, other in translated}
        if len({rule.message, *messages.values()}) > 1:
            with_messages[rule] = replace(rule, translations=tuple(messages.items()))

    def change(field: Field) -> Field:
        rules = tuple(with_messages.get(rule, rule) for rule in field.rules)
        return replace(field, rules=rules)

    if not with_messages:
        return model
    return replace(model, input=cast(Object, map_fields(model.input, change)))
