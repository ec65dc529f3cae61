"""Lists: how many items, whether they may repeat, and what each of them is."""

from __future__ import annotations

from ...ir.equality import identity
from ...ir.model import Array
from ..answer import YES, Answer, Inside, No, Unsure, all_of
from ..exact import Json
from .emptiness import most_items
from .formats import format_inside
from .least import MOST_ITEMS, some


def list_inside(one: Array, other: Array, inside: Inside) -> Answer:
    """Whether every list of the one is a list of the other; witnesses are unconfirmed."""
    told: tuple[Answer, ...] = (_counts(one, other), _format(one, other))
    if most_items(one) == 0:
        return all_of(told)
    answers = (_items(one, other, inside), *told, _unique(one, other))
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


def _format(one: Array, other: Array) -> Answer:
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
