"""References that earlier versions gave the jobs of a named batch.

They named a job by the SHA-256 of the exact bytes of its request, which follow the order of the
fields and the spelling of numbers. The journal does not have those bytes. So the bodies that an
earlier version may have sent for an input are made again, until one has the recorded SHA-256.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import chain, combinations, islice, permutations, product
from typing import Any, NamedTuple, TypeAlias, cast, get_args

from .exact_numbers import exact_number
from .journal import Journal, JournalEntry, entries_of_batch
from .lifecycle.submit import RESUBMITTABLE_STATES

_EXACT = re.compile(r"([0-9a-f]{64})/[1-9][0-9]*")
_MOST_BODIES = 10_000
_ALL_ORDERS_UP_TO = 6
"""Fields that are tried in every order; of more, those where only required ones moved."""

Number: TypeAlias = "int | float"
Spelling: TypeAlias = Callable[[Number], Number]
Order: TypeAlias = Mapping[type, Mapping[str, int]]


class OldReferences:
    """The references that earlier versions gave the jobs of one batch."""

    def __init__(self, journal: Journal, batch: str) -> None:
        self._journal = journal
        self._batch = batch
        self._by_model: dict[str, dict[str, list[JournalEntry]]] | None = None
        self._known: dict[tuple[str, str], list[str]] = {}

    @property
    def was_read(self) -> bool:
        """Whether they were read from the journal."""
        return self._by_model is not None

    def read(self) -> None:
        """Read them from the journal now, not on first use."""
        if self._by_model is None:
            self._by_model = self._read()

    def of(self, model_id: str, identity: str, given: object) -> Sequence[str]:
        """The references of the jobs for an input with this identity.

        Those that must not be paid for again come first.
        """
        key = model_id, identity
        if key not in self._known:
            self._known[key] = [
                entry.reference for entry in self._recorded(model_id, given)
            ]
        return self._known[key]

    def _recorded(self, model_id: str, given: object) -> list[JournalEntry]:
        self.read()
        recorded = (self._by_model or {}).get(model_id, {})
        entries: list[JournalEntry] = []
        if recorded:
            from hashlib import sha256

            for body in old_bodies(given):
                entries += recorded.pop(sha256(body).hexdigest(), ())
        return sorted(entries, key=_precedence)

    def _read(self) -> dict[str, dict[str, list[JournalEntry]]]:
        """The entries of earlier versions: by model, then by the SHA-256 of the body."""
        by_model: dict[str, dict[str, list[JournalEntry]]] = {}
        for entry in entries_of_batch(self._journal, self._batch):
            prefix = f"{self._batch}/{entry.model_id}/"
            match = _EXACT.fullmatch(entry.reference.removeprefix(prefix))
            if match and entry.payload_sha256 in ("", match[1]):
                model = by_model.setdefault(entry.model_id, {})
                model.setdefault(match[1], []).append(entry)
        return by_model


def _precedence(entry: JournalEntry) -> tuple[bool, float, str]:
    return entry.state in RESUBMITTABLE_STATES, entry.meant_at, entry.reference


# The bodies that an earlier version may have sent.


def old_bodies(given: object) -> Iterator[bytes]:
    """Bodies for an input with its fields in other orders and its numbers spelled otherwise.

    Whole numbers are spelled as given, all as integers, all as floats, and then mixed.
    """
    names: dict[type, dict[str, bool]] = defaultdict(dict)
    if isinstance(given, dict):
        given = _Untyped(cast(dict[str, object], given))
    count = _look_at(given, names)
    orders = list(islice(_orders(names), _MOST_BODIES))
    uniform = product((_unchanged, _as_integer, _as_float, _as_signed_float), orders)
    mixed = (
        (_in_turn(chosen), order)
        for chosen in product((_as_integer, _as_float), repeat=count)
        for order in orders
    )
    for spelling, order in islice(chain(uniform, mixed), _MOST_BODIES):
        document = _document(given, order, spelling)
        yield json.dumps(document, ensure_ascii=False).encode()


def _look_at(value: Any, names: dict[type, dict[str, bool]]) -> int:
    """Note the names sent of each class, and whether they are required.

    Returns the count of whole numbers that can be spelled in two ways.
    """
    if not _is_part(value):
        return _is_whole(value) + sum(_look_at(item, names) for item in _items(value))
    fields = list(_fields(value))
    names[type(value)] |= {field.name: field.required for field in fields}
    counts = (_look_at(field.value, names) for field in fields if not field.integers)
    return sum(counts) + _look_at(_undeclared(value), names)


def _orders(names: Mapping[type, Mapping[str, bool]]) -> Iterator[Order]:
    """Every order in which the classes may have declared these names."""
    orders = [_orders_of(members) for members in names.values()]
    for chosen in product(*orders):
        ranks = ({name: rank for rank, name in enumerate(order)} for order in chosen)
        yield dict(zip(names, ranks, strict=True))


def _orders_of(members: Mapping[str, bool]) -> list[tuple[str, ...]]:
    if len(members) <= _ALL_ORDERS_UP_TO:
        return list(permutations(members))
    required = [name for name in members if members[name]]
    optional = [name for name in members if not members[name]]
    places = combinations(range(len(members)), len(required))
    return [_merged(required, optional, frozenset(taken)) for taken in places]


def _merged(
    required: Collection[str], optional: Collection[str], taken: Collection[int]
) -> tuple[str, ...]:
    first, second = iter(required), iter(optional)
    count = len(required) + len(optional)
    return tuple(next(first if place in taken else second) for place in range(count))


def _document(value: Any, order: Order, spelling: Spelling) -> object:
    """A value as it was sent, by an order of fields and a spelling of whole numbers."""
    if _is_part(value):
        rank = order[type(value)]
        fields = sorted(_fields(value), key=lambda field: rank[field.name])
        declared = {
            field.name: _document(
                field.value, order, _unchanged if field.integers else spelling
            )
            for field in fields
        }
        return declared | cast(
            dict[str, object], _document(_undeclared(value), order, spelling)
        )
    if isinstance(value, dict):
        named = cast(dict[str, object], value)
        return {name: _document(item, order, spelling) for name, item in named.items()}
    if isinstance(value, (list, tuple)):
        items = cast(Sequence[object], value)
        return [_document(item, order, spelling) for item in items]
    return spelling(value) if _is_whole(value) else value


class _Untyped(dict[str, object]):
    """A payload without a class: the order that its class would have is not known."""


def _is_part(value: object) -> bool:
    return isinstance(value, _Untyped) or hasattr(value, "model_fields_set")


class _Sent(NamedTuple):
    """A field of a part that is sent."""

    name: str
    required: bool
    integers: bool
    """Whether its numbers are integers: an earlier version spelled those in one way."""
    value: object


def _fields(part: Any) -> Iterator[_Sent]:
    """The fields of a part that are sent, in wire names."""
    if isinstance(part, _Untyped):
        yield from (_Sent(name, False, False, value) for name, value in part.items())
        return
    # These import pydantic, as the class of the part has already.
    from .payload import fields_sent
    from .shape import wire_name

    for name, field, value in fields_sent(part):
        integers = set(_leaves(field.annotation)) <= {int, list, type(None)}
        yield _Sent(wire_name(name, field), field.is_required(), integers, value)


def _leaves(annotation: Any) -> Iterator[Any]:
    """The types that an annotation is made of."""
    arguments = get_args(annotation)
    if not arguments:
        yield annotation
    for argument in arguments:
        yield from _leaves(argument)


def _undeclared(part: Any) -> dict[str, object]:
    """The members without a field: they come last, in the order in which they were given."""
    if isinstance(part, _Untyped):
        return {}
    private: Mapping[str, Any] = part.__pydantic_private__ or {}
    extension: Mapping[str, object] = private.get("_extension") or {}
    return {**(part.__pydantic_extra__ or {}), **extension}


def _items(value: object) -> Collection[object]:
    if isinstance(value, dict):
        return cast(dict[str, object], value).values()
    return cast("Collection[object]", value) if isinstance(value, (list, tuple)) else ()


def _is_whole(value: object) -> bool:
    if isinstance(value, float):
        return value.is_integer()
    return isinstance(value, int) and not isinstance(value, bool)


def _unchanged(number: Number) -> Number:
    return number


def _as_integer(number: Number) -> Number:
    return int(exact_number(number))


def _as_float(number: Number) -> Number:
    try:
        return float(number) + 0.0  # no sign of zero
    except OverflowError:
        return number


def _as_signed_float(number: Number) -> Number:
    return _as_float(number) or -0.0


def _in_turn(spellings: Sequence[Spelling]) -> Spelling:
    """A spelling that treats each number in its own way."""
    following = iter(spellings)
    return lambda number: next(following)(number)
