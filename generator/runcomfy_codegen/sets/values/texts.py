"""Strings: lengths in code points, patterns and formats."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ...ir.model import Text
from .formats import URL, format_inside, names_url

LONGEST = 65_536
"""No text longer than this is made; what only longer texts could tell stays unsure."""


def covers(one: Text, other: Text) -> bool:
    """Whether all texts of the one are proved to be texts of the other."""
    lengths = (one.min_length or 0) >= (other.min_length or 0) and (
        other.max_length is None
        or (one.max_length is not None and one.max_length <= other.max_length)
    )
    pattern = other.pattern is None or one.pattern == other.pattern
    return lengths and pattern and format_inside(one.format, other.format)


def only_lengths(kinds: Iterable[Text]) -> bool:
    """Whether nothing but lengths tells these types apart."""
    return all(kind.pattern is None and kind.format is None for kind in kinds)


def texts(kinds: Sequence[Text], words: Sequence[str] = ()) -> Iterator[str]:
    """Texts that tell these types and single words apart, the shortest first.

    Complete where ``only_lengths`` holds: the letter they are made of begins none of the
    words, so that every length at which something changes is tried with a foreign text.
    """
    bounds = {
        bound + near
        for kind in kinds
        for bound in (kind.min_length or 0, kind.max_length)
        if bound is not None
        for near in (-1, 0, 1)
    }
    lengths = sorted({0, 1, *bounds} - {-1})
    letter = _foreign_letter(words)
    for length in lengths:
        if length <= LONGEST:
            yield letter * length
            yield from _urls(kinds, length)
    yield from _pattern_guesses(kinds)
    yield from words


def reach(kinds: Iterable[Text]) -> bool:
    """Whether every bound of these types is within the texts we make."""
    bounds = (bound for k in kinds for bound in (k.min_length or 0, k.max_length or 0))
    return all(bound < LONGEST for bound in bounds)


def _foreign_letter(words: Sequence[str]) -> str:
    taken = {word[:1] for word in words}
    letters = (chr(code) for code in range(ord("a"), 0x10FFFF))
    return next(letter for letter in letters if letter not in taken)


def _urls(kinds: Iterable[Text], length: int) -> Iterator[str]:
    if any(names_url(kind.format) for kind in kinds):
        yield URL
        if length > len(URL):
            yield URL.ljust(length, "a")


def _pattern_guesses(kinds: Iterable[Text]) -> Iterator[str]:
    """A few plain texts; whether one fits a pattern is asked, not known."""
    if any(kind.pattern is not None for kind in kinds):
        yield from ("0", "1", "A", "a", "aa", "10", "0000", "-", " ", "a b", "#ffffff")
        yield from ("2024-01-31", "1:1", "16:9", "1024x1024", URL)
