"""Whether the words of a limit are still in a published description."""

from __future__ import annotations

import unicodedata

_POINTS = ".,"
"""What continues a number between two digits."""


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
    return not (_is_cut(text, begin) or _is_cut(text, end))


def _is_cut(text: str, at: int) -> bool:
    """Whether the place between two characters is inside of a word or a number."""
    before, after = text[max(at - 2, 0) : at], text[at : at + 2]
    if _in_word(before[-1:]) and _in_word(after[:1]):
        return True
    # 2.5 and 1,000 are one number, wherever they are cut.
    return _is_decimal(before[-1:] + after) or _is_decimal(before + after[:1])


def _in_word(character: str) -> bool:
    """Whether a character is a letter, a digit, or a mark on one."""
    return character != "" and unicodedata.category(character)[0] in "LNM"


def _is_decimal(text: str) -> bool:
    """Whether three characters are a digit, a point or comma, and a digit."""
    return (
        len(text) == 3
        and text[0].isdigit()
        and text[1] in _POINTS
        and text[2].isdigit()
    )
