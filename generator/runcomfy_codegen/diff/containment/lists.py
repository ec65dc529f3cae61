"""Lists: how many items, whether they may repeat, and what each of them is."""

from __future__ import annotations

from ...ir.model import Array, Boolean, Choice, Type
from .answer import YES, Answer, Inside, No, Unsure, all_of
from .exact import Json, identity
from .least import MOST_ITEMS, some


def list_inside(one: Array, other: Array, inside: Inside) -> Answer:
    """Whether every list of the one is a list of the other; witnesses are unconfirmed."""
    low, high = one.min_items or 0, _most(one)
    if high is not None and high < low:
        return YES
    if high == 0:
        return _counts(one, other)
    answers = (_items(one, other, inside), _counts(one, other), _unique(one, other))
    return all_of(answers)


def _items(one: Array, other: Array, inside: Inside) -> Answer:
    answer = inside(one.items, other.items)
    if not isinstance(answer, No):
        return answer
    rest = _filled(one, max((one.min_items or 0) - 1, 0))
    if rest is None or (one.unique_items and _among(answer.witness, rest)):
        return Unsure("no list could be made around an item that tells them apart")
    return No([answer.witness, *rest])


def _among(value: Json, rest: list[Json]) -> bool:
    return identity(value) in set(map(identity, rest))


def _counts(one: Array, other: Array) -> Answer:
    low, high = one.min_items or 0, _most(one)
    if low < (other.min_items or 0):
        return _list_of(one, low)
    most = other.max_items
    if most is not None and (high is None or high > most):
        return _list_of(one, max(most + 1, low))
    return YES


def _unique(one: Array, other: Array) -> Answer:
    high = _most(one)
    if not other.unique_items or one.unique_items or (high is not None and high < 2):
        return YES
    return _list_of(one, max(one.min_items or 0, 2))


def _list_of(kind: Array, length: int) -> Answer:
    made = _filled(kind, length)
    if made is None and length > MOST_ITEMS:
        return Unsure(f"only lists of {length} items or more tell them apart")
    if made is None:
        return Unsure(f"no list of {length} items could be made")
    return No(made)


def _filled(kind: Array, length: int) -> list[Json] | None:
    return some(kind.items, length, distinct=kind.unique_items)


def _most(kind: Array) -> int | None:
    """How many items a list can have: if none may repeat, no more than there are values."""
    bounds = [kind.max_items, _size(kind.items) if kind.unique_items else None]
    return min((bound for bound in bounds if bound is not None), default=None)


def _size(kind: Type) -> int | None:
    match kind:
        case Boolean():
            return 2
        case Choice(values=values):
            return len(values)
        case _:
            return None
