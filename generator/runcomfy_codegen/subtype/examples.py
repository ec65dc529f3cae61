"""Smallest examples of a type, for witnesses and payloads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import count, islice

from ..ir.exact import ExactJson, equality_key, exact_value, reduced
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
from .accepts import accepts
from .numbers import all_numbers, boundary_values, number_interval, simplest_number
from .texts import EXAMPLE_URL, boundary_texts, is_url_format, shortest_texts

MAX_ITEMS = 1_000
"""The longest list that is built."""

MAX_WEIGHT = 100_000
"""The most values inside one value: lists of lists grow as their product."""


def smallest_example(kind: Type) -> list[ExactJson]:
    """One smallest value, in a list; an empty list if the type has no value."""
    return list(islice(_checked_examples(kind), 1))


def make_examples(
    kind: Type, count_wanted: int, *, distinct: bool = False
) -> list[ExactJson] | None:
    """``count_wanted`` values of a type; None if they cannot be built.

    One value is repeated unless they must be ``distinct``.
    """
    if count_wanted > MAX_ITEMS or count_wanted * _weight(kind) > MAX_WEIGHT:
        return None
    if not distinct:
        examples = smallest_example(kind)
        return examples * count_wanted if examples or count_wanted == 0 else None
    distinct_values: dict[object, ExactJson] = {}
    for value in islice(_checked_examples(kind), 2 * count_wanted + 8):
        distinct_values.setdefault(equality_key(value), value)
        if len(distinct_values) >= count_wanted:
            break
    result = list(distinct_values.values())[:count_wanted]
    return result if len(result) == count_wanted else None


def varied_examples(kind: Array | Object, number: int) -> Iterator[ExactJson]:
    """Values around the smallest one: more than ``number``, if one place has so many.

    They are not checked: the caller looks for one that is none of ``number`` constants.
    """
    enough = min(number + 1, MAX_ITEMS)
    match kind:
        case Array(items=items, min_items=low, unique_items=distinct):
            lengths = range(low or 0, (low or 0) + enough)
            sizes = (make_examples(items, size, distinct=distinct) for size in lengths)
            yield from (each for each in sizes if each is not None)
            rest = make_examples(items, max((low or 0) - 1, 0), distinct=distinct)
            for item in _different_values(items, enough):
                yield [item, *(rest or [])]
        case Object(fields=fields, extra=extra):
            for smallest in smallest_example(kind):
                for field in fields:
                    for value in _different_values(field.type, enough):
                        yield {**smallest, field.wire_name: value}
                for value in [] if extra is None else smallest_example(extra):
                    yield from ({**smallest, f"new{n}": value} for n in range(enough))


def _different_values(kind: Type, enough: int) -> Iterable[ExactJson]:
    """So many different values, or all that can be found."""
    values = make_examples(kind, enough, distinct=True)
    return islice(_checked_examples(kind), enough) if values is None else values


def _weight(kind: Type) -> int:
    """How many values a smallest value contains, itself included; a lower bound."""
    match kind:
        case Array(items=items, min_items=low) if low:
            return 1 + low * _weight(items)
        case Object(fields=fields):
            return 1 + sum(_weight(field.type) for field in fields if field.required)
        case Union(options=options) if options:
            return min(map(_weight, options))
        case Nullable(inner=inner):
            return _weight(inner)
        case _:
            return 1


def _checked_examples(kind: Type) -> Iterator[ExactJson]:
    """Values of a type, checked, the simple ones first."""
    return (value for value in _candidates(kind) if accepts(kind, value) is True)


def _candidates(kind: Type) -> Iterator[ExactJson]:
    match kind:
        case Anything():
            yield from count()
        case Boolean():
            yield from (False, True)
        case Choice(values=values):
            yield from (exact_value(value) for value in values)
        case Union(options=options):
            for option in options:
                yield from _checked_examples(option)
        case Nullable(inner=inner):
            yield from islice(_checked_examples(inner), MAX_ITEMS)
            yield None
        case Text():
            yield from _candidate_texts(kind)
        case Numeric():
            yield from _candidate_numbers(kind)
        case Array():
            few, distinct = kind.min_items or 0, kind.unique_items
            made = make_examples(kind.items, few, distinct=distinct)
            yield from [] if made is None else [made]
        case Object():
            yield from _candidate_objects(kind)


def _candidate_texts(kind: Text) -> Iterator[str]:
    yield from boundary_texts([kind])
    if kind.pattern is not None:
        yield from shortest_texts(kind)
    stem = EXAMPLE_URL if is_url_format(kind.format) else "a"
    yield from (f"{stem}{index}" for index in range(MAX_ITEMS))


def _candidate_numbers(kind: Numeric) -> Iterator[ExactJson]:
    first = simplest_number(kind)
    yield from [] if first is None else [reduced(first)]
    every = all_numbers(kind)
    points = boundary_values([number_interval(kind)]) if every is None else every
    yield from map(reduced, points)


def _candidate_objects(kind: Object) -> Iterator[ExactJson]:
    members: dict[str, ExactJson] = {}
    for field in kind.fields:
        if field.required:
            examples = smallest_example(field.type)
            if not examples:
                return
            members[field.wire_name] = examples[0]
    for name in kind.undeclared_required:
        examples = [] if kind.extra is None else smallest_example(kind.extra)
        if not examples:
            return
        members[name] = examples[0]
    yield members
