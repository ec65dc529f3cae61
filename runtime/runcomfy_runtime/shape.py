"""What a model class declares: its fields by Python name and by wire name, and their choices."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo


class ModelShape:
    """What the class of an object declares: its fields, by Python name and wire name."""

    __slots__ = ("choices", "inner", "wire")

    def __init__(self) -> None:
        self.wire: dict[str, str] = {}
        """Python name or wire name, to wire name."""
        self.inner: dict[str, tuple[ModelShape, ...]] = {}
        """Wire name, to the classes of objects that the field may hold."""
        self.choices: dict[str, tuple[object, ...]] = {}
        """Wire name, to the values that the field may have, if they are listed."""


def wire_name(name: str, field: FieldInfo) -> str:
    """The published name of a field: its alias, which may be empty, or its own name."""
    return name if field.alias is None else field.alias


@cache
def shape_of(model: type[BaseModel]) -> ModelShape:
    """The shape of a model class, and of all classes inside it."""
    return _shaped(model, {})


def _shaped(
    model: type[BaseModel], made: dict[type[BaseModel], ModelShape]
) -> ModelShape:
    if model not in made:
        shape = made[model] = ModelShape()
        for name, field in model.model_fields.items():
            wire = wire_name(name, field)
            shape.wire |= {name: wire, wire: wire}
            leaves = list(_leaves(field.annotation))
            parts = [leaf for leaf in leaves if isinstance(leaf, type)]
            shape.inner[wire] = tuple(_shaped(part, made) for part in parts)
            choices = tuple(leaf for leaf in leaves if not isinstance(leaf, type))
            if choices:
                shape.choices[wire] = choices
    return made[model]


def _leaves(annotation: Any) -> Iterator[Any]:
    """Every model class in an annotation, and every value of its literals."""
    if get_origin(annotation) is Literal:
        yield from get_args(annotation)
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    else:
        for argument in get_args(annotation):
            yield from _leaves(argument)
