"""What a document says to people: its texts, by the schema that they stand in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from ..ir.document import Document
from ..ir.json_text import JsonValue, is_object, items, members, pointer_token
from ..ir.model import Value
from .output import unwrapped

Texts: TypeAlias = Mapping[str, Mapping[str, Value]]
"""By the pointer of a schema, and what it is that the schema says."""

ORDER = "order of properties"

_WORDS = ("title", "description", "examples", "example", "$comment")
_LISTS = ("anyOf", "oneOf", "allOf")


def texts_of(document: Document) -> Texts:
    """Every text below the schemas of a document. Raises ``NotJson``.

    Pointers are those of findings: an output that is wrapped once more is told without.
    """
    published = document.output_schema
    output, _ = unwrapped(published.value() if published else None)
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
        own[ORDER] = Value.of(list(properties))
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
