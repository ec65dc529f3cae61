"""The annotation that a type checker sees: a type without what only a run can check."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ...ir.json_text import pointer_token
from ...ir.model import (
    Anything,
    Array,
    Boolean,
    Choice,
    Field,
    Nullable,
    Numeric,
    Object,
    Text,
    Type,
    Union,
    Value,
    types_in,
)
from ...subtype import YES, Answer, No, Yes
from ...subtype.examples import smallest_example
from ...subtype.is_subschema import is_subschema
from .facts import AnnotationChanged, ClassRemoved, Fact, SchemaLocation, Side
from .fingerprint import type_identity
from .wording import type_summary


def annotation_facts(
    old: Object, new: Object, location: SchemaLocation
) -> Iterator[Fact]:
    """Every field of a class whose annotation is another one."""
    after = {field.wire_name: field for field in new.fields}
    for field in old.fields:
        other = after.get(field.wire_name)
        if other is not None and other.type != field.type:
            token = pointer_token(field.wire_name)
            here = replace(location, pointer=f"{location.pointer}/properties/{token}")
            yield from _changed(field, other, here)
            yield from _classes_gone(field.type, other.type, here)


def _classes_gone(old: Type, new: Type, location: SchemaLocation) -> Iterator[Fact]:
    """Classes that code could name, and that are no longer generated for this field."""
    before, after = _classes(old), _classes(new)
    came = [each for each in after.values() if each.name not in before]
    for name, each in before.items():
        if name not in after:
            same = (other.name for other in came if _names(other) == _names(each))
            yield ClassRemoved(location, name, next(same, ""), new)


def _classes(kind: Type) -> dict[str, Object]:
    """The objects that are classes: those with members, or with none allowed."""
    objects = (each for each in types_in(kind) if isinstance(each, Object))
    return {each.name: each for each in objects if each.fields or each.extra is None}


def _names(kind: Object) -> set[str]:
    return {field.wire_name for field in kind.fields}


def _changed(old: Field, new: Field, location: SchemaLocation) -> Iterator[Fact]:
    # Whether a field must be given is a fact of its own.
    required = old.required and new.required
    one = field_annotation(old, required=required, side=location.side)
    other = field_annotation(new, required=required, side=location.side)
    old_in_new, new_in_old = is_subschema(one, other), is_subschema(other, one)
    if location.side is Side.OUTPUT:
        new_in_old = _read(one, other, new_in_old)
    if isinstance(old_in_new, Yes) and isinstance(new_in_old, Yes):
        return
    yield AnnotationChanged(
        location,
        type_summary(old.type),
        type_summary(new.type),
        (type_identity(one), type_identity(other)),
        old_in_new,
        new_in_old,
        has_list(one) and has_list(other),
    )


def _read(old: Type, new: Type, new_in_old: Answer) -> Answer:
    """``Any`` can be read as anything: it refuses no reader, and only it pleases all."""
    if isinstance(new, Anything):
        return YES
    if isinstance(old, Anything):
        return next(map(No, smallest_example(new)), new_in_old)
    return new_in_old


def field_annotation(field: Field, *, required: bool, side: Side) -> Type:
    """The annotation of a field; one that may be left out is ``T | None = None``."""
    kind = annotation(field.type, side)
    if required or isinstance(kind, Nullable | Anything):
        return kind
    return Nullable(kind)


def annotation(kind: Type, side: Side) -> Type:
    """The type with bounds, lengths, patterns and formats left out."""
    match kind:
        case Text():
            return Text()
        case Numeric():
            # Python's bool is an int, and an int is taken for a float (PEP 484).
            return Union((Numeric(integral=kind.integral), Boolean()))
        case Choice(values=values):
            return _literal(values)
        case Array(items=items):
            return Array(items=annotation(items, side))
        case Nullable(inner=inner):
            return Nullable(annotation(inner, side))
        case Union(options=options):
            return Union(tuple(annotation(option, side) for option in options))
        case Object():
            return _class(kind, side)
        case Boolean() | Anything():
            return kind


def has_list(kind: Type) -> bool:
    """Whether a list or dict stands in an annotation, or in a class that it names.

    Python's lists are invariant in their items, and its dicts in their values.
    """
    match kind:
        case Array() | Object(fields=()):
            return True
        case Object(fields=fields):
            return any(has_list(field.type) for field in fields)
        case Nullable(inner=inner):
            return has_list(inner)
        case Union(options=options):
            return any(map(has_list, options))
        case _:
            return False


def _class(kind: Object, side: Side) -> Object:
    """A generated class is made of its declared members only, and read with an open mind.

    An object without declared members is a ``dict``.
    """
    extra = None if kind.extra is None else annotation(kind.extra, side)
    if kind.fields:
        extra = Anything() if side is Side.OUTPUT else None
    fields = tuple(_member(field, side) for field in kind.fields)
    return replace(kind, fields=fields, extra=extra, demanded=())


def _member(field: Field, side: Side) -> Field:
    return Field(
        wire_name=field.wire_name,
        name=field.name,
        type=field_annotation(field, required=field.required, side=side),
        required=field.required,
    )


def _literal(values: tuple[Value, ...]) -> Type:
    """``Literal`` knows texts, integers, booleans and None; a fraction makes it a number."""
    told = [value.load() for value in values]
    if all(isinstance(value, str | int | None) for value in told):
        return Choice(values)
    if all(isinstance(value, int | float) for value in told):
        return Union((Numeric(integral=False), Boolean()))
    return Anything()
