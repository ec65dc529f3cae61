"""The source lens: what changed for code, in names, classes and type annotations.

The target of a language makes a ``Surface`` for each model; nothing here knows a language.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from ...ir.json_text import pointer_token
from ...ir.model import Anything, Array, Field, Model, Object, Type, types_in
from ...ir.surface import FieldSurface, Surface
from ...subtype import YES, Answer, No, Yes
from ...subtype.accepts import accepts
from ...subtype.examples import smallest_example
from ...subtype.is_subschema import alternatives, is_subschema
from .facts import (
    AnnotationChanged,
    ClassRemoved,
    Fact,
    FieldRemoved,
    FieldRenamed,
    NameChanged,
    SchemaLocation,
    Side,
)
from .fields import nested_fields
from .fingerprint import type_identity
from .wording import type_pair

SurfacePair: TypeAlias = tuple[Surface, Surface]
"""The surfaces of one model before and after."""


@dataclass(frozen=True, slots=True)
class Surfaces:
    """What code sees of the models of each side, by model id.

    A model without a surface on both sides is compared on the wire only.
    """

    old: Mapping[str, Surface]
    new: Mapping[str, Surface]

    def of(self, old: Model, new: Model) -> SurfacePair | None:
        """Both surfaces of a model, if both are known."""
        one, other = self.old.get(old.model_id), self.new.get(new.model_id)
        return None if one is None or other is None else (one, other)


NO_SURFACES = Surfaces({}, {})
"""No source code is compared."""


def names_changed(surfaces: SurfacePair | None) -> bool:
    """Whether a module or a field has another name in code."""
    if surfaces is None:
        return False
    one, other = (surface.names for surface in surfaces)
    return one.module != other.module or one.fields != other.fields


def with_names(facts: Iterable[Fact], surfaces: SurfacePair | None) -> Iterator[Fact]:
    """The facts, with the names in code of removed and renamed fields."""
    for fact in facts:
        match fact:
            case FieldRemoved(field=field) if surfaces is not None:
                name = surfaces[0].names.fields[field.wire_name]
                yield replace(fact, name=name)
            case FieldRenamed(old=old, new=new) if surfaces is not None:
                before = surfaces[0].names.fields[old.wire_name]
                after = surfaces[1].names.fields[new.wire_name]
                yield replace(fact, renamed_in_code=before != after)
            case _:
                yield fact


def name_facts(
    old: Object, new: Object, location: SchemaLocation, surfaces: SurfacePair
) -> Iterator[Fact]:
    """Every field, nested ones included, that has another name in code."""
    old_names, new_names = (surface.names.fields for surface in surfaces)
    if old_names == new_names:
        return
    before = {field.wire_name: field for field in old.fields}
    for field in new.fields:
        if field.wire_name not in before:
            continue
        old_field = before[field.wire_name]
        field_pointer = (
            f"{location.pointer}/properties/{pointer_token(field.wire_name)}"
        )
        for inner, _, pointer in (
            (old_field, field, field_pointer),
            *nested_fields(old_field.type, field.type, field_pointer),
        ):
            pair = old_names[inner.wire_name], new_names[inner.wire_name]
            if pair[0] != pair[1]:
                yield NameChanged(replace(location, pointer=pointer), "field", *pair)


def module_facts(location: SchemaLocation, surfaces: SurfacePair) -> Iterator[Fact]:
    """The module of a model, if it has another name now."""
    one, other = (surface.names for surface in surfaces)
    if one.module != other.module:
        yield NameChanged(location, "module", one.dotted, other.dotted)


def annotation_facts(
    old: Object, new: Object, location: SchemaLocation, surfaces: SurfacePair
) -> Iterator[Fact]:
    """Every field for which a type checker accepts other values now."""
    after = {field.wire_name: field for field in new.fields}
    for field in old.fields:
        other = after.get(field.wire_name)
        if other is None:
            continue
        pointer = f"{location.pointer}/properties/{pointer_token(field.wire_name)}"
        before, now = surfaces[0].fields.get(pointer), surfaces[1].fields.get(pointer)
        if before is not None and now is not None and before != now:
            field_location = replace(location, pointer=pointer)
            yield from _changed(field, other, (before, now), field_location)
            yield from _removed_classes(before, now, other.type, field_location)


def _removed_classes(
    old: FieldSurface, new: FieldSurface, new_type: Type, location: SchemaLocation
) -> Iterator[Fact]:
    """Classes of this field that are no longer generated, or have another name."""
    added = {
        name: members
        for name, members in new.classes.items()
        if name not in old.classes
    }
    for name, members in old.classes.items():
        if name not in new.classes:
            same = (
                other
                for other, other_members in added.items()
                if other_members == members
            )
            yield ClassRemoved(location, name, next(same, ""), new_type)


def _changed(
    old: Field,
    new: Field,
    surfaces: tuple[FieldSurface, FieldSurface],
    location: SchemaLocation,
) -> Iterator[Fact]:
    # Whether a field is required is a fact of its own.
    required = old.required and new.required
    one, other = (
        surface.accepted if required else surface.optional for surface in surfaces
    )
    old_in_new, new_in_old = is_subschema(one, other), is_subschema(other, one)
    if location.side is Side.OUTPUT:
        new_in_old = _read(one, other, new_in_old)
    if isinstance(old_in_new, Yes) and isinstance(new_in_old, Yes):
        return
    yield AnnotationChanged(
        location,
        *type_pair(old.type, new.type),
        (type_identity(one), type_identity(other)),
        old_in_new,
        new_in_old,
        _must_be_the_same(one, other, surfaces),
        lost=_example(old.type, one, other, old_in_new),
        gained=_example(new.type, other, one, new_in_old),
    )


def _must_be_the_same(
    old: Type, new: Type, surfaces: tuple[FieldSurface, FieldSurface]
) -> bool:
    """Whether a checker may demand the very same type, although the new one accepts more.

    A type that is an alternative of both sides fits as it is.
    """
    if not all(surface.invariant for surface in surfaces):
        return False
    kept = alternatives(new)
    return any(
        isinstance(part, Array) or (isinstance(part, Object) and not part.fields)
        for option in alternatives(old)
        if option not in kept
        for part in types_in(option)
    )


def _example(
    published: Type, annotation: Type, other: Type, answer: Answer
) -> No | None:
    """A value that a schema and its annotation accept, and the other annotation refuses.

    An annotation has no bounds, so a value that shows how it differs from another one may be
    outside of those of the schema: no caller had it.
    """
    answers = (answer, is_subschema(published, other))
    witnesses = [answer.witness for answer in answers if isinstance(answer, No)]
    for value in (*witnesses, *smallest_example(published)):
        known = accepts(published, value) and accepts(annotation, value)
        if known and accepts(other, value) is False:
            return No(value)
    return None


def _read(old: Type, new: Type, new_in_old: Answer) -> Answer:
    """For readers: ``Any`` accepts every value, and only ``Any`` accepts a value of ``Any``."""
    if isinstance(new, Anything):
        return YES
    if isinstance(old, Anything):
        return next(map(No, smallest_example(new)), new_in_old)
    return new_in_old
