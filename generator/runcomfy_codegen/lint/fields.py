"""The fields of a model with the pointers of their schemas, and of their media rules."""

from __future__ import annotations

from collections.abc import Iterator

from runcomfy_runtime.rule import Rule

from ..ir.json_text import pointer_token
from ..ir.model import Array, Field, Model, Nullable, Object, Type, Union

Placed = tuple[Field, str]
"""A field, and the JSON pointer of its schema in the document."""


def placed(model: Model) -> Iterator[Placed]:
    """Every field of the input and the published output, parents before their children."""
    yield from _below(model.input, "/input_schema")
    if model.published_output is not None:
        yield from _below(model.published_output, "/output_schema")


def rule_groups(field: Field) -> Iterator[dict[str, Rule]]:
    """The media rules of a field by their pointers in the document, one group a target."""
    told = list(zip(field.rule_places, field.rules, strict=True))
    for target in dict.fromkeys(rule.pointer for rule in field.rules):
        yield {place: rule for place, rule in told if rule.pointer == target}


def _below(kind: Type, pointer: str) -> Iterator[Placed]:
    match kind:
        case Object(fields=fields, extra=extra):
            for field in fields:
                here = f"{pointer}/properties/{pointer_token(field.wire_name)}"
                yield field, here
                yield from _below(field.type, here)
            if extra is not None:
                yield from _below(extra, f"{pointer}/additionalProperties")
        case Array(items=items):
            yield from _below(items, f"{pointer}/items")
        case Nullable(inner=inner):
            yield from _below(inner, pointer)
        case Union(options=options):
            for option in options:
                yield from _below(option, pointer)
        case _:
            pass
