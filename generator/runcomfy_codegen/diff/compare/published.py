"""What documents say beside their models: texts in every language, keywords and parts that are not understood."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from ...ir.exact import equality_key, exact_value
from ...ir.json_text import is_array, is_object, pointer_token
from ...ir.model import Model, Unknown, Value
from .facts import (
    Fact,
    InformativeKeywordChanged,
    LocaleDrifted,
    SchemaLocation,
    TextsChanged,
    UnknownChange,
    UnsupportedKeywordChanged,
    side_of,
)

TextsByPointer: TypeAlias = Mapping[str, Mapping[str, Value]]
"""What a document says: by the pointer of a schema, and what it is that is said."""

TextsByModel: TypeAlias = Mapping[str, Mapping[str, TextsByPointer]]
"""By model id and locale."""


@dataclass(frozen=True, slots=True)
class PublishedTexts:
    """The texts of both sides, and the (model id, locale) built differently only now."""

    old: TextsByModel
    new: TextsByModel
    drifted: tuple[tuple[str, str], ...] = ()


_OF_PARTS = ("message", "order of properties")
"""What is said of rules and properties, which may be on one side alone."""

NO_TEXTS = PublishedTexts({}, {})
"""No texts but those of the models themselves."""


def text_facts(texts: PublishedTexts, known: Iterable[Fact]) -> Iterator[Fact]:
    """Texts that differ, and are not among the known facts; languages that drifted."""
    told = {
        (fact.location.model_id, fact.location.pointer, what)
        for fact in known
        if isinstance(fact, TextsChanged)
        for what in fact.what
    }
    for model_id in sorted(texts.old.keys() & texts.new.keys()):
        found = _changes(texts.old[model_id], texts.new[model_id])
        for pointer in sorted(found):
            new = [w for w in found[pointer] if (model_id, pointer, w) not in told]
            if new:
                yield TextsChanged(_place(model_id, pointer), tuple(new))
    for model_id, locale in texts.drifted:
        yield LocaleDrifted(_place(model_id, "/input_schema"), locale)


def _changes(
    old: Mapping[str, TextsByPointer], new: Mapping[str, TextsByPointer]
) -> dict[str, list[str]]:
    """What changed in all languages, by pointer; a schema must be on both sides."""
    found: dict[str, list[str]] = {}
    for locale in sorted(old.keys() ^ new.keys()):
        found.setdefault("", []).append(f"the page in {locale!r}")
    for locale in sorted(old.keys() & new.keys(), key=lambda each: each != "en"):
        before, after = old[locale], new[locale]
        for pointer in before.keys() & after.keys():
            for what in _differing(before[pointer], after[pointer]):
                words = what if locale == "en" else f"{what} in {locale!r}"
                found.setdefault(pointer, []).append(words)
    return found


def _differing(old: Mapping[str, Value], new: Mapping[str, Value]) -> list[str]:
    return [
        what
        for what in sorted(old.keys() | new.keys())
        if not _alike(what, old.get(what), new.get(what))
    ]


def _alike(what: str, one: Value | None, other: Value | None) -> bool:
    """Whether two texts say the same, about what both sides have."""
    if what not in _OF_PARTS:
        return one == other
    if one is None or other is None:
        return True
    before, after = one.load(), other.load()
    both = [part for part in before if part in after]
    if is_object(before):
        return all(before[part] == after[part] for part in both)
    return both == [part for part in after if part in before]


def _place(model_id: str, pointer: str) -> SchemaLocation:
    return SchemaLocation(model_id, side_of(pointer), pointer)


# What differs and is not understood: keywords, and the net below all other comparisons.


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
    old: Iterable[Unknown], new: Iterable[Unknown], location: SchemaLocation
) -> Iterator[Fact]:
    """Keywords that are not understood, where they differ."""
    before, after = _by_pointer(old), _by_pointer(new)
    for pointer in sorted(before.keys() | after.keys()):
        one, other = before.get(pointer), after.get(pointer)
        if _spelled(one) == _spelled(other):
            continue
        here = replace(location, pointer=pointer, side=side_of(pointer))
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
