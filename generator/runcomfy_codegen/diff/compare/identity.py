"""Types and facets spelled in one way: what fingerprints are made of."""

from __future__ import annotations

import json

from ...ir.model import Array, Choice, Nullable, Object, Text, Type, Value
from ...ir.standard import standard
from .fact import Facet

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
        case Facet.MEMBERS, Object(demanded=names) if names:
            return f"{type_identity(kind)} {_text(names)}"
        case _:
            schema = standard(kind)
            keywords = _KEYWORDS.get(facet)
            if keywords is None or "type" not in schema:
                return type_identity(kind)
            return _text({key: schema[key] for key in keywords if key in schema})


def type_identity(kind: Type) -> str:
    """A type as canonical JSON Schema; the order of choices says nothing."""
    if isinstance(kind, Choice):
        return " ".join(sorted(value.text for value in kind.values))
    return _text(standard(kind))


def identity_of(value: Value | None) -> str:
    """A published value."""
    return "" if value is None else value.text


def _text(schema: object) -> str:
    return json.dumps(schema, sort_keys=True, ensure_ascii=True)
