"""Fields inside fields: members of objects that lie in lists, unions or other objects."""

from __future__ import annotations

from collections.abc import Iterator

from ...ir.json_text import pointer_token
from ...ir.model import Array, Field, Nullable, Object, Type, Union

Pair = tuple[Field, Field, str]
"""The field before, the field after, and its pointer."""


def nested(old: Type, new: Type, pointer: str) -> Iterator[Pair]:
    """Every field below these types that both sides have."""
    match old, new:
        case Nullable(inner=one), _:
            yield from nested(one, new, pointer)
        case _, Nullable(inner=other):
            yield from nested(old, other, pointer)
        case Array(items=one), Array(items=other):
            yield from nested(one, other, f"{pointer}/items")
        case Union(options=before), Union(options=after):
            for one, other in zip(before, after, strict=False):
                yield from nested(one, other, pointer)
        case Object(), Object():
            yield from _members(old, new, pointer)
        case _:
            pass


def _members(old: Object, new: Object, pointer: str) -> Iterator[Pair]:
    before = {field.wire_name: field for field in old.fields}
    for field in new.fields:
        if field.wire_name in before:
            here = f"{pointer}/properties/{pointer_token(field.wire_name)}"
            yield before[field.wire_name], field, here
            yield from nested(before[field.wire_name].type, field.type, here)
    if old.extra is not None and new.extra is not None:
        below = f"{pointer}/additionalProperties"
        yield from nested(old.extra, new.extra, below)
