"""The fields of a model's input with the pointers of their schemas."""

from __future__ import annotations

from collections.abc import Iterator

from ..ir.json_text import pointer_token
from ..ir.model import Array, Field, Model, Nullable, Object, Type, Union

Placed = tuple[Field, str]
"""A field, and the JSON pointer of its schema in the document."""


def placed(model: Model) -> Iterator[Placed]:
    """Every field of the input, parents before their children."""
    return _below(model.input, "/input_schema")


def _below(kind: Type, pointer: str) -> Iterator[Placed]:
    match kind:
        case Object(fields=fields):
            for field in fields:
                here = f"{pointer}/properties/{pointer_token(field.wire_name)}"
                yield field, here
                yield from _below(field.type, here)
        case Array(items=items):
            yield from _below(items, f"{pointer}/items")
        case Nullable(inner=inner):
            yield from _below(inner, pointer)
        case Union(options=options):
            for option in options:
                yield from _below(option, pointer)
        case _:
            pass
