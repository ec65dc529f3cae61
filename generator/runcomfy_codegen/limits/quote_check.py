"""Whether the words of a limit are still in a published description."""

from __future__ import annotations

import unicodedata

from ..prose.word_edges import is_cut


def normalized(text: str) -> str:
    """A text in NFC, with every run of white space as one space, trimmed."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def contains_quote(description: str, quote: str) -> bool:
    """Whether a description has a quote, which is not cut out of a word or a number."""
    text, words = normalized(description), normalized(quote)
    begin = text.find(words) if words else -1
    while begin >= 0:
        if _is_whole(text, begin, begin + len(words)):
            return True
        begin = text.find(words, begin + 1)
    return False


def _is_whole(text: str, begin: int, end: int) -> bool:
    return not (is_cut(text, begin) or is_cut(text, end))
