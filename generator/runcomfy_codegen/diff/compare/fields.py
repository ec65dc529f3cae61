"""The fields of one object compared with those of another."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from ...ir.exact import equality_key, exact_value
from ...ir.json_text import pointer_token
from ...ir.model import Array, Field, Model, Nullable, Object, Type, Union, Value
from ...subtype.containers import required_names
from .facets import suggestion_facts, value_facts
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


def field_facts(old: Object, new: Object, location: SchemaLocation) -> Iterator[Fact]:
    """Everything that changed among the members of an input or an output."""
    before = {field.wire_name: field for field in old.fields}
    after = {field.wire_name: field for field in new.fields}
    was_marked, is_marked = dict(old.left_out), dict(new.left_out)
    removed = {name: field for name, field in before.items() if name not in after}
    added = {name: field for name, field in after.items() if name not in before}
    renamed = renamed_fields(
        {name: removed[name] for name in removed if name not in is_marked},
        {name: added[name] for name in added if name not in was_marked},
    )
    for name, field in removed.items():
        if name in renamed:
            other = added[renamed[name]]
            yield FieldRenamed(at_field(location, name), field, other, old)
        else:
            at = at_field(location, name)
            yield FieldRemoved(at, field, is_marked=name in is_marked)
    for name, field in added.items():
        if name not in renamed.values():
            at = at_field(location, name)
            yield FieldAdded(at, field, old, was_marked=name in was_marked)
    for name, field in after.items():
        if name in before and before[name] != field:
            yield from _changed(before[name], field, old, at_field(location, name))
    yield from _left_out_facts(old, new, location)
    yield from _undeclared_required_facts(old, new, location)


def _left_out_facts(
    old: Object, new: Object, location: SchemaLocation
) -> Iterator[Fact]:
    """Properties that are no fields on either side: no caller sends them, or none gets them."""
    before, after = dict(old.left_out), dict(new.left_out)
    fields = {field.wire_name for field in (*old.fields, *new.fields)}
    for name in sorted((before.keys() | after.keys()) - fields):
        if before.get(name) != after.get(name):
            what = "a field that the client leaves out"
            yield TextsChanged(at_field(location, name), (what,))


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


def at_field(location: SchemaLocation, name: str) -> SchemaLocation:
    """The place of a member of an object."""
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
    yield from suggestion_facts(old.type, new.type, location)
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


# Renames: a removed name and an added one that mean the same; each has one partner at most.


Item = TypeVar("Item")

_MIN_SHARED_FIELDS = 0.9
_MIN_NAME_SIMILARITY = 0.5
_SAME_DESCRIPTION = 0.8


def renamed_models(
    removed: Mapping[str, Model], added: Mapping[str, Model]
) -> dict[str, str]:
    """New id by old id, for models with nearly the same inputs and similar names."""
    numbers: dict[Field, int] = {}

    def numbered(model: Model) -> frozenset[int]:
        # There may be thousands of models, and numbers compare faster than fields.
        bare = map(_without_texts, model.input.fields)
        return frozenset(numbers.setdefault(field, len(numbers)) for field in bare)

    old = {name: numbered(model) for name, model in removed.items()}
    new = {name: numbered(model) for name, model in added.items()}
    return _best_pairs(old, new, _model_similarity)


def renamed_fields(
    removed: Mapping[str, Field], added: Mapping[str, Field]
) -> dict[str, str]:
    """New name by old name, for fields of one type with similar names or one description."""
    return _best_pairs(removed, added, _field_similarity)


def _best_pairs(
    removed: Mapping[str, Item],
    added: Mapping[str, Item],
    similarity: Callable[[str, Item, str, Item], float],
) -> dict[str, str]:
    """The best partners first; equal scores go by name, never by the order of files."""
    scored = sorted(
        (-score, old, new)
        for old in removed
        for new in added
        if (score := similarity(old, removed[old], new, added[new])) > 0
    )
    pairs: dict[str, str] = {}
    for _, old, new in scored:
        if old not in pairs and new not in pairs.values():
            pairs[old] = new
    return pairs


def _model_similarity(
    old: str, old_fields: frozenset[int], new: str, new_fields: frozenset[int]
) -> float:
    """How similar two models are; 0 if they are different models."""
    if not old_fields or len(old_fields & new_fields) < _MIN_SHARED_FIELDS * len(
        old_fields | new_fields
    ):
        return 0.0
    return _name_similarity(old, new, _MIN_NAME_SIMILARITY)


def _field_similarity(old: str, one: Field, new: str, other: Field) -> float:
    if (one.type, one.media, one.required) != (other.type, other.media, other.required):
        return 0.0
    same_description = one.description != "" and one.description == other.description
    return max(
        _name_similarity(old, new, _MIN_NAME_SIMILARITY),
        _SAME_DESCRIPTION if same_description else 0.0,
    )


def _name_similarity(one: str, other: str, minimum: float) -> float:
    matcher = difflib.SequenceMatcher(None, one, other, autojunk=False)
    if matcher.real_quick_ratio() < minimum or matcher.quick_ratio() < minimum:
        return 0.0
    ratio = matcher.ratio()
    return ratio if ratio >= minimum else 0.0


def _without_texts(field: Field) -> Field:
    """A field without its texts and samples."""
    return replace(field, title="", description="", sample=None, rules=(), unknown=())
