"""The IR as standard JSON Schema with everything that a reader wants to know.

The structure is that of ``ir.standard``. To it come titles, descriptions, the server's
defaults, samples as ``examples``, the kind of media as ``x-media``, and the media rules as
``x-validations``, in the words of the dialect.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from runcomfy_runtime.rule import Rule

from ..ir.model import Array, Choice, Field, Nullable, Object, Type, Union
from ..ir.printed import type_word
from ..ir.standard import Schema, plain, standard

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
        case Choice():
            word = type_word(kind)
            return {**({"type": word} if word in _WORDS else {}), **standard(kind)}
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
        schema["default"] = field.default.load()
    if field.sample is not None:
        schema["examples"] = [field.sample.load()]
    if field.rules:
        schema["x-validations"] = [_published(rule) for rule in field.rules]
    return schema


def _published(rule: Rule) -> Schema:
    threshold = rule.threshold
    limit: Any = rule.limit
    if threshold is not None:
        limit = (
            int(threshold) if threshold.denominator == 1 else plain(Decimal(rule.limit))
        )
    return {
        "validation_rule": f"{rule.metric}{rule.operator}",
        "validation_value": limit,
        "validation_error": rule.message,
    }
