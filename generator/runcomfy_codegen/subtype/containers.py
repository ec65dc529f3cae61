"""Lists and objects: how many items, which members, and what each of them is."""

from __future__ import annotations

from collections.abc import Iterator

from ..ir.exact import Json, identity
from ..ir.model import Array, Object, Type
from .accepts import most_items
from .answer import YES, Answer, Inside, No, Unsure, all_of
from .examples import MOST_ITEMS, least, some
from .texts import format_inside


def list_inside(one: Array, other: Array, inside: Inside) -> Answer:
    """Whether every list of the one is a list of the other; witnesses are unconfirmed."""
    told: tuple[Answer, ...] = (_list_counts(one, other), _list_format(one, other))
    if most_items(one) == 0:
        return all_of(told)
    answers = (_list_items(one, other, inside), *told, _unique(one, other))
    return all_of(answers)


def _list_items(one: Array, other: Array, inside: Inside) -> Answer:
    answer = inside(one.items, other.items)
    if not isinstance(answer, No):
        return answer
    rest = _filled(one, max((one.min_items or 0) - 1, 0))
    if rest is None or (one.unique_items and _among(answer.witness, rest)):
        return Unsure("no list could be made around an item that tells them apart")
    return No([answer.witness, *rest])


def _among(value: Json, rest: list[Json]) -> bool:
    return identity(value) in set(map(identity, rest))


def _list_counts(one: Array, other: Array) -> Answer:
    low, high = one.min_items or 0, most_items(one)
    if low < (other.min_items or 0):
        return _list_of(one, low)
    most = other.max_items
    if most is not None and (high is None or high > most):
        return _list_of(one, max(most + 1, low))
    return YES


def _unique(one: Array, other: Array) -> Answer:
    high = most_items(one)
    if not other.unique_items or one.unique_items or (high is not None and high < 2):
        return YES
    return _list_of(one, max(one.min_items or 0, 2))


def _list_format(one: Array, other: Array) -> Answer:
    if format_inside(one.format, other.format):
        return YES
    return Unsure("a format says what a list means, not which lists a server takes")


def _list_of(kind: Array, length: int) -> Answer:
    made = _filled(kind, length)
    if made is None and length > MOST_ITEMS:
        return Unsure(f"only lists of {length} items or more tell them apart")
    if made is None:
        return Unsure(f"no list of {length} items could be made")
    return No(made)


def _filled(kind: Array, length: int) -> list[Json] | None:
    return some(kind.items, length, distinct=kind.unique_items)


# Objects: members that must be there, members that may, and members nobody declared.


def object_inside(one: Object, other: Object, inside: Inside) -> Answer:
    """Whether every object of the one is one of the other; witnesses are unconfirmed."""
    smallest = least(one)
    if not smallest:
        return Unsure("no smallest object could be made")
    return all_of(
        (
            *_missing_members(one, other, smallest[0]),
            *_object_members(one, other, smallest[0], inside),
            _undeclared_members(one, other, smallest[0], inside),
        )
    )


def _missing_members(
    one: Object, other: Object, smallest: dict[str, Json]
) -> Iterator[Answer]:
    """What the other requires, and the one does not."""
    given = required_names(one)
    for name in required_names(other):
        if name not in given:
            yield No({each: smallest[each] for each in smallest if each != name})


def required_names(kind: Object) -> tuple[str, ...]:
    """Every member that must be there, declared or not."""
    declared = (field.wire_name for field in kind.fields if field.required)
    return (*declared, *kind.demanded)


def _object_members(
    one: Object, other: Object, smallest: dict[str, Json], inside: Inside
) -> Iterator[Answer]:
    for name, inner in _declared(one, other):
        if inner is None:
            continue
        outer = _type_of(other, name)
        answer = inside(inner, outer) if outer is not None else _forbidden(inner)
        yield _around(answer, name, smallest)


def _undeclared_members(
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
