"""A smallest value of a type, to build witnesses and payloads from."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, islice

from ..ir.exact import Json, identity, loaded, number
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
from .numbers import every_number, landmarks, least_number, line
from .texts import URL, names_url, texts

MOST_ITEMS = 1_000
"""No longer list is made."""

LARGEST = 100_000
"""No value with more values inside is made: lists of lists grow as their product."""


def least(kind: Type) -> list[Json]:
    """One smallest value, in a list; an empty list if none was found."""
    return list(islice(_values(kind), 1))


def some(kind: Type, wanted: int, *, distinct: bool = False) -> list[Json] | None:
    """So many values of a type, one repeated unless they must differ; None if not found."""
    if wanted > MOST_ITEMS or wanted * _weight(kind) > LARGEST:
        return None
    if not distinct:
        found = least(kind)
        return found * wanted if found or wanted == 0 else None
    different: dict[object, Json] = {}
    for value in islice(_values(kind), 2 * wanted + 8):
        different.setdefault(identity(value), value)
        if len(different) >= wanted:
            break
    made = list(different.values())[:wanted]
    return made if len(made) == wanted else None


def _weight(kind: Type) -> int:
    """How many values a smallest value is made of, itself included; never too many."""
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


def _values(kind: Type) -> Iterator[Json]:
    """Values of a type, each checked, simple ones first."""
    return (value for value in _guesses(kind) if accepts(kind, value) is True)


def _guesses(kind: Type) -> Iterator[Json]:
    match kind:
        case Anything():
            yield from count()
        case Boolean():
            yield from (False, True)
        case Choice(values=values):
            yield from (loaded(value) for value in values)
        case Union(options=options):
            for option in options:
                yield from _values(option)
        case Nullable(inner=inner):
            yield from islice(_values(inner), MOST_ITEMS)
            yield None
        case Text():
            yield from _texts(kind)
        case Numeric():
            yield from _numbers(kind)
        case Array():
            made = some(kind.items, kind.min_items or 0, distinct=kind.unique_items)
            yield from ([] if made is None else [made])
        case Object():
            yield from _objects(kind)


def _texts(kind: Text) -> Iterator[str]:
    yield from texts([kind])
    stem = URL if names_url(kind.format) else "a"
    yield from (f"{stem}{index}" for index in range(MOST_ITEMS))


def _numbers(kind: Numeric) -> Iterator[Json]:
    first = least_number(kind)
    yield from [] if first is None else [number(first)]
    every = every_number(kind)
    points = landmarks([line(kind)]) if every is None else every
    yield from map(number, points)


def _objects(kind: Object) -> Iterator[Json]:
    made: dict[str, Json] = {}
    for field in kind.fields:
        if field.required:
            found = least(field.type)
            if not found:
                return
            made[field.wire_name] = found[0]
    for name in kind.demanded:
        found = [] if kind.extra is None else least(kind.extra)
        if not found:
            return
        made[name] = found[0]
    yield made
