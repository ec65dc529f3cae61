"""Strings: lengths in code points, patterns and formats."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from runcomfy_runtime.media.format_table import URI_FORMAT

from ..ir.model import Text

MAX_LENGTH = 65_536
"""The longest text that is built; if only longer texts differ, the answer is unsure."""


def is_text_subset(one: Text, other: Text) -> bool:
    """Whether it is proved that ``other`` accepts all texts of ``one``."""
    lengths = (one.min_length or 0) >= (other.min_length or 0) and (
        other.max_length is None
        or (one.max_length is not None and one.max_length <= other.max_length)
    )
    pattern = other.pattern is None or one.pattern == other.pattern
    return lengths and pattern and is_subformat(one.format, other.format)


def differ_only_in_length(kinds: Iterable[Text]) -> bool:
    """Whether these types differ only in lengths."""
    return all(kind.pattern is None and kind.format is None for kind in kinds)


def boundary_texts(kinds: Sequence[Text], words: Sequence[str] = ()) -> Iterator[str]:
    """Texts at which these types and constants differ, the shortest first.

    Complete if ``differ_only_in_length``: they consist of a letter that begins none of the
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
    letter = _unused_letter(words)
    for length in lengths:
        if length <= MAX_LENGTH:
            yield letter * length
            yield from _boundary_urls(kinds, length)
    yield from _pattern_guesses(kinds)
    yield from words


def bounds_are_reachable(kinds: Iterable[Text]) -> bool:
    """Whether every bound of these types is within the length of texts that are built."""
    bounds = (bound for k in kinds for bound in (k.min_length or 0, k.max_length or 0))
    return all(bound < MAX_LENGTH for bound in bounds)


def _unused_letter(words: Sequence[str]) -> str:
    taken = {word[:1] for word in words}
    letters = (chr(code) for code in range(ord("a"), 0x10FFFF))
    return next(letter for letter in letters if letter not in taken)


def _boundary_urls(kinds: Iterable[Text], length: int) -> Iterator[str]:
    if any(is_url_format(kind.format) for kind in kinds):
        yield EXAMPLE_URL
        if length > len(EXAMPLE_URL):
            yield EXAMPLE_URL.ljust(length, "a")


def _pattern_guesses(kinds: Iterable[Text]) -> Iterator[str]:
    """A few plain texts; whether one matches a pattern is checked later."""
    if any(kind.pattern is not None for kind in kinds):
        yield from ("0", "1", "A", "a", "aa", "10", "0000", "-", " ", "a b", "#ffffff")
        yield from ("2024-01-31", "1:1", "16:9", "1024x1024", EXAMPLE_URL)


# What is known about ``format``.
#
# JSON Schema 2020-12 (validation, section 7) lets a server decide whether it checks formats
# at all. So equal formats are equal sets, and a few formats contain others. Of single texts,
# only plain https URLs are decided, for the formats of files by URL.


_SUBFORMATS = frozenset(
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
_URL_FORMAT = re.compile(rf"(uri|iri)(-reference)?|{URI_FORMAT.pattern}")
_PLAIN_URL = re.compile(r"https://[a-z0-9.-]+(/[a-z0-9./-]*)?")

EXAMPLE_URL = "https://example.com/a"
"""A text that matches every format of files by URL."""


def is_subformat(one: str | None, other: str | None) -> bool:
    """Whether every text of the one format is known to match the other."""
    return other is None or one == other or (one, other) in _SUBFORMATS


def format_accepts(name: str | None, text: str) -> bool | None:
    """Whether a text matches a format; None if that is not known."""
    if name is None:
        return True
    if _URL_FORMAT.fullmatch(name) and _PLAIN_URL.fullmatch(text):
        return True
    return None


def is_url_format(name: str | None) -> bool:
    """Whether the format is one for files by URL."""
    return name is not None and _URL_FORMAT.fullmatch(name) is not None
