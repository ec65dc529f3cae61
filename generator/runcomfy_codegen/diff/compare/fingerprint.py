"""Types and facets spelled in one way: what fingerprints are made of."""

from __future__ import annotations

import json

from ...ir.as_json import to_json_schema
from ...ir.model import Array, Choice, Field, Nullable, Object, Text, Type, Union, Value
from .facts import Facet

_KEYWORDS: dict[Facet, tuple[str, ...]] = {
    Facet.RANGE: ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
    Facet.STEP: ("multipleOf",),
    Facet.LENGTH: ("minLength", "maxLength"),
    Facet.PATTERN: ("pattern",),
    Facet.COUNT: ("minItems", "maxItems"),
    Facet.REPEATS: ("uniqueItems",),
}


def facet_identity(kind: Type, facet: Facet) -> str:
    """One facet of a type; the other facets do not matter."""
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
    """A type in normal form; the order of choices and of alternatives does not matter."""
    return _text(_normalized(kind))


def field_identity(field: Field) -> str:
    """What a field accepts: its type, its rules, and its unsupported keywords."""
    return _text(_normalized_field(field))


def _normalized(kind: Type) -> dict[str, object]:
    """Everything that the IR knows about a type, without texts and names of classes."""
    normalized: dict[str, object] = {"kind": type(kind).__name__}
    match kind:
        case Choice(values=values):
            normalized["values"] = sorted(value.text for value in values)
        case Object(fields=fields, extra=extra, undeclared_required=demanded):
            normalized["fields"] = sorted(
                (_normalized_field(field) for field in fields), key=_text
            )
            normalized["extra"] = None if extra is None else _normalized(extra)
            normalized["demanded"] = sorted(demanded)
        case Union(options=options):
            normalized["options"] = sorted(map(_normalized, options), key=_text)
        case Nullable(inner=inner):
            normalized["inner"] = _normalized(inner)
        case Array(items=items, format=form):
            normalized["items"] = _normalized(items)
            normalized["format"] = form
            normalized["schema"] = _facets(kind)
        case Text(format=form):
            normalized["format"] = form
            normalized["schema"] = to_json_schema(kind)
        case _:
            normalized["schema"] = to_json_schema(kind)
    return normalized


def _facets(kind: Array) -> dict[str, object]:
    keywords = ("minItems", "maxItems", "uniqueItems")
    return {
        key: value for key, value in to_json_schema(kind).items() if key in keywords
    }


def _normalized_field(field: Field) -> dict[str, object]:
    return {
        "name": field.wire_name,
        "required": field.required,
        "type": _normalized(field.type),
        "rules": sorted(f"{rule.pointer} {rule.condition}" for rule in field.rules),
        "unknown": sorted(
            (unknown.keyword, unknown.value.text) for unknown in field.unknown
        ),
    }


def value_identity(value: Value | None) -> str:
    """A published value."""
    return "" if value is None else value.text


def _text(schema: object) -> str:
    # A number that no float names is a Decimal.
    return json.dumps(schema, sort_keys=True, ensure_ascii=True, default=str)
