"""The parse tree of a regular expression. All values are frozen."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

LAST = 0x10FFFF
"""The last code point of Unicode."""

Range: TypeAlias = tuple[int, int]
"""The first and the last code point of a run of characters."""


@dataclass(frozen=True, slots=True)
class Property:
    """The characters with a property of Unicode, or all the others.

    ``name`` is the property in the spelling that ECMA-262 and Rust share: ``gc=Lu``.
    """

    name: str
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Characters:
    """One character of a set; the ranges are in published order and may overlap."""

    ranges: tuple[Range, ...] = ()
    properties: tuple[Property, ...] = ()
    negated: bool = False


class Assertion(StrEnum):
    """A condition on a position; it consumes no character."""

    START = "^"
    END = "$"
    WORD_BOUNDARY = r"\b"
    NO_WORD_BOUNDARY = r"\B"


@dataclass(frozen=True, slots=True)
class Sequence:
    """Parts that follow each other; without parts, the empty text."""

    parts: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Alternatives:
    """Any of several expressions."""

    options: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """A part ``minimum`` to ``maximum`` times; None means any number of times."""

    part: Node
    minimum: int
    maximum: int | None


Node: TypeAlias = Characters | Assertion | Sequence | Alternatives | Repeat


def complement(ranges: tuple[Range, ...]) -> tuple[Range, ...]:
    """The characters that are in none of the ranges, in order."""
    gaps: list[Range] = []
    begin = 0
    for low, high in sorted(ranges):
        if low > begin:
            gaps.append((begin, low - 1))
        begin = max(begin, high + 1)
    if begin <= LAST:
        gaps.append((begin, LAST))
    return tuple(gaps)
