"""Where a text can be cut without cutting a word or a number."""

from __future__ import annotations

import unicodedata

_POINTS = ".,"
"""What continues a number between two digits."""


def is_cut(text: str, at: int) -> bool:
    """Whether the place before a character is inside of a word or a number."""
    before, after = text[max(at - 2, 0) : at], text[at : at + 2]
    if _in_word(before[-1:]) and _in_word(after[:1]):
        return True
    # 2.5 and 1,000 are one number, wherever they are cut.
    return _is_decimal(before[-1:] + after) or _is_decimal(before + after[:1])


def whole_words(text: str, start: int, end: int) -> str:
    """A part of a text, and the rest of the words that it begins and ends with."""
    while start and is_cut(text, start):
        start -= 1
    while end < len(text) and is_cut(text, end):
        end += 1
    return text[start:end]


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
