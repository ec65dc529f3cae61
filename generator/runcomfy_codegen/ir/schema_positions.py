"""Where the schemas inside a schema are, and which keywords say nothing about values.

A keyword that has no row here holds data: nothing is left out of it, because a value in
``enum`` or ``const`` may have a member called ``title``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from .json_text import JsonValue, is_array, is_object, pointer_token
from .model import Unknown, is_note

HOLDS_SCHEMA = frozenset(
    {"not", "if", "then", "else", "items", "contains", "additionalItems"}
    | {"additionalProperties", "propertyNames", "contentSchema"}
    | {"unevaluatedItems", "unevaluatedProperties"}
)
"""Applicators (2020-12 and before) whose value is a schema."""

HOLDS_LIST = frozenset({"anyOf", "oneOf", "allOf", "prefixItems", "items"})
"""Applicators whose value is a list of schemas; ``items`` was one up to 2019-09."""

HOLDS_MAP = frozenset(
    {"properties", "patternProperties", "dependentSchemas", "$defs", "definitions"}
)
"""Applicators whose value is an object of schemas. Its names are data."""

TEXTS = frozenset({"title", "description", "example", "examples", "$comment"})
"""Keywords for people."""

ANNOTATIONS = TEXTS | {"$schema", "$id", "readOnly", "writeOnly"}
"""Keywords that accept and refuse no value, besides ``default``, which has rules of its own."""

_REFERENCES = frozenset({"$ref", "$dynamicRef", "$recursiveRef"})


def inner_schemas(
    schema: dict[str, JsonValue],
) -> Iterator[tuple[str, JsonValue]]:
    """The schemas right inside a schema, each with its pointer from there."""
    for keyword, value in schema.items():
        place = f"/{pointer_token(keyword)}"
        if keyword in HOLDS_MAP and is_object(value):
            for name, inner in value.items():
                yield f"{place}/{pointer_token(name)}", inner
        elif keyword in HOLDS_LIST and is_array(value):
            for index, inner in enumerate(value):
                yield f"{place}/{index}", inner
        elif keyword in HOLDS_SCHEMA:
            yield place, value


def has_reference(schema: JsonValue) -> bool:
    """Whether a schema refers to another one, for which ``$id`` matters."""
    if not is_object(schema):
        return False
    return not _REFERENCES.isdisjoint(schema) or any(
        has_reference(inner) for _, inner in inner_schemas(schema)
    )


def is_inert(keyword: str) -> bool:
    """Whether a keyword of a schema that is not itself read accepts and refuses no value."""
    return keyword in ANNOTATIONS or keyword == "default" or is_note(keyword)


def schema_without(schema: JsonValue, dropped: Callable[[str], bool]) -> JsonValue:
    """A schema without some keywords, wherever there is a schema in it."""
    if not is_object(schema):
        return schema
    return {
        keyword: keyword_without(keyword, value, dropped)
        for keyword, value in schema.items()
        if not dropped(keyword)
    }


def keyword_without(
    keyword: str, value: JsonValue, dropped: Callable[[str], bool]
) -> JsonValue:
    """The value of a keyword without some keywords of the schemas in it."""
    if keyword in HOLDS_MAP and is_object(value):
        return {name: schema_without(inner, dropped) for name, inner in value.items()}
    if keyword in HOLDS_LIST and is_array(value):
        return [schema_without(inner, dropped) for inner in value]
    if keyword in HOLDS_SCHEMA:
        return schema_without(value, dropped)
    if keyword == "validations" and is_array(value):
        return [_without_message(rule) for rule in value]
    return value


def unknown_without(unknown: Unknown, dropped: Callable[[str], bool]) -> JsonValue:
    """The value of an unsupported keyword without some keywords of the schemas in it."""
    value: JsonValue = unknown.value.exact()
    if unknown.pointer.endswith(f"/{pointer_token(unknown.keyword)}"):
        return keyword_without(unknown.keyword, value, dropped)
    if unknown.keyword == "validations":
        return _without_message(value)
    return schema_without(value, dropped)


def _without_message(rule: JsonValue) -> JsonValue:
    """A media rule without its text."""
    if not is_object(rule):
        return rule
    return {name: rule[name] for name in rule if name != "validation_error"}
