"""The annotation that a type checker sees: a type without what only a run can check."""

from __future__ import annotations

from dataclasses import replace

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
)
from .fact import Side


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
    """Whether a list stands in an annotation; Python's lists are invariant in their items."""
    match kind:
        case Array():
            return True
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
    return replace(
        kind, fields=tuple(_member(field, side) for field in kind.fields), extra=extra
    )


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
