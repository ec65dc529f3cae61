"""In which facets two types differ, and whether each facet accepts more or fewer values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ...ir.exact import equality_key, exact_value
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
    without_null,
)
from ...subtype import YES, Answer, No, Yes
from ...subtype.accepts import accepts
from ...subtype.is_subschema import alternatives, is_subschema
from .facts import (
    Facet,
    Fact,
    Identity,
    SchemaLocation,
    SuggestionsChanged,
    ValuesChanged,
)
from .fingerprint import facet_identity
from .published import unsure_beside_unsupported
from .wording import choices_in_words, facet_pair, shorten


@dataclass(frozen=True, slots=True)
class FacetChange:
    """A change of one facet. ``isolated`` is the old type with only this facet changed.

    ``new`` is the new type with all changes.
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

        A witness must be a value that the new type accepts with all changes.
        """
        answer = is_subschema(self.isolated, self.old)
        if isinstance(answer, No) and accepts(self.new, answer.witness) is False:
            return is_subschema(self.new, self.old)
        return answer

    @property
    def words(self) -> tuple[str, str]:
        """The facet before and after."""
        return facet_pair(self.old, self.isolated, self.facet)

    @property
    def choices(self) -> tuple[str, str]:
        """The removed and the added choices; empty if more than choices changed."""
        if isinstance(self.old, Choice) and isinstance(self.isolated, Choice):
            return choices_in_words(self.old, self.isolated)
        return "", ""

    @property
    def identity(self) -> Identity:
        """The facet before and after, without wording."""
        return facet_identity(self.old, self.facet), facet_identity(
            self.isolated, self.facet
        )


def facet_changes(old: Type, new: Type, pointer: str) -> Iterator[FacetChange]:
    """Every facet in which the types are written differently.

    The types may still accept the same values.
    """
    if old == new:
        return
    if isinstance(old, Nullable) != isinstance(new, Nullable):
        if accepts(old, None) and accepts(new, None):
            # Both sides accept null, however they are written.
            yield from _non_null_changes(old, new, pointer)
            return
        isolated = old.inner if isinstance(old, Nullable) else Nullable(old)
        yield FacetChange(pointer, Facet.NULL, old, isolated, new)
    yield from _non_null_changes(without_null(old), without_null(new), pointer)


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
        # The bounds of integers are already rounded, so they are not a separate facet here.
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
    """Added, removed and required members; then the types of the members on both sides."""
    before = {field.wire_name: field for field in old.fields}
    members = tuple(
        (
            replace(field, type=before[field.wire_name].type)
            if field.wire_name in before
            else field
        )
        for field in new.fields
    )
    isolated = replace(
        old,
        fields=members,
        extra=new.extra,
        undeclared_required=new.undeclared_required,
    )
    if not is_equivalent(old, isolated):
        yield FacetChange(pointer, Facet.MEMBERS, old, isolated, new)
    for field in new.fields:
        if field.wire_name in before:
            field_pointer = f"{pointer}/properties/{pointer_token(field.wire_name)}"
            yield from facet_changes(
                before[field.wire_name].type, field.type, field_pointer
            )


"""A change in a branch is reported for the schema that contains the branch."""


def value_facts(old: Field, new: Field, location: SchemaLocation) -> Iterator[Fact]:
    """Every facet in which the values that a field accepts changed."""
    for change, old_in_new, new_in_old in _answered_changes(
        old.type, new.type, location
    ):
        old_in_new = unsure_beside_unsupported(old_in_new, old, new, change.pointer)
        new_in_old = unsure_beside_unsupported(new_in_old, new, old, change.pointer)
        if not (isinstance(old_in_new, Yes) and isinstance(new_in_old, Yes)):
            yield _values_changed(change, old_in_new, new_in_old, location)


def _answered_changes(
    old: Type, new: Type, location: SchemaLocation
) -> list[tuple[FacetChange, Answer, Answer]]:
    """Every facet with its two answers, decided as if only this facet had changed."""
    changes = list(facet_changes(old, new, location.pointer))
    if not changes:
        return []
    all_old_in_new = isinstance(is_subschema(old, new), Yes)
    whole_new_in_old = is_subschema(new, old)
    all_new_in_old = isinstance(whole_new_in_old, Yes)
    answered = [
        (
            change,
            YES if all_old_in_new else change.old_in_new,
            YES if all_new_in_old else change.new_in_old,
        )
        for change in changes
    ]
    if not all_new_in_old and all(
        isinstance(new_in_old, Yes) for _, _, new_in_old in answered
    ):
        # A value that is refused now is refused by one facet, which reports it. A value
        # that is accepted now may need several facets at once.
        together = FacetChange(location.pointer, Facet.ALTERNATIVES, old, new, new)
        return [*answered, (together, YES, whole_new_in_old)]
    return answered


def _values_changed(
    change: FacetChange,
    old_in_new: Answer,
    new_in_old: Answer,
    location: SchemaLocation,
) -> ValuesChanged:
    at = replace(location, pointer=change.pointer)
    old, new = change.words
    removed, added = change.choices
    return ValuesChanged(
        at,
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


# Suggestions: values that a schema lists next to an alternative that accepts them anyway.


def suggestion_facts(
    old: Type, new: Type, location: SchemaLocation
) -> Iterator[SuggestionsChanged]:
    """Suggested values that are listed on one side only, and accepted on both."""
    old, new = without_null(old), without_null(new)
    if isinstance(old, Array) and isinstance(new, Array):
        items = replace(location, pointer=f"{location.pointer}/items")
        yield from suggestion_facts(old.items, new.items, items)
    elif old != new:
        removed, added = _suggested_only(old, new), _suggested_only(new, old)
        if removed or added:
            yield SuggestionsChanged(location, removed, added)


def _suggested_only(one: Type, other: Type) -> str:
    """The values that one type suggests, and the other accepts without listing them."""
    choices = [each for each in alternatives(one) if isinstance(each, Choice)]
    rest = [each for each in alternatives(one) if not isinstance(each, Choice)]
    listed = {
        equality_key(exact_value(value))
        for each in alternatives(other)
        if isinstance(each, Choice)
        for value in each.values
    }
    suggested = (
        value.text
        for choice in choices
        for value in choice.values
        if (exact := exact_value(value)) is not None
        and equality_key(exact) not in listed
        and accepts(other, exact) is not False
        and any(accepts(kind, exact) is not False for kind in rest)
    )
    return shorten(", ".join(suggested))
