"""The fields of one object against those of another."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import replace

from ...ir.equality import identity
from ...ir.json_text import pointer_token
from ...ir.model import Field, Object, Type, Unknown, Value
from ...sets.answer import YES, Answer, Unsure, Yes
from ...sets.exact import loaded
from ...sets.values.contains import inside
from ...sets.values.objects import required_names
from .facets import Change, changes
from .fact import (
    DefaultChanged,
    DemandChanged,
    Facet,
    Fact,
    FieldAdded,
    FieldRemoved,
    FieldRenamed,
    MediaChanged,
    NameChanged,
    NoteChanged,
    Place,
    RequiredChanged,
    SampleChanged,
    TextsChanged,
    Unjudged,
    ValuesChanged,
    side_of,
)
from .limits import limit_facts
from .nesting import nested
from .pairing import renamed_fields

_BRANCH = re.compile(r"/(anyOf|oneOf|allOf)/[0-9]+")
"""Changes in a branch are told of the schema that has it."""


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
        else:
            yield FieldRemoved(_at(place, name), field)
    for name, field in came.items():
        if name not in renamed.values():
            yield FieldAdded(_at(place, name), field, old)
    for name, field in after.items():
        if name in before and before[name] != field:
            yield from _changed(before[name], field, old, _at(place, name))
    yield from _demands(old, new, place)


def _demands(old: Object, new: Object, place: Place) -> Iterator[Fact]:
    """Names without a property that must be given now, or no longer."""
    here = replace(place, pointer=f"{place.pointer}/required")
    for name in new.demanded:
        if name not in required_names(old):
            yield DemandChanged(here, name, True, old)
    for name in old.demanded:
        if name not in required_names(new):
            yield DemandChanged(here, name, False, old)


def unknown_facts(
    old: Iterable[Unknown], new: Iterable[Unknown], place: Place
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
            yield NoteChanged(here, told.keyword, *values)
        else:
            yield Unjudged(here, one, other)


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
    return unknown.keyword, identity(loaded(unknown.value))


def _is_rule(unknown: Unknown) -> bool:
    """Whether this is a single media rule, which the rules themselves tell."""
    return unknown.pointer.rpartition("/")[0].endswith("/validations")


def _at(place: Place, name: str) -> Place:
    return replace(place, pointer=f"{place.pointer}/properties/{pointer_token(name)}")


def _changed(old: Field, new: Field, holder: Object, place: Place) -> Iterator[Fact]:
    if old.required != new.required:
        yield RequiredChanged(place, new.required, old, holder)
    yield from _values(old, new, place)
    yield from unknown_facts(old.unknown, new.unknown, place)
    yield from _told(old, new, place)
    for one, other, pointer in nested(old.type, new.type, place.pointer):
        yield from _told(one, other, replace(place, pointer=pointer))


def _told(old: Field, new: Field, place: Place) -> Iterator[Fact]:
    """What a field tells beside its type."""
    if old.name != new.name:
        yield NameChanged(place, "field", old.name, new.name)
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
    for change, kept, covered in _answered(old.type, new.type, place):
        kept = _hedged(kept, old, new, change.pointer)
        covered = _hedged(covered, new, old, change.pointer)
        if not (isinstance(kept, Yes) and isinstance(covered, Yes)):
            yield _values_changed(change, kept, covered, place)


def _answered(
    old: Type, new: Type, place: Place
) -> list[tuple[Change, Answer, Answer]]:
    """Every facet with its two answers, decided as if only it had changed."""
    found = list(changes(old, new, place.pointer))
    if not found:
        return []
    all_kept = isinstance(inside(old, new), Yes)
    whole = inside(new, old)
    all_covered = isinstance(whole, Yes)
    told = [
        (each, YES if all_kept else each.kept, YES if all_covered else each.covered)
        for each in found
    ]
    if not all_covered and all(isinstance(covered, Yes) for _, _, covered in told):
        # What is refused now is refused by one facet, and told there. What is let pass
        # may need several.
        together = Change(place.pointer, Facet.ALTERNATIVES, old, new, new)
        return [*told, (together, YES, whole)]
    return told


def _values_changed(
    change: Change, kept: Answer, covered: Answer, place: Place
) -> ValuesChanged:
    here = replace(place, pointer=change.pointer)
    old, new = change.words
    lost, gained = change.choices
    return ValuesChanged(
        here,
        change.facet,
        old,
        new,
        change.identity,
        kept,
        covered,
        change.alone,
        lost=lost,
        gained=gained,
    )


def _hedged(answer: Answer, giver: Field, taker: Field, pointer: str) -> Answer:
    """An answer about the types alone, beside keywords that are not understood.

    One on the giving side may have refused the witness all along. And what a keyword
    accepts may depend on all that stands around it: one that is the same on both sides
    proves nothing once its schema changed.
    """
    known = _keywords(giver.unknown)
    if isinstance(answer, Yes):
        both = (*giver.unknown, *taker.unknown)
        known = _keywords(each for each in both if _concerns(each, pointer))
    if isinstance(answer, Unsure) or not known:
        return answer
    return Unsure(f"the keyword {min(known)!r} beside it is not understood")


def _keywords(unknown: Iterable[Unknown]) -> set[str]:
    """Keywords that may refuse a value. Rules and formats of media refuse files."""
    return {
        each.keyword
        for each in unknown
        if each.keyword not in ("validations", "format") and not each.is_note
    }


def _concerns(unknown: Unknown, pointer: str) -> bool:
    """Whether the schema of the keyword lies around the place of a change, or in it."""
    carrier = _below(_BRANCH.sub("", unknown.pointer.rpartition("/")[0]))
    pointer = _below(pointer)
    return f"{pointer}/".startswith(f"{carrier}/") or carrier.startswith(f"{pointer}/")


def _below(pointer: str) -> str:
    """A pointer from the first property on, however the output is wrapped."""
    return pointer.partition("/properties/")[2]


def _published_values(old: Field, new: Field, place: Place) -> Iterator[Fact]:
    """Defaults and samples; one that only turned into the other is the same value."""
    before, after = _value(old.default), _value(new.default)
    was, now = _value(old.sample), _value(new.sample)
    if (before or was) == (after or now):
        return
    if before != after:
        yield DefaultChanged(place, old.default, new.default)
    if was != now:
        yield SampleChanged(place, old.sample, new.sample)


def _value(told: Value | None) -> Hashable:
    return None if told is None else identity(loaded(told))
