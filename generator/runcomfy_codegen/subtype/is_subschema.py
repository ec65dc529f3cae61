"""The decision itself: proofs from structure, refutations by witness, else unsure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import TypeVar

from ..ir.exact import Json, Number, identity, is_number, loaded, number
from ..ir.model import (
    NULL,
    Anything,
    Array,
    Boolean,
    Choice,
    Nullable,
    Numeric,
    Object,
    Text,
    Type,
    Union,
)
from .accepts import accepts, empty
from .answer import YES, Answer, No, Unsure, Yes, all_of
from .containers import list_inside, object_inside
from .examples import least
from .numbers import covered, every_number, landmarks, line
from .texts import covers, only_lengths, reach, texts

Kind = TypeVar("Kind")


@lru_cache(maxsize=4096)
def inside(one: Type, other: Type) -> Answer:
    """Whether every value that ``one`` accepts is accepted by ``other``.

    ``Yes`` is proved; the witness of a ``No`` is a value of ``one`` that ``other`` refuses,
    confirmed by membership; everything else is ``Unsure`` with its reason. Answers are
    kept: alternatives of alternatives are asked about again and again.
    """
    if one == other or empty(one):
        return YES
    outer = pieces(other)
    if any(isinstance(piece, Anything) for piece in outer):
        return YES
    return all_of(_piece_inside(piece, other, outer) for piece in _opened(one))


def _opened(one: Type) -> Iterable[Type]:
    for piece in pieces(one):
        yield from EVERYTHING if isinstance(piece, Anything) else (piece,)


def _piece_inside(one: Type, other: Type, outer: Sequence[Type]) -> Answer:
    match one:
        case Choice(values=values):
            return _values_inside(map(loaded, values), other, outer)
        case Boolean():
            return _values_inside((False, True), other, outer)
        case Numeric():
            return _numbers_inside(one, other, outer)
        case Text():
            return _texts_inside(one, other, outer)
        case Array():
            return _one_of(one, other, _of(Array, outer), list_inside_one)
        case Object():
            return _one_of(one, other, _of(Object, outer), object_inside_one)
        case _:
            return Unsure(f"{type(one).__name__} is not compared")


def list_inside_one(one: Array, other: Array) -> Answer:
    """Lists against one alternative of lists."""
    return list_inside(one, other, inside)


def object_inside_one(one: Object, other: Object) -> Answer:
    """Objects against one alternative of objects."""
    return object_inside(one, other, inside)


def _values_inside(
    values: Iterable[Json], other: Type, outer: Sequence[Type]
) -> Answer:
    listed = {identity(word) for word in _words(outer)}
    unsure: Answer = YES
    for value in values:
        if identity(value) in listed:
            continue
        told = accepts(other, value)
        if told is False:
            return No(value)
        if told is None:
            unsure = Unsure("a format is not asserted by everybody")
    return unsure


def _numbers_inside(one: Numeric, other: Type, outer: Sequence[Type]) -> Answer:
    lines = _of(Numeric, outer)
    if any(covered(one, piece) for piece in lines):
        return YES
    words: list[Number] = [word for word in _words(outer) if is_number(word)]
    tried = landmarks([line(one), *map(line, lines)], words)
    refuted = _refuted(one, other, map(number, tried))
    # On one lattice, or none, those numbers are complete: they agree, so the sets do.
    if refuted is not None or len({line(piece).step for piece in (one, *lines)}) == 1:
        return refuted or YES
    every = every_number(one)
    if every is not None:
        return _values_inside(map(number, every), other, outer)
    return Unsure("several lattices of numbers together may cover it")


def _texts_inside(one: Text, other: Type, outer: Sequence[Type]) -> Answer:
    kinds = _of(Text, outer)
    if any(covers(one, piece) for piece in kinds):
        return YES
    words = [word for word in _words(outer) if isinstance(word, str)]
    refuted = _refuted(one, other, texts([one, *kinds], words))
    if refuted is not None:
        return refuted
    if only_lengths([one, *kinds]) and reach([one, *kinds]):
        return YES
    return Unsure(_undecided([one, *kinds]))


def _undecided(kinds: Iterable[Text]) -> str:
    if any(kind.pattern is not None for kind in kinds):
        return "patterns are not compared as sets of texts"
    if any(kind.format is not None for kind in kinds):
        return "a format says what a text means, not which texts a server takes"
    return "only very long texts tell them apart"


def _one_of(
    one: Kind,
    other: Type,
    outer: Sequence[Kind],
    decide: Callable[[Kind, Kind], Answer],
) -> Answer:
    """Proved by a single alternative, or refuted by a witness that none of them takes."""
    answers = [decide(one, piece) for piece in outer]
    if any(isinstance(answer, Yes) for answer in answers):
        return YES
    assert isinstance(one, Array | Object)
    witnesses = [each.witness for each in answers if isinstance(each, No)]
    refuted = _refuted(one, other, (*witnesses, *least(one)))
    if refuted is not None:
        return refuted
    reasons = [each.reason for each in answers if isinstance(each, Unsure)]
    return Unsure(next(iter(reasons), "several alternatives together may cover it"))


def _refuted(one: Type, other: Type, candidates: Iterable[Json]) -> No | None:
    for value in candidates:
        if accepts(one, value) is True and accepts(other, value) is False:
            return No(value)
    return None


def _of(wanted: type[Kind], outer: Iterable[object]) -> list[Kind]:
    return [piece for piece in outer if isinstance(piece, wanted)]


def _words(outer: Iterable[Type]) -> list[Json]:
    """The single values among the alternatives."""
    choices = _of(Choice, outer)
    return [loaded(value) for choice in choices for value in choice.values]


# A type as the list of its alternatives, none of which is itself a union.


EVERYTHING: tuple[Type, ...] = (
    NULL,
    Boolean(),
    Numeric(integral=False),
    Text(),
    Array(items=Anything()),
    Object(name="", extra=Anything()),
)
"""The six types of JSON, which together are ``Anything``."""


def pieces(kind: Type) -> tuple[Type, ...]:
    """The alternatives of a type: its unions opened, and null as one of them."""
    match kind:
        case Union(options=options):
            return tuple(piece for option in options for piece in pieces(option))
        case Nullable(inner=inner):
            return (*pieces(inner), NULL)
        case _:
            return (kind,)
