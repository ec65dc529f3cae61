"""Types and facets spelled in one way: what fingerprints are made of."""

from __future__ import annotations

import json

from ...ir.as_json import to_json_schema
from ...ir.model import Array, Choice, Field, Nullable, Object, Text, Type, Union, Value
from .facts import Facet

# Types and facets spelled in one way: what fingerprints are made of.


_KEYWORDS: dict[Facet, tuple[str, ...]] = {
    Facet.RANGE: ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
    Facet.STEP: ("multipleOf",),
    Facet.LENGTH: ("minLength", "maxLength"),
    Facet.PATTERN: ("pattern",),
    Facet.COUNT: ("minItems", "maxItems"),
    Facet.REPEATS: ("uniqueItems",),
}


def facet_identity(kind: Type, facet: Facet) -> str:
    """One facet of a type, whatever its other facets are."""
    match facet, kind:
        case Facet.NULL, _:
            return str(isinstance(kind, Nullable))
        case Facet.FORMAT, Text() | Array():
            return kind.format or ""
        case _:
            schema = to_json_schema(kind)
            keywords = _KEYWORDS.get(facet)
            if keywords is None or "type" not in schema:
                return type_identity(kind)
            return _text({key: schema[key] for key in keywords if key in schema})


def type_identity(kind: Type) -> str:
    """A type spelled in one way; the order of choices and of alternatives says nothing."""
    return _text(_spelled(kind))


def field_identity(field: Field) -> str:
    """What a field takes: its type, its rules, and what is not understood of it."""
    return _text(_spelled_field(field))


def _spelled(kind: Type) -> dict[str, object]:
    """A type with everything that the IR holds of it but texts and names of classes."""
    told: dict[str, object] = {"kind": type(kind).__name__}
    match kind:
        case Choice(values=values):
            told["values"] = sorted(value.text for value in values)
        case Object(fields=fields, extra=extra, demanded=demanded):
            told["fields"] = sorted(
                (_spelled_field(field) for field in fields), key=_text
            )
            told["extra"] = None if extra is None else _spelled(extra)
            told["demanded"] = sorted(demanded)
        case Union(options=options):
            told["options"] = sorted(map(_spelled, options), key=_text)
        case Nullable(inner=inner):
            told["inner"] = _spelled(inner)
        case Array(items=items, format=form):
            told["items"] = _spelled(items)
            told["format"] = form
            told["schema"] = _facets(kind)
        case Text(format=form):
            told["format"] = form
            told["schema"] = to_json_schema(kind)
        case _:
            told["schema"] = to_json_schema(kind)
    return told


def _facets(kind: Array) -> dict[str, object]:
    keywords = ("minItems", "maxItems", "uniqueItems")
    return {
        key: value for key, value in to_json_schema(kind).items() if key in keywords
    }


def _spelled_field(field: Field) -> dict[str, object]:
    return {
        "name": field.wire_name,
        "required": field.required,
        "type": _spelled(field.type),
        "rules": sorted(f"{rule.pointer} {rule.condition}" for rule in field.rules),
        "unknown": sorted((each.keyword, each.value.text) for each in field.unknown),
    }


def value_identity(value: Value | None) -> str:
    """A published value."""
    return "" if value is None else value.text


def _text(schema: object) -> str:
    return json.dumps(schema, sort_keys=True, ensure_ascii=True)
