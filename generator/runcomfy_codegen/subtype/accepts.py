"""Does a type accept a value, and does it accept any value at all?

Every witness of the diff is checked with ``accepts``.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from runcomfy_runtime.exact_numbers import is_multiple

from ..ir.exact import (
    ExactJson,
    Rational,
    comparable,
    divides,
    equality_key,
    exact_value,
    is_number,
    rational,
)
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
from ..pattern.engine import pattern_matches
from .numbers import number_interval
from .texts import format_accepts, is_empty_text


def accepts(kind: Type, value: ExactJson) -> bool | None:
    """Whether a type accepts a value; None if a format leaves it open."""
    match kind:
        case Anything():
            return True
        case Boolean():
            return isinstance(value, bool)
        case Choice(values=values):
            choices = map(equality_key, map(exact_value, values))
            return equality_key(value) in choices
        case Union(options=options):
            return _any_of(accepts(option, value) for option in options)
        case Nullable(inner=inner):
            return value is None or accepts(inner, value)
        case Text():
            return _accepts_text(kind, value)
        case Numeric():
            return is_number(value) and _accepts_number(kind, value)
        case Array():
            return _accepts_array(kind, value)
        case Object():
            return _accepts_object(kind, value)


def _accepts_text(kind: Text, value: ExactJson) -> bool | None:
    if not isinstance(value, str):
        return False
    if not (kind.min_length or 0) <= len(value):
        return False
    if kind.max_length is not None and len(value) > kind.max_length:
        return False
    matched = True if kind.pattern is None else pattern_matches(kind.pattern, value)
    return _all_of((matched, format_accepts(kind.format, value)))


def _accepts_number(kind: Numeric, exact: Rational | Decimal) -> bool:
    value, step = comparable(exact), kind.multiple_of
    if isinstance(exact, Decimal):
        steps = [step, 1 if kind.integral else None]
        if not all(is_multiple(exact, step) for step in steps if step is not None):
            return False
        step = None
    return (
        (not kind.integral or value.denominator == 1)
        and (kind.minimum is None or value >= rational(kind.minimum))
        and (kind.maximum is None or value <= rational(kind.maximum))
        and (kind.exclusive_minimum is None or value > rational(kind.exclusive_minimum))
        and (kind.exclusive_maximum is None or value < rational(kind.exclusive_maximum))
        and (step is None or divides(rational(step), value))
    )


def _accepts_array(kind: Array, value: ExactJson) -> bool | None:
    if not is_array(value) or len(value) < (kind.min_items or 0):
        return False
    if kind.max_items is not None and len(value) > kind.max_items:
        return False
    if kind.unique_items and len(set(map(equality_key, value))) < len(value):
        return False
    return _all_of(accepts(kind.items, item) for item in value)


def _accepts_object(kind: Object, value: ExactJson) -> bool | None:
    if not is_object(value):
        return False
    declared = {field.wire_name: field for field in kind.fields}
    if any(field.required and field.wire_name not in value for field in kind.fields):
        return False
    if any(name not in value for name in kind.undeclared_required):
        return False
    undeclared = value.keys() - declared.keys()
    if undeclared and kind.extra is None:
        return False
    extra = kind.extra or Anything()
    return _all_of(
        accepts(declared[name].type if name in declared else extra, item)
        for name, item in value.items()
    )


def _any_of(results: Iterable[bool | None]) -> bool | None:
    values = list(results)
    return True if True in values else (None if None in values else False)


def _all_of(results: Iterable[bool | None]) -> bool | None:
    values = list(results)
    return False if False in values else (None if None in values else True)


# Types that accept no value.


def is_empty(kind: Type) -> bool:
    """Whether it is proved that a type accepts no value at all."""
    match kind:
        case Choice(values=values):
            return not values
        case Union(options=options):
            return all(map(is_empty, options))
        case Numeric():
            return number_interval(kind).empty
        case Text():
            return is_empty_text(kind)
        case Array():
            return _is_empty_array(kind)
        case Object():
            return _is_empty_object(kind)
        case _:
            return False


def _is_empty_array(kind: Array) -> bool:
    low, high = kind.min_items or 0, max_item_count(kind)
    if high is not None and high < low:
        return True
    return low > 0 and is_empty(kind.items)


def _is_empty_object(kind: Object) -> bool:
    if kind.undeclared_required and (kind.extra is None or is_empty(kind.extra)):
        return True
    return any(field.required and is_empty(field.type) for field in kind.fields)


def max_item_count(kind: Array) -> int | None:
    """How many items a list can have. Without repetition, at most as many as there are values."""
    bounds = [kind.max_items, _value_count(kind.items) if kind.unique_items else None]
    return min((bound for bound in bounds if bound is not None), default=None)


def _value_count(kind: Type) -> int | None:
    match kind:
        case Boolean():
            return 2
        case Choice(values=values):
            return len(values)
        case Numeric():
            return number_interval(kind).count
        case Nullable(inner=inner):
            size = _value_count(inner)
            return None if size is None else size + 1
        case _:
            return None
