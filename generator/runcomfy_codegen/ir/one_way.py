"""Properties that go one way: ``readOnly`` ones are never sent, ``writeOnly`` ones never come.

JSON Schema 2020-12 (validation, section 9.4) has both as annotations about the owner of a
value. OpenAPI says what follows for a request: a ``readOnly`` property is not sent, and
``required`` counts for it in the response alone; for ``writeOnly`` it is the other way round.
"""

from __future__ import annotations

from collections.abc import Mapping

from .json_text import JsonValue, is_array, is_object, items, members
from .schema_positions import is_inert, schema_without

NOT_SENT, NOT_RECEIVED = "readOnly", "writeOnly"

_SAME_VALUE = ("anyOf", "oneOf", "allOf")
_OTHER_VALUE = ("items", "additionalProperties")
_NO_NAMES = frozenset[str]()


def left_out(schema: JsonValue, mark: str) -> Mapping[str, JsonValue]:
    """The properties of an object that have the mark, without texts, by name."""
    found = {
        name: schema_without(inner, is_inert)
        for name, inner in members(members(schema).get("properties")).items()
        if _has_mark(inner, mark)
    }
    for part in items(members(schema).get("allOf")):
        found |= left_out(part, mark)
    return found


def without_marked(schema: JsonValue, mark: str) -> JsonValue:
    """A schema without the properties that have the mark, at any depth; none is required.

    They stay as optional members of a nested object that permits no undeclared ones: its
    values may have them.
    """
    return _without(schema, mark, _NO_NAMES, nested=False)


def _has_mark(schema: JsonValue, mark: str) -> bool:
    keywords = members(schema)
    return keywords.get(mark) is True or any(
        _has_mark(part, mark) for part in items(keywords.get("allOf"))
    )


def _is_named(name: JsonValue, names: frozenset[str]) -> bool:
    return isinstance(name, str) and name in names


def _without(
    schema: JsonValue, mark: str, outer: frozenset[str], *, nested: bool = True
) -> JsonValue:
    """The same; ``outer`` are names that a schema around it for the same value leaves out."""
    if not is_object(schema):
        return schema
    names = outer.union(left_out(schema, mark))
    closed = nested and schema.get("additionalProperties") is False
    result: dict[str, JsonValue] = {}
    for keyword, value in schema.items():
        if keyword == "properties" and is_object(value):
            value = {
                name: _without(inner, mark, _NO_NAMES)
                for name, inner in value.items()
                if closed or name not in names
            }
        elif keyword == "required" and is_array(value):
            value = [name for name in value if not _is_named(name, names)]
        elif keyword in _SAME_VALUE and is_array(value):
            value = [_without(part, mark, names, nested=nested) for part in value]
        elif keyword in _OTHER_VALUE:
            value = _without(value, mark, _NO_NAMES)
        result[keyword] = value
    return result
