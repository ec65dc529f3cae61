"""What callers of a generated model see: names, and the types that a checker accepts.

A checker sees a type without bounds, lengths, patterns and formats: those are checked when
the program runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from ...ir.json_text import pointer_token
from ...ir.model import (
    Anything,
    Array,
    Boolean,
    Choice,
    Field,
    Model,
    Nullable,
    Numeric,
    Object,
    Text,
    Type,
    Union,
    Value,
    types_in,
)
from ...ir.surface import CodeNames, FieldSurface, Surface
from ..target import Named
from .model_names import is_class

Surfaces = dict[str, Surface]
"""Surfaces by model id."""


def surfaces_of(old: Named, new: Named) -> tuple[Surfaces, Surfaces]:
    """The surfaces of both sides of a comparison.

    Of a model that both sides have, only what differs is worked out.
    """
    before, after = (
        {model.model_id: model for model in side.models} for side in (old, new)
    )
    return (
        {
            id_: _surface(model, after.get(id_), old, new)
            for id_, model in before.items()
        },
        {
            id_: _surface(model, before.get(id_), new, old)
            for id_, model in after.items()
        },
    )


def _surface(model: Model, other: Model | None, own: Named, others: Named) -> Surface:
    """The surface of a model, next to the same model of the other side."""
    names = own.names[model.model_id]
    if other is not None and names.fields != others.names[model.model_id].fields:
        other = None
    if other is None:
        return Surface(names, _read(model.output), _fields(model, names, {}))
    same = {
        (side, field.wire_name): field.type
        for side, top in (("input", other.input), ("output", other.output))
        for field in top.fields
    }
    changed = (model.published_output, model.output) != (
        other.published_output,
        other.output,
    )
    reads = _read(model.output) if changed else model.output
    return Surface(names, reads, _fields(model, names, same))


def _fields(
    model: Model, names: CodeNames, same: Mapping[tuple[str, str], Type]
) -> dict[str, FieldSurface]:
    """The fields of the input and the output whose types are not the ``same``."""
    return {
        f"/{side}_schema/properties/{pointer_token(field.wire_name)}": _field(
            field, names, reading=side == "output"
        )
        for side, top in (("input", model.input), ("output", model.output))
        for field in top.fields
        if same.get((side, field.wire_name)) != field.type
    }


def _field(field: Field, names: CodeNames, *, reading: bool) -> FieldSurface:
    accepted = _accepted(field.type, reading)
    return FieldSurface(
        accepted=accepted,
        optional=_optional(accepted),
        classes=dict(_classes(field.type, names)),
        invariant=_is_invariant(accepted),
    )


def _classes(kind: Type, names: CodeNames) -> Iterator[tuple[str, frozenset[str]]]:
    for part in types_in(kind):
        if isinstance(part, Object) and is_class(part):
            members = frozenset(field.wire_name for field in part.fields)
            yield names.classes[part.pointer], members


def _optional(kind: Type) -> Type:
    """The type of a field that may be left out, which is written ``T | None = None``."""
    return kind if isinstance(kind, Nullable | Anything) else Nullable(kind)


def _accepted(kind: Type, reading: bool) -> Type:
    """The type with only what a checker knows. ``reading`` says that it is an output's."""
    match kind:
        case Text():
            return Text()
        case Numeric():
            # Python's bool is an int, and an int is accepted for a float (PEP 484).
            return Union((Numeric(integral=kind.integral), Boolean()))
        case Choice(values=values):
            return _literal(values)
        case Array(items=items):
            return Array(items=_accepted(items, reading))
        case Nullable(inner=inner):
            return Nullable(_accepted(inner, reading))
        case Union(options=options):
            return Union(tuple(_accepted(option, reading) for option in options))
        case Object():
            return _class(kind, reading)
        case Boolean() | Anything():
            return kind


def _is_invariant(kind: Type) -> bool:
    """Whether an annotation, or a class that it names, contains a list or dict.

    Python's lists are invariant in their items, and its dicts in their values.
    """
    match kind:
        case Array() | Object(fields=()):
            return True
        case Object(fields=fields):
            return any(_is_invariant(field.type) for field in fields)
        case Nullable(inner=inner):
            return _is_invariant(inner)
        case Union(options=options):
            return any(map(_is_invariant, options))
        case _:
            return False


def _class(kind: Object, reading: bool) -> Object:
    """A generated class has its declared members only; that of an output reads any others.

    An object without declared members is a ``dict``.
    """
    extra = None if kind.extra is None else _accepted(kind.extra, reading)
    if kind.fields:
        extra = Anything() if reading else None
    fields = tuple(_member(field, reading) for field in kind.fields)
    return replace(kind, fields=fields, extra=extra, undeclared_required=())


def _member(field: Field, reading: bool) -> Field:
    accepted = _accepted(field.type, reading)
    return Field(
        wire_name=field.wire_name,
        type=accepted if field.required else _optional(accepted),
        required=field.required,
    )


def _literal(values: tuple[Value, ...]) -> Type:
    """``Literal`` knows texts, integers, booleans and None; a fraction makes it a number."""
    loaded = [value.load() for value in values]
    if all(isinstance(value, str | int | None) for value in loaded):
        return Choice(values)
    if all(isinstance(value, int | float) for value in loaded):
        return Union((Numeric(integral=False), Boolean()))
    return Anything()


# What the class of an output reads.
#
# pydantic converts in lax mode (its conversion table): numbers from booleans and from texts,
# booleans from 0, 1 and a few words. Texts are described generously here, so that what is
# said to be refused is refused.

_NUMBER_TEXTS = Text(pattern="[0-9]|[Ii][Nn][Ff]|[Nn][Aa][Nn]")
_BOOLEAN_TEXTS = Text(
    pattern="^([01TtFfYyNn]|[Oo][Nn]|[Oo][Ff][Ff]|[Yy][Ee][Ss]|[Nn][Oo]"
    "|[Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee])$"
)
_BITS = Choice((Value.of(0), Value.of(1)))


def _read(kind: Type) -> Type:
    match kind:
        case Numeric():
            return Union((kind, Boolean(), _NUMBER_TEXTS))
        case Boolean():
            return Union((kind, _BITS, _BOOLEAN_TEXTS))
        case Array(items=items):
            return replace(kind, items=_read(items))
        case Nullable(inner=inner):
            return Nullable(_read(inner))
        case Union(options=options):
            return Union(tuple(map(_read, options)))
        case Object(fields=fields):
            read = tuple(map(_read_member, fields))
            return replace(kind, fields=read, extra=Anything())
        case Text() | Choice() | Anything():
            return kind


def _read_member(field: Field) -> Field:
    kind = _read(field.type)
    return replace(field, type=kind if field.required else Nullable(kind))
