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
            for one, other in _partners(before, after):
                yield from nested(one, other, pointer)
        case Union(options=before), _:
            for one, other in _partners(before, (new,)):
                yield from nested(one, other, pointer)
        case _, Union(options=after):
            for one, other in _partners((old,), after):
                yield from nested(one, other, pointer)
        case Object(), Object():
            yield from _members(old, new, pointer)
        case _:
            pass


def _partners(
    before: tuple[Type, ...], after: tuple[Type, ...]
) -> Iterator[tuple[Type, Type]]:
    """Alternatives that are most alike, whatever their order; at most one for each."""
    left = list(after)
    alike = sorted(before, key=lambda one: one not in left)
    for one in alike:
        best = max(left, key=lambda other: _likeness(one, other), default=None)
        if best is not None and _likeness(one, best) > 0:
            left.remove(best)
            yield one, best


def _likeness(one: Type, other: Type) -> float:
    """How much of their structure two alternatives share, from 0 to 2."""
    if one == other:
        return 2.0
    match one, other:
        case Object(), Object():
            mine, theirs = ({f.wire_name for f in each.fields} for each in (one, other))
            return 0.1 + len(mine & theirs) / max(len(mine | theirs), 1)
        case Array(items=inner), Array(items=outer):
            return 0.1 + _likeness(inner, outer) / 2
        case _:
            return 0.1 if type(one) is type(other) else 0.0


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
