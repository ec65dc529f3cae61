"""Strings: lengths in code points, patterns and formats."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from runcomfy_runtime.media.format_table import URI_FORMAT

from ..ir.model import Text
from ..pattern.automaton import CannotCompare
from ..pattern.engine import pattern_matches
from ..pattern.reader import UnsupportedPattern, read_pattern
from ..pattern.text_search import MAX_LENGTH, TextSet, find_text, one_of

_MAX_EXAMPLES = 20
"""How many texts of a pattern are built."""


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


# Patterns, as sets of texts.


def uncovered_text(
    one: Text, others: Iterable[Text], words: Sequence[str] = (), *, url: bool = False
) -> str | None:
    """A shortest text of ``one`` that none of the others accepts, and that is no word.

    None means that there is none, which is proved. Formats do not count, but with ``url`` the
    text is a plain URL. Raises ``CannotCompare``.
    """
    inside = [one, Text(pattern=_PLAIN_URL)] if url else [one]
    outside = [*map(_text_set, others), *([one_of(words)] if words else [])]
    return find_text([*map(_text_set, inside)], outside)


def is_empty_text(kind: Text) -> bool:
    """Whether it is proved that no text has these lengths and matches this pattern."""
    if kind.pattern is None:
        return kind.max_length is not None and kind.max_length < (kind.min_length or 0)
    try:
        return find_text([_text_set(kind)], []) is None
    except CannotCompare:
        return False


def shortest_texts(kind: Text) -> Iterator[str]:
    """Texts of a type, the shortest first; empty if its pattern is too large."""
    found: list[str] = []
    for _ in range(_MAX_EXAMPLES):
        try:
            text = uncovered_text(kind, (), found, url=is_url_format(kind.format))
        except CannotCompare:
            return
        if text is None:
            return
        found.append(text)
        yield text


@lru_cache(maxsize=4096)
def _text_set(kind: Text) -> TextSet:
    try:
        tree = None if kind.pattern is None else read_pattern(kind.pattern).tree
    except UnsupportedPattern as error:
        raise CannotCompare(f"a pattern has {error}") from None
    return TextSet(kind.min_length or 0, kind.max_length, tree)


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
_PLAIN_URL = r"^https://[a-z0-9][a-z0-9.-]*(/[a-z0-9./-]*)?$"

EXAMPLE_URL = "https://example.com/a"
"""A text that matches every format of files by URL."""


def is_subformat(one: str | None, other: str | None) -> bool:
    """Whether every text of the one format is known to match the other."""
    return other is None or one == other or (one, other) in _SUBFORMATS


def format_accepts(name: str | None, text: str) -> bool | None:
    """Whether a text matches a format; None if that is not known."""
    if name is None:
        return True
    if _URL_FORMAT.fullmatch(name) and pattern_matches(_PLAIN_URL, text):
        return True
    return None


def is_url_format(name: str | None) -> bool:
    """Whether the format is one for files by URL."""
    return name is not None and _URL_FORMAT.fullmatch(name) is not None
