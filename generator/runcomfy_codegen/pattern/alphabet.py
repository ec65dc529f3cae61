"""The characters of several patterns, divided into classes that no pattern tells apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from string import ascii_lowercase, ascii_uppercase, digits, punctuation
from typing import TypeAlias

from .engine import Matcher, compiled_pattern
from .escapes import CLASS_ESCAPES
from .tree import LAST, Characters, Property, Range, complement

Ranges: TypeAlias = tuple[Range, ...]
"""A set of characters: ranges in order, without overlap."""

_SURROGATES = range(0xD800, 0xE000)
"""Halves of pairs, which no text has."""
_SIMPLE = ascii_lowercase + digits + ascii_uppercase + punctuation + " "


@dataclass(frozen=True, slots=True)
class Alphabet:
    """The classes of characters, the simplest first.

    ``letters`` has one character of each class; ``classes`` has the classes of each set of
    characters, as bits.
    """

    letters: tuple[str, ...]
    classes: Mapping[Ranges, int]

    def bits(self, characters: Characters) -> int:
        """The classes of a set of characters, as bits."""
        return self.classes[ranges_of(characters)]

    @property
    def word(self) -> int:
        r"""The classes of the characters that ``\b`` counts as parts of words, as bits."""
        return self.classes[_WORD]


@lru_cache(maxsize=1024)
def ranges_of(characters: Characters) -> Ranges:
    """The ranges of a set of characters; its properties are resolved."""
    of_properties = (
        range_ for each in characters.properties for range_ in _property_ranges(each)
    )
    gaps = complement((*characters.ranges, *of_properties))
    return gaps if characters.negated else complement(gaps)


_WORD = ranges_of(Characters(CLASS_ESCAPES["w"]))


def alphabet_of(sets: Iterable[Characters]) -> Alphabet:
    """The classes by which these sets of characters differ."""
    different = list(dict.fromkeys((_WORD, *map(ranges_of, sets))))
    letters: dict[int, str] = {}
    for members, low, high in _cells(different):
        letter = _simplest(low, high)
        letters[members] = min(letters.get(members, letter), letter, key=_complexity)
    in_order = sorted(letters, key=lambda members: _complexity(letters[members]))
    return Alphabet(
        tuple(letters[members] for members in in_order),
        {
            ranges: sum(
                1 << at for at, members in enumerate(in_order) if members >> index & 1
            )
            for index, ranges in enumerate(different)
        },
    )


def _cells(sets: list[Ranges]) -> Iterator[tuple[int, int, int]]:
    """Runs of characters that are in the same sets: these sets as bits, and both ends."""
    changes = {0: 0, _SURROGATES.start: 0, _SURROGATES.stop: 0}
    for index, ranges in enumerate(sets):
        for low, high in ranges:
            for begin in (low, high + 1):
                changes[begin] = changes.get(begin, 0) ^ 1 << index
    begins = sorted(changes)
    members = 0
    for low, end in zip(begins, (*begins[1:], LAST + 1), strict=True):
        members ^= changes[low]
        if low < end and low not in _SURROGATES:
            yield members, low, end - 1


def _simplest(low: int, high: int) -> str:
    if low > ord("~"):
        nearest = map(chr, range(low, min(high, low + 99) + 1))
        return next(filter(str.isprintable, nearest), chr(low))
    return next((each for each in _SIMPLE if low <= ord(each) <= high), chr(low))


def _complexity(letter: str) -> tuple[int, int]:
    """A key for sorting: simple characters first, then printable ones."""
    if letter in _SIMPLE:
        return 0, _SIMPLE.index(letter)
    return 1 if letter.isprintable() else 2, ord(letter)


# Properties of Unicode.


@lru_cache(maxsize=64)
def _property_ranges(published: Property) -> Ranges:
    """The characters with a property.

    The engine is asked, because its release of Unicode is another than Python's.
    """
    name = f"{'P' if published.negated else 'p'}{{{published.name}}}"
    has_one = compiled_pattern(rf"[\{name}]")
    has_other = compiled_pattern(rf"[^\{name}]")
    below, above = _every_character()
    runs = (*_runs(below, has_one, has_other), *_runs(above, has_one, has_other))
    return complement(complement(runs))


@lru_cache(maxsize=1)
def _every_character() -> tuple[str, str]:
    """The characters below and above the halves of surrogate pairs."""
    below, above = range(_SURROGATES.start), range(_SURROGATES.stop, LAST + 1)
    return "".join(map(chr, below)), "".join(map(chr, above))


def _runs(text: str, has_one: Matcher, has_other: Matcher) -> Iterator[Range]:
    """The runs of characters in a text of neighbours that have a property."""
    if not has_one(text):
        return
    if not has_other(text):
        yield ord(text[0]), ord(text[-1])
        return
    middle = len(text) // 2
    yield from _runs(text[:middle], has_one, has_other)
    yield from _runs(text[middle:], has_one, has_other)
