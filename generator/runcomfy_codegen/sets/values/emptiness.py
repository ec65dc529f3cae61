"""Types that no value fits."""

from __future__ import annotations

from ...ir.model import (
    Array,
    Boolean,
    Choice,
    Nullable,
    Numeric,
    Object,
    Text,
    Type,
    Union,
)
from .numbers import line


def empty(kind: Type) -> bool:
    """Whether it is proved that a type has no value at all."""
    match kind:
        case Choice(values=values):
            return not values
        case Union(options=options):
            return all(map(empty, options))
        case Numeric():
            return line(kind).empty
        case Text(min_length=low, max_length=high):
            return high is not None and high < (low or 0)
        case Array():
            return _no_list(kind)
        case Object():
            return _no_object(kind)
        case _:
            return False


def _no_list(kind: Array) -> bool:
    low, high = kind.min_items or 0, most_items(kind)
    if high is not None and high < low:
        return True
    return low > 0 and empty(kind.items)


def _no_object(kind: Object) -> bool:
    if kind.demanded and (kind.extra is None or empty(kind.extra)):
        return True
    return any(field.required and empty(field.type) for field in kind.fields)


def most_items(kind: Array) -> int | None:
    """How many items a list can have: if none may repeat, no more than there are values."""
    bounds = [kind.max_items, _size(kind.items) if kind.unique_items else None]
    return min((bound for bound in bounds if bound is not None), default=None)


def _size(kind: Type) -> int | None:
    match kind:
        case Boolean():
            return 2
        case Choice(values=values):
            return len(values)
        case Numeric():
            return line(kind).count
        case Nullable(inner=inner):
            size = _size(inner)
            return None if size is None else size + 1
        case _:
            return None
