"""The fields of a model with the pointers of their schemas, and of their media rules."""

from __future__ import annotations

from collections.abc import Iterator

from runcomfy_runtime.rule import Rule

from ..ir.json_text import pointer_token
from ..ir.model import Array, Field, Model, Nullable, Object, Type, Union

FieldAt = tuple[Field, str]
"""A field, and the JSON pointer of its schema in the document."""


def fields_with_pointers(model: Model) -> Iterator[FieldAt]:
    """Every field of the input and the published output, parents before their children."""
    yield from _fields_below(model.input, "/input_schema")
    if model.published_output is not None:
        yield from _fields_below(model.published_output, "/output_schema")


def rule_groups(field: Field) -> Iterator[dict[str, Rule]]:
    """The media rules of a field by their pointers in the document, one group a target."""
    told = list(zip(field.rule_places, field.rules, strict=True))
    for target in dict.fromkeys(rule.pointer for rule in field.rules):
        yield {place: rule for place, rule in told if rule.pointer == target}


def _fields_below(kind: Type, pointer: str) -> Iterator[FieldAt]:
    match kind:
        case Object(fields=fields, extra=extra):
            for field in fields:
                here = f"{pointer}/properties/{pointer_token(field.wire_name)}"
                yield field, here
                yield from _fields_below(field.type, here)
            if extra is not None:
                yield from _fields_below(extra, f"{pointer}/additionalProperties")
        case Array(items=items):
            yield from _fields_below(items, f"{pointer}/items")
        case Nullable(inner=inner):
            yield from _fields_below(inner, pointer)
        case Union(options=options):
            for option in options:
                yield from _fields_below(option, pointer)
        case _:
            pass
