"""The IR as standard JSON Schema with everything that a reader wants to know.

The structure is that of ``ir.standard``. To it come titles, descriptions, the server's
defaults, samples as ``examples``, the kind of media as ``x-media``, and the media rules as
``x-validations``, in the words of the dialect. Numbers are exact: those with a fraction are
``Decimal``.
"""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import Any

from runcomfy_runtime.rule import Rule

from ..ir.model import (
    Array,
    Choice,
    Exact,
    Field,
    Nullable,
    Numeric,
    Object,
    Type,
    Union,
    Value,
)
from ..ir.printed import type_word
from ..ir.standard import Schema, standard

_WORDS = frozenset({"string", "integer", "number", "boolean"})


def described(kind: Type) -> Schema:
    """The schema of a type, with the words of every field in it."""
    match kind:
        case Object(fields=fields, extra=extra):
            schema = standard(kind)
            schema["properties"] = {
                field.wire_name: described_field(field) for field in fields
            }
            if extra is not None:
                # Anything at all is the default, and left out.
                schema["additionalProperties"] = described(extra) or True
            return schema
        case Array(items=inner):
            return {**standard(kind), "items": described(inner)}
        case Nullable(inner=inner):
            return {"anyOf": [described(inner), {"type": "null"}]}
        case Union(options=options):
            return {"anyOf": [described(option) for option in options]}
        case Choice(values=values):
            word = type_word(kind)
            told = {"type": word} if word in _WORDS else {}
            return {**told, "enum": [exact(value) for value in values]}
        case Numeric():
            return standard(kind) | _bounds(kind)
        case _:
            return standard(kind)


def described_field(field: Field) -> Schema:
    """The schema of a field, with what is published of it."""
    words: dict[str, Any] = {
        "title": field.title,
        "description": field.description,
        "x-media": field.media.value if field.media is not None else "",
    }
    schema = described(field.type) | {key: text for key, text in words.items() if text}
    if field.default is not None:
        schema["default"] = exact(field.default)
    if field.sample is not None:
        schema["examples"] = [exact(field.sample)]
    if field.rules:
        schema["x-validations"] = [_published(rule) for rule in field.rules]
    return schema


def exact(value: Value) -> Any:
    """A JSON value, its fractions as ``Decimal``."""
    return json.loads(value.text, parse_float=Decimal)


def _bounds(kind: Numeric) -> Schema:
    """The bounds as they were published, where a double could not tell them."""
    told: dict[str, Exact | None] = {
        "minimum": kind.minimum,
        "maximum": kind.maximum,
        "exclusiveMinimum": kind.exclusive_minimum,
        "exclusiveMaximum": kind.exclusive_maximum,
        "multipleOf": kind.multiple_of,
    }
    return {name: bound for name, bound in told.items() if bound is not None}


def _published(rule: Rule) -> Schema:
    return {
        "validation_rule": f"{rule.metric}{rule.operator}",
        "validation_value": _limit(rule),
        "validation_error": rule.message,
    }


def _limit(rule: Rule) -> int | Decimal | str:
    """The limit as a number, if it is one that JSON can write."""
    threshold = rule.threshold
    if threshold is not None and threshold.denominator == 1:
        return int(threshold)
    try:
        return Decimal(rule.limit)
    except InvalidOperation:
        return rule.limit
