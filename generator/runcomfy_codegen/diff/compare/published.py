"""What documents say besides their models: texts in every language, unsupported keywords."""

from __future__ import annotations

import re
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from ...ir.exact import equality_key, exact_value, json_value
from ...ir.json_text import is_array, is_object, pointer_token
from ...ir.model import Field, Model, Unknown, Value
from ...ir.schema_positions import is_inert, unknown_without
from ...subtype import Answer, Unsure, Yes
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
"""The texts of a document, by the pointer of a schema and the kind of text."""

TextsByModel: TypeAlias = Mapping[str, Mapping[str, TextsByPointer]]
"""By model id and locale."""


@dataclass(frozen=True, slots=True)
class PublishedTexts:
    """The texts of both sides.

    ``drifted`` are (model id, locale) whose structure differs from the default locale now
    and did not before.
    """

    old: TextsByModel
    new: TextsByModel
    drifted: tuple[tuple[str, str], ...] = ()


_OF_PARTS = ("message", "order of properties")
"""Texts about rules and properties, which may be on one side only."""

_FACTS = "/facts/"
_NOTHING = Value.of(None)

NO_TEXTS = PublishedTexts({}, {})
"""No texts but those of the models themselves."""


def text_facts(texts: PublishedTexts, known: Iterable[Fact]) -> Iterator[Fact]:
    """Texts that differ and are not among the known facts; languages that drifted."""
    reported = {
        (fact.location.model_id, fact.location.pointer, what)
        for fact in known
        if isinstance(fact, TextsChanged)
        for what in fact.what
    }
    for model_id in sorted(texts.old.keys() & texts.new.keys()):
        changed = _changes(texts.old[model_id], texts.new[model_id])
        for pointer in sorted(changed):
            new = [
                kind
                for kind in changed[pointer]
                if (model_id, pointer, kind) not in reported
            ]
            if new:
                yield TextsChanged(_place(model_id, pointer), tuple(new))
    for model_id, locale in texts.drifted:
        yield LocaleDrifted(_place(model_id, "/input_schema"), locale)


def _changes(
    old: Mapping[str, TextsByPointer], new: Mapping[str, TextsByPointer]
) -> dict[str, list[str]]:
    """What changed in all languages, by pointer, for schemas on both sides."""
    changed: dict[str, list[str]] = {}
    for locale in sorted(old.keys() ^ new.keys()):
        changed.setdefault("", []).append(f"the page in {locale!r}")
    for locale in sorted(
        old.keys() & new.keys(), key=lambda locale_name: locale_name != "en"
    ):
        before, after = old[locale], new[locale]
        for pointer in before.keys() & after.keys():
            for what in _differing(before[pointer], after[pointer]):
                words = what if locale == "en" else f"{what} in {locale!r}"
                changed.setdefault(pointer, []).append(words)
    return changed


def _differing(old: Mapping[str, Value], new: Mapping[str, Value]) -> list[str]:
    return [
        what
        for what in sorted(old.keys() | new.keys())
        if not _alike(what, old.get(what), new.get(what))
    ]


def _alike(what: str, one: Value | None, other: Value | None) -> bool:
    """Whether two texts are equal in the parts that both sides have."""
    if what not in _OF_PARTS:
        return one == other
    if one is None or other is None:
        return True
    before, after = one.exact(), other.exact()
    both = [part for part in before if part in after]
    if is_object(before):
        return all(before[part] == after[part] for part in both)
    return both == [part for part in after if part in before]


def _place(model_id: str, pointer: str) -> SchemaLocation:
    return SchemaLocation(model_id, side_of(pointer), pointer)


# Unsupported keywords, and the safety net below all other comparisons.


def unknown_changes(
    old: Model, new: Model, name: str, reported: Collection[str]
) -> Iterator[UnknownChange | TextsChanged]:
    """Parts that differ, have unsupported keywords, and are not reported yet.

    ``reported`` are the pointers of the findings about the model ``name`` that callers must
    look at.
    """
    before = {part.pointer: part for part in old.published}
    for after in new.published:
        before_part = before.get(after.pointer)
        if before_part is None or (before_part.understood and after.understood):
            continue
        if _is_reported(after.pointer, reported) or _same(
            before_part.value, after.value
        ):
            continue
        if after.pointer.startswith(_FACTS) and before_part.value == _NOTHING:
            # A publisher says more about the same model; what follows from it is compared.
            what = f"catalog fact {after.pointer.removeprefix(_FACTS)!r}"
            yield TextsChanged(_place(name, after.pointer), (what,))
            continue
        pointer, old_value, new_value = _innermost_difference(
            after.pointer, before_part.value, after.value
        )
        yield UnknownChange(
            SchemaLocation(name, side_of(pointer), pointer), old_value, new_value
        )


def _is_reported(pointer: str, reported: Collection[str]) -> bool:
    """Whether there is a finding about this part, or about something inside it."""
    inside = f"{pointer}/"
    fields = f"{pointer}/properties/"
    whole = pointer.count("/") == 1
    return any(
        other == pointer
        or (other.startswith(inside) and not (whole and other.startswith(fields)))
        for other in map(_unwrapped, reported)
    )


def _unwrapped(pointer: str) -> str:
    """The pointer without the wrapper of an output: findings about keywords include it."""
    return pointer.replace("/output_schema/output/", "/output_schema/", 1)


def _same(one: Value, other: Value) -> bool:
    return equality_key(exact_value(one)) == equality_key(exact_value(other))


def _innermost_difference(
    pointer: str, old: Value, new: Value
) -> tuple[str, Value, Value]:
    """The innermost place that contains all differences, and its values."""
    before, after = exact_value(old), exact_value(new)
    while is_object(before) and is_object(after) and before.keys() == after.keys():
        differing = [
            member
            for member in before
            if equality_key(before[member]) != equality_key(after[member])
        ]
        if len(differing) != 1:
            break
        (name,) = differing
        pointer = f"{pointer}/{pointer_token(name)}"
        before, after = before[name], after[name]
        if is_array(before):
            break
    return pointer, Value.of(json_value(before)), Value.of(json_value(after))


def unknown_facts(
    old: Iterable[Unknown], new: Iterable[Unknown], location: SchemaLocation
) -> Iterator[Fact]:
    """Unsupported keywords that differ."""
    before, after = _by_pointer(old), _by_pointer(new)
    for pointer in sorted(before.keys() | after.keys()):
        one, other = before.get(pointer), after.get(pointer)
        if _spelled(one) == _spelled(other):
            continue
        at = replace(location, pointer=pointer, side=side_of(pointer))
        keyword = one or other
        if keyword is not None and (keyword.is_note or _is_openness(keyword)):
            values = (side.value if side else None for side in (one, other))
            yield InformativeKeywordChanged(at, keyword.keyword, *values)
        else:
            yield UnsupportedKeywordChanged(at, one, other)


def _by_pointer(unknown: Iterable[Unknown]) -> dict[str, Unknown]:
    return {keyword.pointer: keyword for keyword in unknown if not _is_rule(keyword)}


def _is_openness(unknown: Unknown) -> bool:
    """Whether this is ``additionalProperties`` of a whole input or output.

    Generated inputs send no undeclared members, and generated outputs accept all.
    """
    whole = unknown.pointer.count("/") <= 3 and "/properties/" not in unknown.pointer
    return unknown.keyword == "additionalProperties" and whole


def _spelled(unknown: Unknown | None) -> Hashable:
    """A keyword and its value, by JSON equality, without what says nothing about values."""
    if unknown is None:
        return None
    meaning = Value.of(unknown_without(unknown, is_inert))
    return unknown.keyword, equality_key(exact_value(meaning))


def _is_rule(unknown: Unknown) -> bool:
    """Whether this is a single media rule; those are compared as rules."""
    return unknown.pointer.rpartition("/")[0].endswith("/validations")


_BRANCH = re.compile(r"/(anyOf|oneOf|allOf)/[0-9]+")
"""A change in a branch is reported for the schema that contains the branch."""


def unsure_beside_unsupported(
    answer: Answer, source: Field, target: Field, pointer: str
) -> Answer:
    """The answer, or unsure if there are unsupported keywords next to the types.

    A keyword of the source side may already have refused the witness. And what a keyword
    accepts may depend on the schema around it: if that schema changed, an unchanged keyword
    proves nothing.
    """
    keywords = _refusing_keywords(source.unknown)
    if isinstance(answer, Yes):
        both = (*source.unknown, *target.unknown)
        keywords = _refusing_keywords(
            keyword for keyword in both if _concerns(keyword, pointer)
        )
    if isinstance(answer, Unsure) or not keywords:
        return answer
    return Unsure(f"the keyword {min(keywords)!r} next to it is not supported")


def _refusing_keywords(unknown: Iterable[Unknown]) -> set[str]:
    """Keywords that may refuse a value. Media rules and formats refuse files instead."""
    return {
        keyword.keyword
        for keyword in unknown
        if keyword.keyword not in ("validations", "format") and not keyword.is_note
    }


def _concerns(unknown: Unknown, pointer: str) -> bool:
    """Whether the schema of the keyword contains the place of a change, or lies in it."""
    schema_pointer = _from_first_property(
        _BRANCH.sub("", unknown.pointer.rpartition("/")[0])
    )
    pointer = _from_first_property(pointer)
    return f"{pointer}/".startswith(f"{schema_pointer}/") or schema_pointer.startswith(
        f"{pointer}/"
    )


def _from_first_property(pointer: str) -> str:
    """The part of a pointer after the first property, whatever wraps the output."""
    return pointer.partition("/properties/")[2]
