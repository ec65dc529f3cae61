"""In which respects two types differ, each respect changed alone and decided."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from ...ir.json_text import pointer_token
from ...ir.model import (
    NULL,
    Array,
    Choice,
    Field,
    Nullable,
    Numeric,
    Object,
    Text,
    Type,
    Unknown,
)
from ...subtype.accepts import accepts
from ...subtype.answer import YES, Answer, No, Unsure, Yes
from ...subtype.is_subschema import is_subschema
from .facts import Facet, Fact, Identity, SchemaLocation, ValuesChanged
from .fingerprint import facet_identity
from .wording import choices_in_words, facet_in_words


@dataclass(frozen=True, slots=True)
class FacetChange:
    """One facet, changed alone: ``alone`` is the old type with nothing else new.

    ``new`` is the new type with everything else that changed.
    """

    pointer: str
    facet: Facet
    old: Type
    isolated: Type
    new: Type

    @property
    def old_in_new(self) -> Answer:
        """Whether all old values are still accepted."""
        return is_subschema(self.old, self.isolated)

    @property
    def new_in_old(self) -> Answer:
        """Whether the old type accepted all new values.

        What shows that it did not must be a value that the new type accepts.
        """
        answer = is_subschema(self.isolated, self.old)
        if isinstance(answer, No) and accepts(self.new, answer.witness) is False:
            return is_subschema(self.new, self.old)
        return answer

    @property
    def words(self) -> tuple[str, str]:
        """The facet before and after."""
        return facet_in_words(self.old, self.facet), facet_in_words(
            self.isolated, self.facet
        )

    @property
    def choices(self) -> tuple[str, str]:
        """The choices that went, and those that came; nothing if there is more to it."""
        if isinstance(self.old, Choice) and isinstance(self.isolated, Choice):
            return choices_in_words(self.old, self.isolated)
        return "", ""

    @property
    def identity(self) -> Identity:
        """The facet before and after, free of wording."""
        return facet_identity(self.old, self.facet), facet_identity(
            self.isolated, self.facet
        )


def facet_changes(old: Type, new: Type, pointer: str) -> Iterator[FacetChange]:
    """Every facet in which the types differ in spelling; the sets may still be equal."""
    if old == new:
        return
    if isinstance(old, Nullable) != isinstance(new, Nullable):
        if accepts(old, None) and accepts(new, None):
            # Null is one of the values of the other side anyway.
            yield from _non_null_changes(old, new, pointer)
            return
        isolated = old.inner if isinstance(old, Nullable) else Nullable(old)
        yield FacetChange(pointer, Facet.NULL, old, isolated, new)
    yield from _non_null_changes(_without_null(old), _without_null(new), pointer)


def is_equivalent(old: Type, new: Type) -> bool:
    """Whether two types are proved to have the same values."""
    return isinstance(is_subschema(old, new), Yes) and isinstance(
        is_subschema(new, old), Yes
    )


def _non_null_changes(old: Type, new: Type, pointer: str) -> Iterator[FacetChange]:
    if old == new:
        return
    match old, new:
        case Text(), Text():
            yield from _text_changes(old, new, pointer)
        case Numeric(), Numeric():
            yield from _number_changes(old, new, pointer)
        case Array(), Array():
            yield from _array_changes(old, new, pointer)
        case Object(), Object():
            yield from _object_changes(old, new, pointer)
        case (Choice(), Choice() | Text() | Numeric()) | (
            Text() | Numeric(),
            Choice(),
        ) if NULL not in (old, new):
            yield FacetChange(pointer, Facet.CHOICES, old, new, new)
        case _:
            facet = Facet.TYPE if type(old) is not type(new) else Facet.ALTERNATIVES
            yield FacetChange(pointer, facet, old, new, new)


def _without_null(kind: Type) -> Type:
    return kind.inner if isinstance(kind, Nullable) else kind


def _text_changes(old: Text, new: Text, pointer: str) -> Iterator[FacetChange]:
    lengths = replace(old, min_length=new.min_length, max_length=new.max_length)
    for facet, isolated in (
        (Facet.LENGTH, lengths),
        (Facet.PATTERN, replace(old, pattern=new.pattern)),
        (Facet.FORMAT, replace(old, format=new.format)),
    ):
        if isolated != old:
            yield FacetChange(pointer, facet, old, isolated, new)


def _number_changes(old: Numeric, new: Numeric, pointer: str) -> Iterator[FacetChange]:
    if old.integral != new.integral:
        # Bounds of integers were made whole already: they are no facet of their own here.
        yield FacetChange(pointer, Facet.TYPE, old, new, new)
        return
    bounds = replace(
        old,
        minimum=new.minimum,
        maximum=new.maximum,
        exclusive_minimum=new.exclusive_minimum,
        exclusive_maximum=new.exclusive_maximum,
    )
    for facet, isolated in (
        (Facet.RANGE, bounds),
        (Facet.STEP, replace(old, multiple_of=new.multiple_of)),
    ):
        if isolated != old:
            yield FacetChange(pointer, facet, old, isolated, new)


def _array_changes(old: Array, new: Array, pointer: str) -> Iterator[FacetChange]:
    counts = replace(old, min_items=new.min_items, max_items=new.max_items)
    for facet, isolated in (
        (Facet.COUNT, counts),
        (Facet.REPEATS, replace(old, unique_items=new.unique_items)),
        (Facet.FORMAT, replace(old, format=new.format)),
    ):
        if isolated != old:
            yield FacetChange(pointer, facet, old, isolated, new)
    yield from facet_changes(old.items, new.items, f"{pointer}/items")


def _object_changes(old: Object, new: Object, pointer: str) -> Iterator[FacetChange]:
    """Members that came, went or must be there now; then the types of those that stayed."""
    before = {field.wire_name: field for field in old.fields}
    members = tuple(
        (
            replace(field, type=before[field.wire_name].type)
            if field.wire_name in before
            else field
        )
        for field in new.fields
    )
    isolated = replace(old, fields=members, extra=new.extra, demanded=new.demanded)
    if not is_equivalent(old, isolated):
        yield FacetChange(pointer, Facet.MEMBERS, old, isolated, new)
    for field in new.fields:
        if field.wire_name in before:
            here = f"{pointer}/properties/{pointer_token(field.wire_name)}"
            yield from facet_changes(before[field.wire_name].type, field.type, here)


_BRANCH = re.compile(r"/(anyOf|oneOf|allOf)/[0-9]+")
"""Changes in a branch are told of the schema that has it."""


def value_facts(old: Field, new: Field, location: SchemaLocation) -> Iterator[Fact]:
    """Every facet in which the values that a field accepts changed."""
    for change, old_in_new, new_in_old in _answered_changes(
        old.type, new.type, location
    ):
        old_in_new = _unsure_beside_unknown_keywords(
            old_in_new, old, new, change.pointer
        )
        new_in_old = _unsure_beside_unknown_keywords(
            new_in_old, new, old, change.pointer
        )
        if not (isinstance(old_in_new, Yes) and isinstance(new_in_old, Yes)):
            yield _values_changed(change, old_in_new, new_in_old, location)


def _answered_changes(
    old: Type, new: Type, location: SchemaLocation
) -> list[tuple[FacetChange, Answer, Answer]]:
    """Every facet with its two answers, decided as if only it had changed."""
    found = list(facet_changes(old, new, location.pointer))
    if not found:
        return []
    all_kept = isinstance(is_subschema(old, new), Yes)
    whole = is_subschema(new, old)
    all_covered = isinstance(whole, Yes)
    told = [
        (
            each,
            YES if all_kept else each.old_in_new,
            YES if all_covered else each.new_in_old,
        )
        for each in found
    ]
    if not all_covered and all(
        isinstance(new_in_old, Yes) for _, _, new_in_old in told
    ):
        # What is refused now is refused by one facet, and told there. What is let pass
        # may need several.
        together = FacetChange(location.pointer, Facet.ALTERNATIVES, old, new, new)
        return [*told, (together, YES, whole)]
    return told


def _values_changed(
    change: FacetChange,
    old_in_new: Answer,
    new_in_old: Answer,
    location: SchemaLocation,
) -> ValuesChanged:
    here = replace(location, pointer=change.pointer)
    old, new = change.words
    removed, added = change.choices
    return ValuesChanged(
        here,
        change.facet,
        old,
        new,
        change.identity,
        old_in_new,
        new_in_old,
        change.isolated,
        removed=removed,
        added=added,
    )


def _unsure_beside_unknown_keywords(
    answer: Answer, giver: Field, taker: Field, pointer: str
) -> Answer:
    """An answer about the types alone, beside keywords that are not understood.

    One on the giving side may have refused the witness all along. And what a keyword
    accepts may depend on all that stands around it: one that is the same on both sides
    proves nothing once its schema changed.
    """
    known = _refusing_keywords(giver.unknown)
    if isinstance(answer, Yes):
        both = (*giver.unknown, *taker.unknown)
        known = _refusing_keywords(each for each in both if _concerns(each, pointer))
    if isinstance(answer, Unsure) or not known:
        return answer
    return Unsure(f"the keyword {min(known)!r} next to it is not supported")


def _refusing_keywords(unknown: Iterable[Unknown]) -> set[str]:
    """Keywords that may refuse a value. Rules and formats of media refuse files."""
    return {
        each.keyword
        for each in unknown
        if each.keyword not in ("validations", "format") and not each.is_note
    }


def _concerns(unknown: Unknown, pointer: str) -> bool:
    """Whether the schema of the keyword lies around the place of a change, or in it."""
    carrier = _from_first_property(_BRANCH.sub("", unknown.pointer.rpartition("/")[0]))
    pointer = _from_first_property(pointer)
    return f"{pointer}/".startswith(f"{carrier}/") or carrier.startswith(f"{pointer}/")


def _from_first_property(pointer: str) -> str:
    """A pointer from the first property on, however the output is wrapped."""
    return pointer.partition("/properties/")[2]
