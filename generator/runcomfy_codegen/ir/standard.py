"""The IR as standard JSON Schema (draft 2020-12): what types, sandbox, diff and OpenAPI read."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from .model import (
    Anything,
    Array,
    Boolean,
    Choice,
    Exact,
    Field,
    Nullable,
    Numeric,
    Object,
    Text,
    Type,
    Union,
)

Schema = dict[str, Any]


def wire_name(field: Field) -> str:
    """The key of a field in a published document."""
    return field.wire_name


def standard(kind: Type, *, key: Callable[[Field], str] = wire_name) -> Schema:
    """The schema of a type. ``key`` chooses how fields are named; wire names by default."""
    match kind:
        case Text():
            return _text(kind)
        case Numeric():
            return _numeric(kind)
        case Boolean():
            return {"type": "boolean"}
        case Choice(values=values):
            return {"enum": [value.load() for value in values]}
        case Array():
            return _array(kind, key)
        case Object():
            return _object(kind, key)
        case Union(options=options):
            return {"anyOf": [standard(option, key=key) for option in options]}
        case Nullable(inner=inner):
            return {"anyOf": [standard(inner, key=key), {"type": "null"}]}
        case Anything():
            return {}


def plain(number: Exact) -> int | float:
    """An exact number as JSON writes it."""
    return float(number) if isinstance(number, Decimal) else number


def _known(**keywords: Any) -> Schema:
    return {name: value for name, value in keywords.items() if value is not None}


def _text(kind: Text) -> Schema:
    return {"type": "string"} | _known(
        minLength=kind.min_length,
        maxLength=kind.max_length,
        pattern=kind.pattern,
    )


def _numeric(kind: Numeric) -> Schema:
    bounds: dict[str, Exact | None] = {
        "minimum": kind.minimum,
        "maximum": kind.maximum,
        "exclusiveMinimum": kind.exclusive_minimum,
        "exclusiveMaximum": kind.exclusive_maximum,
        "multipleOf": kind.multiple_of,
    }
    base = {"type": "integer" if kind.integral else "number"}
    return base | {
        name: plain(bound) for name, bound in bounds.items() if bound is not None
    }


def _array(kind: Array, key: Callable[[Field], str]) -> Schema:
    return {"type": "array", "items": standard(kind.items, key=key)} | _known(
        minItems=kind.min_items,
        maxItems=kind.max_items,
        uniqueItems=kind.unique_items or None,
    )


def _object(kind: Object, key: Callable[[Field], str]) -> Schema:
    required = [key(field) for field in kind.fields if field.required]
    extra: Schema | bool = (
        False if kind.extra is None else standard(kind.extra, key=key)
    )
    return {
        "type": "object",
        "properties": {
            key(field): standard(field.type, key=key) for field in kind.fields
        },
        **_known(required=required or None),
        "additionalProperties": extra,
    }
