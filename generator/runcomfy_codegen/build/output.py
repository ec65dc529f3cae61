"""The output of a model: generic as published, and read with an open mind.

The published output schema is the same for all models and incomplete: audio models return
``audio``, which it does not name, and a single URL may come as a list or the reverse. So
every output field is optional, takes one URL or several, and unknown members are kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from ..ir.json_text import JsonValue, members
from ..ir.model import (
    Anything,
    Array,
    Boolean,
    Field,
    Nullable,
    Numeric,
    Object,
    Text,
    Type,
    Union,
)
from .fields import FieldsReader
from .kinds import undeclared
from .trail import Trail

GENERIC: Mapping[str, JsonValue] = MappingProxyType(
    {
        "type": "object",
        "properties": {
            "image": {
                "type": "string",
                "format": "uri",
                "description": "URL of one image",
            },
            "video": {
                "type": "string",
                "format": "uri",
                "description": "URL of one video",
            },
            "images": {
                "type": "array",
                "description": "URLs of several images",
                "items": {"type": "string", "format": "uri"},
            },
            "videos": {
                "type": "array",
                "description": "URLs of several videos",
                "items": {"type": "string", "format": "uri"},
            },
        },
    }
)
"""The output that every published page states; catalog entries have none and get this one."""


def unwrapped(published: JsonValue) -> tuple[dict[str, JsonValue], str]:
    """The schema of the output itself, and its pointer below the published one.

    Pages publish ``{"output": {…}}``, where ``output`` is the member of the result.
    """
    schema = members(published)
    if "properties" not in schema and isinstance(schema.get("output"), dict):
        return members(schema["output"]), "/output"
    return schema, ""


def read_output(published: JsonValue, reader: FieldsReader) -> Object:
    """The output as published; the generic one if nothing is."""
    schema, below = unwrapped(published if members(published) else dict(GENERIC))
    trail = Trail(f"/output_schema{below}", words=("output",))
    reader.keep_unstated(schema, trail)
    fields = reader.read(schema, trail)
    return Object(name="Output", fields=fields, demanded=undeclared(schema))


def without_values(output: Object) -> Object:
    """The output without defaults: nothing is left to a server in what it sends itself."""
    fields = (replace(each, default=None, sample=None) for each in output.fields)
    return replace(output, fields=tuple(fields))


def opened(output: Object) -> Object:
    """The output with every field optional, open to one or several, and to new members."""
    fields = tuple(map(_open_field, output.fields))
    return replace(output, extra=Anything(), fields=fields, demanded=())


def _open_field(field: Field) -> Field:
    return replace(
        field, required=False, type=_open(field.type), default=None, sample=None
    )


def _open(kind: Type) -> Type:
    match kind:
        case Nullable(inner=inner):
            return _open(inner)
        case Text():
            return Union((Text(), Array(items=Text())))
        case Array(items=Nullable(inner=inner)):
            # A field is None where it is missing; an item is only where null is published.
            return _list_of(inner, nullable=True)
        case Array(items=inner):
            return _list_of(inner)
        case Object():
            return opened(kind)
        case Numeric() | Boolean():
            return kind
        case _:
            # Choices of an output grow; whoever wrote an old client should still read them.
            return Anything()


def _list_of(inner: Type, *, nullable: bool = False) -> Type:
    """A list; one URL may come instead of a list of them."""
    bare = Text() if isinstance(inner, Text) else _open(inner)
    kept = not nullable or isinstance(bare, Anything)
    told = Array(items=bare if kept else Nullable(bare))
    return Union((told, Text())) if isinstance(inner, Text) else told
