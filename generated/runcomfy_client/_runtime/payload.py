"""What is sent of an input: the fields that were set, in wire names, as new lists and dicts."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator
from pathlib import Path
from typing import Any, cast

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from .shape import wire_name


class AcceptsNull:
    """Marks an optional field whose published type has null: a given ``None`` is sent."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "AcceptsNull()"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AcceptsNull)

    def __hash__(self) -> int:
        return hash(AcceptsNull)


def members_sent(part: BaseModel) -> dict[str, Any]:
    """The members of an input, or of an object inside one, that are sent.

    A member without a field is sent too: it is validated before, and refused.
    """
    sent = {
        wire_name(name, field): wire_value(value)
        for name, field, value in fields_sent(part)
    }
    members, fields = part.__dict__, type(part).model_fields
    if not members.keys() <= fields.keys():
        for name, value in members.items():
            if name not in fields:
                sent[name] = wire_value(value)
    for name, value in (part.__pydantic_extra__ or {}).items():
        sent[name] = wire_value(value)
    return sent


def input_members(made: BaseModel) -> dict[str, Any]:
    """The members of an input, with those of ``extended``. A local file is its ``Path``."""
    extension = (made.__pydantic_private__ or {}).get("_extension")
    return {**members_sent(made), **(extension or {})}


def fields_sent(part: BaseModel) -> Iterator[tuple[str, FieldInfo, Any]]:
    """The fields that are sent, with their Python names.

    ``None`` is sent only where null is published, and only if it was given. A value that
    reached the instance without validation counts as given.
    """
    members, given = part.__dict__, part.model_fields_set
    for name, field in type(part).model_fields.items():
        if name not in members:
            continue
        value = members[name]
        if name not in given and value is field.default:
            continue
        if value is not None or field.is_required() or _accepts_null(field):
            yield name, field, value


def _accepts_null(field: FieldInfo) -> bool:
    return any(isinstance(mark, AcceptsNull) for mark in field.metadata)


def wire_value(value: Any, copies: dict[int, Any] | None = None) -> Any:
    """The value of a field as it is sent. A list that has two places is copied once."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, BaseModel):
        return members_sent(value)
    if not isinstance(value, (list, tuple, dict)):
        return _plain(value)
    copies = {} if copies is None else copies
    copy: Any = copies.get(id(cast(object, value)))
    if copy is None:
        if isinstance(value, dict):
            members = cast(dict[str, object], value).items()
            copy = {name: wire_value(member, copies) for name, member in members}
        else:
            items = cast("Collection[object]", value)
            copy = [wire_value(item, copies) for item in items]
        copies[id(cast(object, value))] = copy
    return copy


class ShownValue:
    """The value of a field in a repr: as it is sent, and shortened."""

    def __init__(self, value: object) -> None:
        self.value = value

    def __repr__(self) -> str:
        from .escaping import quoted

        try:
            return quoted(wire_value(self.value), 120)
        except RecursionError:  # a value inside itself
            return quoted(self.value, 120)


def sent_identity(part: object) -> Hashable:
    """A hashable key that is equal exactly if two inputs, or parts of one, send the same.

    One with a value inside itself can send nothing: it is equal only to itself.
    """
    from .exact_numbers import json_identity

    try:
        return json_identity(input_members(cast(BaseModel, part)))
    except RecursionError:
        return (object, id(part))


def has_path(value: object) -> bool:
    """Whether a value of lists and dicts has a ``Path`` in it."""
    waiting, seen = [value], set[int]()
    while waiting:
        part = waiting.pop()
        if isinstance(part, Path):
            return True
        inner: Collection[object] = ()
        if isinstance(part, dict):
            inner = cast(dict[str, object], part).values()
        elif isinstance(part, list):
            inner = cast(list[object], part)
        here = id(part)  # pyright: ignore[reportUnknownArgumentType]
        if inner and here not in seen:
            seen.add(here)
            waiting += [item for item in inner if type(item) not in _PLAIN]
    return False


_PLAIN = frozenset({str, int, float, bool, type(None)})


def _plain(value: object) -> object:
    """The value of a field of any type, as far as JSON has it."""
    from .plain_values import plain_value  # rarely needed

    return plain_value(value)
