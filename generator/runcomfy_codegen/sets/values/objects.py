"""Objects: members that must be there, members that may, and members nobody declared."""

from __future__ import annotations

from collections.abc import Iterator

from ...ir.model import Object, Type
from ..answer import YES, Answer, Inside, No, Unsure, all_of
from ..exact import Json
from .least import least


def object_inside(one: Object, other: Object, inside: Inside) -> Answer:
    """Whether every object of the one is one of the other; witnesses are unconfirmed."""
    smallest = least(one)
    if not smallest:
        return Unsure("no smallest object could be made")
    return all_of(
        (
            *_missing(one, other, smallest[0]),
            *_members(one, other, smallest[0], inside),
            _undeclared(one, other, smallest[0], inside),
        )
    )


def _missing(one: Object, other: Object, smallest: dict[str, Json]) -> Iterator[Answer]:
    """What the other requires, and the one does not."""
    given = required_names(one)
    for name in required_names(other):
        if name not in given:
            yield No({each: smallest[each] for each in smallest if each != name})


def required_names(kind: Object) -> tuple[str, ...]:
    """Every member that must be there, declared or not."""
    declared = (field.wire_name for field in kind.fields if field.required)
    return (*declared, *kind.demanded)


def _members(
    one: Object, other: Object, smallest: dict[str, Json], inside: Inside
) -> Iterator[Answer]:
    for name, inner in _declared(one, other):
        if inner is None:
            continue
        outer = _type_of(other, name)
        answer = inside(inner, outer) if outer is not None else _forbidden(inner)
        yield _around(answer, name, smallest)


def _undeclared(
    one: Object, other: Object, smallest: dict[str, Json], inside: Inside
) -> Answer:
    if one.extra is None:
        return YES
    answer = inside(one.extra, other.extra) if other.extra else _forbidden(one.extra)
    return _around(answer, _new_name(one, other), smallest)


def _around(answer: Answer, name: str, smallest: dict[str, Json]) -> Answer:
    return No({**smallest, name: answer.witness}) if isinstance(answer, No) else answer


def _forbidden(kind: Type) -> Answer:
    found = least(kind)
    return No(found[0]) if found else Unsure("a member that is no longer allowed")


def _declared(one: Object, other: Object) -> Iterator[tuple[str, Type | None]]:
    """Every declared name, and what the one takes there."""
    for name in dict.fromkeys(
        field.wire_name for field in (*one.fields, *other.fields)
    ):
        yield name, _type_of(one, name)


def _type_of(kind: Object, name: str) -> Type | None:
    return next((f.type for f in kind.fields if f.wire_name == name), kind.extra)


def _new_name(one: Object, other: Object) -> str:
    taken = {field.wire_name for field in (*one.fields, *other.fields)}
    return next(
        name for name in ("new", "extra", *map(str, range(1000))) if name not in taken
    )
