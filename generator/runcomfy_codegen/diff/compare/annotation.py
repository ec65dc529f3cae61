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


def field_annotation(field: Field, *, required: bool) -> Type:
    """The annotation of a field; one that may be left out is ``T | None = None``."""
    kind = annotation(field.type)
    if required or isinstance(kind, Nullable | Anything):
        return kind
    return Nullable(kind)


def annotation(kind: Type) -> Type:
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
            return Array(items=annotation(items))
        case Nullable(inner=inner):
            return Nullable(annotation(inner))
        case Union(options=options):
            return Union(tuple(map(annotation, options)))
        case Object(fields=fields, extra=extra):
            return replace(
                kind,
                fields=tuple(map(_member, fields)),
                extra=None if extra is None else Anything(),
            )
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


def _member(field: Field) -> Field:
    return Field(
        wire_name=field.wire_name,
        name=field.name,
        type=field_annotation(field, required=field.required),
        required=field.required,
    )


def _literal(values: tuple[Value, ...]) -> Type:
    """``Literal`` knows texts, integers, booleans and None; a fraction makes it a number."""
    told = [value.load() for value in values]
    if all(isinstance(value, str | int | None) for value in told):
        return Choice(values)
    if all(isinstance(value, int | float) for value in told):
        return annotation(Numeric(integral=False))
    return Anything()
