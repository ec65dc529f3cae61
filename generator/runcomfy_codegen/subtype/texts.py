"""Strings: lengths in code points, patterns and formats."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from ..ir.model import Text

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


# What is known of ``format``: an annotation, whose values only partly can be told.
#
# JSON Schema 2020-12 (validation, section 7) leaves it to a server whether a format is
# asserted at all. So equal formats are equal sets, a few lie in one another, and of single
# texts only plain https URLs are told, for the formats that name files by URL.


_INSIDE = frozenset(
    {
        ("uri", "uri-reference"),
        ("uri", "iri"),
        ("uri", "iri-reference"),
        ("uri-reference", "iri-reference"),
        ("iri", "iri-reference"),
        ("email", "idn-email"),
        ("hostname", "idn-hostname"),
    }
)
_NAMES_URL = re.compile(r"(uri|iri)(-reference)?|(image|video|audio)_uris?(_.*)?")
_PLAIN_URL = re.compile(r"https://[a-z0-9.-]+(/[a-z0-9./-]*)?")

URL = "https://example.com/a"
"""A text of every format that names a file by URL."""


def format_inside(one: str | None, other: str | None) -> bool:
    """Whether every text of the one format is known to be of the other."""
    return other is None or one == other or (one, other) in _INSIDE


def format_accepts(name: str | None, text: str) -> bool | None:
    """Whether a text is of a format; None if that is not known."""
    if name is None:
        return True
    if _NAMES_URL.fullmatch(name) and _PLAIN_URL.fullmatch(text):
        return True
    return None


def names_url(name: str | None) -> bool:
    """Whether the format is one of those that name files by URL."""
    return name is not None and _NAMES_URL.fullmatch(name) is not None


# Published patterns, tried only on texts on which they cannot run for ever.
#
# A backtracking matcher takes exponential time for some patterns, ``(a+)+b`` among them, and
# a gate must not hang because of what somebody published.


_QUANTIFIER = re.compile(r"(?<!\\)[*+?{]")
_REPEATED = re.compile(r"\)[*+{]|\\\d|\(\?P=")
_WILD, _PLAIN = 12, 48
"""The longest texts on which a pattern is tried: with repeated groups, and without."""

_FEW = 4
"""Every further repetition without an anchor multiplies the time by the length."""


def matches(pattern: str, text: str) -> bool | None:
    """Whether a pattern is found in a text; None where trying might take too long."""
    if len(text) > _longest(pattern):
        return None
    return re.search(pattern, text) is not None


def _longest(pattern: str) -> int:
    repetitions = len(_QUANTIFIER.findall(pattern))
    if _REPEATED.search(pattern) or repetitions > _FEW:
        return _WILD
    # With a fixed beginning and one repetition there is nothing to go back to.
    anchored = pattern.startswith("^") and "|" not in pattern
    if anchored and repetitions <= 1:
        return 1_000_000
    return _PLAIN
