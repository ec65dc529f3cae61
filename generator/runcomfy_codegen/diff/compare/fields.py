"""The fields of one object compared with those of another."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import replace

from ...ir.exact import equality_key, exact_value
from ...ir.json_text import pointer_token
from ...ir.model import Array, Field, Nullable, Object, Type, Union, Value
from ...subtype.containers import required_names
from .facets import value_facts
from .facts import (
    DefaultChanged,
    Fact,
    FieldAdded,
    FieldRemoved,
    FieldRenamed,
    MediaKindChanged,
    RequiredChanged,
    SampleChanged,
    SchemaLocation,
    TextsChanged,
    UndeclaredRequiredChanged,
)
from .media_limits import media_limit_facts
from .published import unknown_facts
from .renames import renamed_fields


def field_facts(old: Object, new: Object, location: SchemaLocation) -> Iterator[Fact]:
    """Everything that changed among the members of an input or an output."""
    before = {field.wire_name: field for field in old.fields}
    after = {field.wire_name: field for field in new.fields}
    removed = {name: field for name, field in before.items() if name not in after}
    added = {name: field for name, field in after.items() if name not in before}
    renamed = renamed_fields(removed, added)
    for name, field in removed.items():
        if name in renamed:
            other = added[renamed[name]]
            yield FieldRenamed(_at(location, name), field, other, old)
        else:
            yield FieldRemoved(_at(location, name), field)
    for name, field in added.items():
        if name not in renamed.values():
            yield FieldAdded(_at(location, name), field, old)
    for name, field in after.items():
        if name in before and before[name] != field:
            yield from _changed(before[name], field, old, _at(location, name))
    yield from _undeclared_required_facts(old, new, location)


def _undeclared_required_facts(
    old: Object, new: Object, location: SchemaLocation
) -> Iterator[Fact]:
    """Names without a property that became required, or are no longer."""
    at = replace(location, pointer=f"{location.pointer}/required")
    for name in new.undeclared_required:
        if name not in required_names(old):
            yield UndeclaredRequiredChanged(at, name, True, old)
    for name in old.undeclared_required:
        if name not in required_names(new):
            yield UndeclaredRequiredChanged(at, name, False, old)


def _at(location: SchemaLocation, name: str) -> SchemaLocation:
    return replace(
        location, pointer=f"{location.pointer}/properties/{pointer_token(name)}"
    )


def _changed(
    old: Field, new: Field, parent: Object, location: SchemaLocation
) -> Iterator[Fact]:
    if old.required != new.required:
        yield RequiredChanged(location, new.required, old, parent)
    yield from value_facts(old, new, location)
    yield from unknown_facts(old.unknown, new.unknown, location)
    yield from _other_facts(old, new, location)
    for one, other, pointer in nested_fields(old.type, new.type, location.pointer):
        yield from _other_facts(one, other, replace(location, pointer=pointer))


def _other_facts(old: Field, new: Field, location: SchemaLocation) -> Iterator[Fact]:
    """What changed in a field besides its type."""
    if old.media and new.media and old.media is not new.media:
        yield MediaKindChanged(location, old.media, new.media)
    yield from media_limit_facts(old, new, location)
    yield from _published_values(old, new, location)
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
        yield TextsChanged(location, texts)


def _messages(old: Field, new: Field) -> tuple[set[str], set[str]]:
    """The messages of the rules that both sides have."""
    before, after = _rule_keys(old), _rule_keys(new)
    both = before.keys() & after.keys()
    return {before[key] for key in both}, {after[key] for key in both}


def _rule_keys(field: Field) -> dict[tuple[str, str, str], str]:
    return {
        (rule.metric, rule.operator, rule.limit): rule.message for rule in field.rules
    }


def _published_values(
    old: Field, new: Field, location: SchemaLocation
) -> Iterator[Fact]:
    """Defaults and samples. A default that became a sample is the same value."""
    old_default, new_default = _value(old.default), _value(new.default)
    old_sample, new_sample = _value(old.sample), _value(new.sample)
    if (old_default or old_sample) == (new_default or new_sample):
        return
    if old_default != new_default:
        yield DefaultChanged(location, old.default, new.default)
    if old_sample != new_sample:
        yield SampleChanged(location, old.sample, new.sample)


def _value(value: Value | None) -> Hashable:
    return None if value is None else equality_key(exact_value(value))


# Nested fields: members of objects in lists, unions or other objects.


Pair = tuple[Field, Field, str]
"""The field before, the field after, and its pointer."""


def nested_fields(old: Type, new: Type, pointer: str) -> Iterator[Pair]:
    """Every nested field that both types have."""
    match old, new:
        case Nullable(inner=one), _:
            yield from nested_fields(one, new, pointer)
        case _, Nullable(inner=other):
            yield from nested_fields(old, other, pointer)
        case Array(items=one), Array(items=other):
            yield from nested_fields(one, other, f"{pointer}/items")
        case Union(options=before), Union(options=after):
            for one, other in _partners(before, after):
                yield from nested_fields(one, other, pointer)
        case Union(options=before), _:
            for one, other in _partners(before, (new,)):
                yield from nested_fields(one, other, pointer)
        case _, Union(options=after):
            for one, other in _partners((old,), after):
                yield from nested_fields(one, other, pointer)
        case Object(), Object():
            yield from _members(old, new, pointer)
        case _:
            pass


def _partners(
    before: tuple[Type, ...], after: tuple[Type, ...]
) -> Iterator[tuple[Type, Type]]:
    """Pairs of the most similar alternatives, in any order; each is used once at most."""
    remaining = list(after)
    equal_first = sorted(before, key=lambda one: one not in remaining)
    for one in equal_first:
        best = max(remaining, key=lambda other: _likeness(one, other), default=None)
        if best is not None and _likeness(one, best) > 0:
            remaining.remove(best)
            yield one, best


def _likeness(one: Type, other: Type) -> float:
    """The similarity of two alternatives, from 0 to 2."""
    if one == other:
        return 2.0
    match one, other:
        case Object(), Object():
            mine, theirs = ({f.wire_name for f in kind.fields} for kind in (one, other))
            return 0.1 + len(mine & theirs) / max(len(mine | theirs), 1)
        case Array(items=inner), Array(items=outer):
            return 0.1 + _likeness(inner, outer) / 2
        case _:
            return 0.1 if type(one) is type(other) else 0.0


def _members(old: Object, new: Object, pointer: str) -> Iterator[Pair]:
    before = {field.wire_name: field for field in old.fields}
    for field in new.fields:
        if field.wire_name in before:
            field_pointer = f"{pointer}/properties/{pointer_token(field.wire_name)}"
            yield before[field.wire_name], field, field_pointer
            yield from nested_fields(
                before[field.wire_name].type, field.type, field_pointer
            )
    if old.extra is not None and new.extra is not None:
        extra_pointer = f"{pointer}/additionalProperties"
        yield from nested_fields(old.extra, new.extra, extra_pointer)
