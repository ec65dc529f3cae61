"""The model with its Python names, as templates and views see it."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

from ...ir.model import Array, Field, Model, Nullable, Object, Type, Union, fields_in
from ...ir.surface import CodeNames


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedField(Field):
    """A field and the name of its attribute."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedObject(Object):
    """An object and the name of its class."""

    name: str
    fields: tuple[NamedField, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedModel(Model):
    """A model and the path of its module: the names of the packages and its own."""

    path: tuple[str, ...]
    input: NamedObject
    output: NamedObject

    @property
    def names(self) -> CodeNames:
        """The names of the module and the fields."""
        every = (*fields_in(self.input), *fields_in(self.output))
        named = (each for each in every if isinstance(each, NamedField))
        return CodeNames(self.path, {each.wire_name: each.name for each in named})


def named_model(model: Model, names: CodeNames) -> NamedModel:
    """The model, each object and field of its input and output with its name."""
    sides = {
        "input": _named_object(model.input, names),
        "output": _named_object(model.output, names),
    }
    return NamedModel(**{**_values(model), **sides}, path=names.module)


def _named_object(kind: Object, names: CodeNames) -> NamedObject:
    members = tuple(
        NamedField(
            **{**_values(each), "type": _named(each.type, names)},
            name=names.fields[each.wire_name],
        )
        for each in kind.fields
    )
    extra = None if kind.extra is None else _named(kind.extra, names)
    values = {**_values(kind), "fields": members, "extra": extra}
    return NamedObject(**values, name=names.classes[kind.pointer])


def _named(kind: Type, names: CodeNames) -> Type:
    match kind:
        case Object():
            return _named_object(kind, names)
        case Array(items=items):
            return replace(kind, items=_named(items, names))
        case Nullable(inner=inner):
            return Nullable(_named(inner, names))
        case Union(options=options):
            return Union(tuple(_named(option, names) for option in options))
        case _:
            return kind


def _values(value: Model | Object | Field) -> dict[str, Any]:
    return {each.name: getattr(value, each.name) for each in fields(value)}
