"""Is a value of a type? The validator that every witness must pass. And which types have no value."""

from __future__ import annotations

from collections.abc import Iterable

from ..ir.exact import Json, Number, divides, exact, identity, is_number, loaded
from ..ir.json_text import is_array, is_object
from ..ir.model import (
    Anything,
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
from .texts import format_accepts, matches


def accepts(kind: Type, value: Json) -> bool | None:
    """Whether a type has a value; None where a format leaves it open."""
    match kind:
        case Anything():
            return True
        case Boolean():
            return isinstance(value, bool)
        case Choice(values=values):
            return identity(value) in {identity(loaded(each)) for each in values}
        case Union(options=options):
            return _any(accepts(option, value) for option in options)
        case Nullable(inner=inner):
            return value is None or accepts(inner, value)
        case Text():
            return _text(kind, value)
        case Numeric():
            return is_number(value) and _number(kind, value)
        case Array():
            return _array(kind, value)
        case Object():
            return _object(kind, value)


def _text(kind: Text, value: Json) -> bool | None:
    if not isinstance(value, str):
        return False
    if not (kind.min_length or 0) <= len(value):
        return False
    if kind.max_length is not None and len(value) > kind.max_length:
        return False
    found = True if kind.pattern is None else matches(kind.pattern, value)
    return _all((found, format_accepts(kind.format, value)))


def _number(kind: Numeric, value: Number) -> bool:
    step = kind.multiple_of
    return (
        (not kind.integral or value.denominator == 1)
        and (kind.minimum is None or value >= exact(kind.minimum))
        and (kind.maximum is None or value <= exact(kind.maximum))
        and (kind.exclusive_minimum is None or value > exact(kind.exclusive_minimum))
        and (kind.exclusive_maximum is None or value < exact(kind.exclusive_maximum))
        and (step is None or divides(exact(step), value))
    )


def _array(kind: Array, value: Json) -> bool | None:
    if not is_array(value) or len(value) < (kind.min_items or 0):
        return False
    if kind.max_items is not None and len(value) > kind.max_items:
        return False
    if kind.unique_items and len(set(map(identity, value))) < len(value):
        return False
    return _all(accepts(kind.items, item) for item in value)


def _object(kind: Object, value: Json) -> bool | None:
    if not is_object(value):
        return False
    declared = {field.wire_name: field for field in kind.fields}
    if any(field.required and field.wire_name not in value for field in kind.fields):
        return False
    if any(name not in value for name in kind.demanded):
        return False
    undeclared = value.keys() - declared.keys()
    if undeclared and kind.extra is None:
        return False
    extra = kind.extra or Anything()
    return _all(
        accepts(declared[name].type if name in declared else extra, item)
        for name, item in value.items()
    )


def _any(told: Iterable[bool | None]) -> bool | None:
    answers = list(told)
    return True if True in answers else (None if None in answers else False)


def _all(told: Iterable[bool | None]) -> bool | None:
    answers = list(told)
    return False if False in answers else (None if None in answers else True)


# Types that no value fits.


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
