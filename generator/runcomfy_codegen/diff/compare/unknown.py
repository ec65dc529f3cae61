"""What differs and is not understood: keywords, and the net below all other comparisons."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator
from dataclasses import replace

from ...ir.exact import equality_key, exact_value
from ...ir.json_text import is_array, is_object, pointer_token
from ...ir.model import Model, Unknown, Value
from .facts import (
    Fact,
    InformativeKeywordChanged,
    SchemaLocation,
    UnknownChange,
    UnsupportedKeywordChanged,
    side_of,
)


def unknown_changes(
    old: Model, new: Model, name: str, told: Collection[str]
) -> Iterator[UnknownChange]:
    """Parts that differ, are not understood on both sides, and of which nothing is told.

    ``told`` are the pointers of what a caller of the model ``name`` must look at anyway.
    """
    before = {each.pointer: each for each in old.published}
    for after in new.published:
        one = before.get(after.pointer)
        if one is None or (one.understood and after.understood):
            continue
        if _is_reported(after.pointer, told) or _same(one.value, after.value):
            continue
        at, was, now = _innermost_difference(after.pointer, one.value, after.value)
        yield UnknownChange(SchemaLocation(name, side_of(at), at), was, now)


def _is_reported(pointer: str, told: Collection[str]) -> bool:
    """Whether something is told of this part, or of something inside."""
    inside = f"{pointer}/"
    fields = f"{pointer}/properties/"
    whole = pointer.count("/") == 1
    return any(
        each == pointer
        or (each.startswith(inside) and not (whole and each.startswith(fields)))
        for each in map(_unwrapped, told)
    )


def _unwrapped(pointer: str) -> str:
    """Keywords are told where they stand, below the wrapper of an output."""
    return pointer.replace("/output_schema/output/", "/output_schema/", 1)


def _same(one: Value, other: Value) -> bool:
    return equality_key(exact_value(one)) == equality_key(exact_value(other))


def _innermost_difference(
    pointer: str, old: Value, new: Value
) -> tuple[str, Value, Value]:
    """The innermost place that has all differences, and what stands there."""
    before, after = exact_value(old), exact_value(new)
    while is_object(before) and is_object(after) and before.keys() == after.keys():
        differing = [
            each
            for each in before
            if equality_key(before[each]) != equality_key(after[each])
        ]
        if len(differing) != 1:
            break
        (name,) = differing
        pointer = f"{pointer}/{pointer_token(name)}"
        before, after = before[name], after[name]
        if is_array(before):
            break
    return pointer, Value.of(before), Value.of(after)


def unknown_facts(
    old: Iterable[Unknown], new: Iterable[Unknown], place: SchemaLocation
) -> Iterator[Fact]:
    """Keywords that are not understood, where they differ."""
    before, after = _by_pointer(old), _by_pointer(new)
    for pointer in sorted(before.keys() | after.keys()):
        one, other = before.get(pointer), after.get(pointer)
        if _spelled(one) == _spelled(other):
            continue
        here = replace(place, pointer=pointer, side=side_of(pointer))
        told = one or other
        if told is not None and (told.is_note or _is_openness(told)):
            values = (each.value if each else None for each in (one, other))
            yield InformativeKeywordChanged(here, told.keyword, *values)
        else:
            yield UnsupportedKeywordChanged(here, one, other)


def _by_pointer(found: Iterable[Unknown]) -> dict[str, Unknown]:
    return {each.pointer: each for each in found if not _is_rule(each)}


def _is_openness(unknown: Unknown) -> bool:
    """Whether this is what an input or output as a whole says of undeclared members.

    Generated inputs send none, and generated outputs read any.
    """
    whole = unknown.pointer.count("/") <= 3 and "/properties/" not in unknown.pointer
    return unknown.keyword == "additionalProperties" and whole


def _spelled(unknown: Unknown | None) -> Hashable:
    """A keyword and its value, by JSON equality."""
    if unknown is None:
        return None
    return unknown.keyword, equality_key(exact_value(unknown.value))


def _is_rule(unknown: Unknown) -> bool:
    """Whether this is a single media rule, which the rules themselves tell."""
    return unknown.pointer.rpartition("/")[0].endswith("/validations")
