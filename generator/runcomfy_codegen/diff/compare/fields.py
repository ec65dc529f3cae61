"""The fields of one object against those of another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from ...ir.json_text import pointer_token
from ...ir.model import Field, Object, Unknown, Value
from ..containment.answer import YES, Answer, No, Unsure, Yes
from ..containment.contains import inside
from .annotation import field_annotation, has_list
from .facets import Change, changes
from .fact import (
    AnnotationChanged,
    DefaultChanged,
    Fact,
    FieldAdded,
    FieldRemoved,
    FieldRenamed,
    MediaChanged,
    Place,
    RequiredChanged,
    SampleChanged,
    TextsChanged,
    Unjudged,
    ValuesChanged,
)
from .identity import type_identity
from .limits import limit_facts
from .nesting import nested
from .pairing import renamed_fields
from .wording import brief


def field_facts(old: Object, new: Object, place: Place) -> Iterator[Fact]:
    """Everything that changed among the members of an input or an output."""
    before = {field.wire_name: field for field in old.fields}
    after = {field.wire_name: field for field in new.fields}
    gone = {name: field for name, field in before.items() if name not in after}
    came = {name: field for name, field in after.items() if name not in before}
    renamed = renamed_fields(gone, came)
    for name, field in gone.items():
        if name in renamed:
            other = came[renamed[name]]
            yield FieldRenamed(_at(place, name), field, other, old)
            yield from _changed(field, other, old, _at(place, name))
        else:
            yield FieldRemoved(_at(place, name), field)
    for name, field in came.items():
        if name not in renamed.values():
            yield FieldAdded(_at(place, name), field, old)
    for name, field in after.items():
        if name in before and before[name] != field:
            yield from _changed(before[name], field, old, _at(place, name))


def unknown_facts(
    old: Iterable[Unknown], new: Iterable[Unknown], place: Place
) -> Iterator[Fact]:
    """Keywords that are not understood, where they differ."""
    before, after = _by_pointer(old), _by_pointer(new)
    for pointer in sorted(before.keys() | after.keys()):
        one, other = before.get(pointer), after.get(pointer)
        if one != other:
            yield Unjudged(replace(place, pointer=pointer), one, other)


def _by_pointer(found: Iterable[Unknown]) -> dict[str, Unknown]:
    return {each.pointer: each for each in found if not _is_rule(each)}


def _is_rule(unknown: Unknown) -> bool:
    """Whether this is a single media rule, which the rules themselves tell."""
    return unknown.pointer.rpartition("/")[0].endswith("/validations")


def _at(place: Place, name: str) -> Place:
    return replace(place, pointer=f"{place.pointer}/properties/{pointer_token(name)}")


def _changed(old: Field, new: Field, holder: Object, place: Place) -> Iterator[Fact]:
    if old.required != new.required:
        yield RequiredChanged(place, new.required, old, holder)
    yield from _values(old, new, place)
    yield from _annotations(old, new, place)
    yield from unknown_facts(old.unknown, new.unknown, place)
    yield from _told(old, new, place)
    for one, other, pointer in nested(old.type, new.type, place.pointer):
        yield from _told(one, other, replace(place, pointer=pointer))


def _told(old: Field, new: Field, place: Place) -> Iterator[Fact]:
    """What a field tells beside its type."""
    if old.media and new.media and old.media is not new.media:
        yield MediaChanged(place, old.media, new.media)
    yield from limit_facts(old, new, place)
    yield from _published_values(old, new, place)
    texts = tuple(
        what
        for what, one, other in (
            ("title", old.title, new.title),
            ("description", old.description, new.description),
            ("message", *_messages(old, new)),
        )
        if one != other
    )
    if texts:
        yield TextsChanged(place, texts)


def _messages(old: Field, new: Field) -> tuple[set[str], set[str]]:
    """The messages of the rules that both sides have; those of others come with them."""
    before, after = _rule_keys(old), _rule_keys(new)
    both = before.keys() & after.keys()
    return {before[key] for key in both}, {after[key] for key in both}


def _rule_keys(field: Field) -> dict[tuple[str, str, str], str]:
    return {
        (rule.metric, rule.operator, rule.limit): rule.message for rule in field.rules
    }


def _values(old: Field, new: Field, place: Place) -> Iterator[Fact]:
    found = list(changes(old.type, new.type, place.pointer))
    if not found:
        return
    all_kept = isinstance(inside(old.type, new.type), Yes)
    all_covered = isinstance(inside(new.type, old.type), Yes)
    for change in found:
        kept = _hedged(YES if all_kept else change.kept, old, new)
        covered = _hedged(YES if all_covered else change.covered, new, old)
        if not (isinstance(kept, Yes) and isinstance(covered, Yes)):
            yield _values_changed(change, kept, covered, place)


def _values_changed(
    change: Change, kept: Answer, covered: Answer, place: Place
) -> ValuesChanged:
    here = replace(place, pointer=change.pointer)
    old, new = change.words
    lost, gained = change.choices
    return ValuesChanged(
        here, change.facet, old, new, change.identity, kept, covered, lost, gained
    )


def _hedged(answer: Answer, giver: Field, taker: Field) -> Answer:
    """An answer about the types alone, beside keywords that are not understood.

    One on the giving side may have refused the witness all along; one that only the taking
    side has may refuse what the type takes.
    """
    known = _keywords(giver)
    beside = known if isinstance(answer, No) else _keywords(taker) - known
    if isinstance(answer, Unsure) or not beside:
        return answer
    keyword = min(keyword for keyword, _ in beside)
    return Unsure(f"the keyword {keyword!r} beside it is not understood")


def _keywords(field: Field) -> set[tuple[str, Value]]:
    return {
        (each.keyword, each.value)
        for each in field.unknown
        if each.keyword != "validations"
    }


def _annotations(old: Field, new: Field, place: Place) -> Iterator[Fact]:
    # Whether a field must be given is a fact of its own.
    required = old.required and new.required
    one = field_annotation(old, required=required, side=place.side)
    other = field_annotation(new, required=required, side=place.side)
    if one == other:
        return
    kept, covered = inside(one, other), inside(other, one)
    if isinstance(kept, Yes) and isinstance(covered, Yes):
        return
    old_words, new_words = brief(old.type), brief(new.type)
    identity = type_identity(one), type_identity(other)
    yield AnnotationChanged(
        place, old_words, new_words, identity, kept, covered, has_list(other)
    )


def _published_values(old: Field, new: Field, place: Place) -> Iterator[Fact]:
    """Defaults and samples; one that only turned into the other is the same value."""
    if _published(old) == _published(new):
        return
    if old.default != new.default:
        yield DefaultChanged(place, old.default, new.default)
    if old.sample != new.sample:
        yield SampleChanged(place, old.sample, new.sample)


def _published(field: Field) -> Value | None:
    return field.default or field.sample
