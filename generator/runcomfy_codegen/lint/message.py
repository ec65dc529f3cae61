"""Numbers and bounds in prose. They are compared with rules, and never decide anything.

Published messages are translated, write decimal commas (``0,4``), ratios (``1:16``, ``1/3``)
and sizes (``4096x4096``).
"""

from __future__ import annotations

import re
from fractions import Fraction

NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?)"
"""A number in prose, with separators of thousands or a decimal comma."""

_RATIO = re.compile(rf"({NUMBER})\s*[:/]\s*({NUMBER})")
_PLAIN = re.compile(NUMBER)
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_INCLUSIVE = re.compile(
    r"≤|≥|<=|>=|\bat (least|most)\b|\bup to\b|\b(not|n't) exceed\b|\bwithin\b|\bmaximum\b"
    r"|\bminimum\b|\bor (smaller|larger|less|more|shorter|longer)\b"
    r"|не менее|не более|не должн\w+ превышать"
    r"|以上|以下|不超过|至少|至多",
    re.IGNORECASE,
)
_EXCLUSIVE = re.compile(
    r"\b(less|smaller|lower|shorter|fewer|greater|larger|more|higher|longer) than\b"
    r"|\bmust exceed\b|\b(under|below|above|over) \d|меньше|больше|小于|大于|未満|超える",
    re.IGNORECASE,
)


_NOT = r"\b(?:not|n't|never|no)\s+(?:be\s+)?"
_LESS = r"(?:less|smaller|lower|shorter|fewer|under|below)"
_MORE = r"(?:greater|larger|bigger|more|higher|longer|over|above)"
_NEGATED = re.compile(rf"{_NOT}(?:{_LESS}|{_MORE}) than\b", re.IGNORECASE)
_UPPER = re.compile(
    rf"{_NOT}{_MORE}\b|{_NOT}exceed|\bat most\b|\bup to\b|\bmax(?:imum)?\b|≤|<"
    rf"|(?<!not )(?<!not be )(?<!no )\b{_LESS} than\b"
    r"|\bor (?:smaller|less|shorter)\b|не более|не должн\w+ превышать|不超过|至多|以下",
    re.IGNORECASE,
)
_LOWER = re.compile(
    rf"{_NOT}{_LESS}\b|\bat least\b|\bmin(?:imum)?\b|≥|>|\bmust exceed\b"
    rf"|(?<!not )(?<!not be )(?<!no )\b{_MORE} than\b"
    r"|\bor (?:larger|more|longer)\b|не менее|至少|以上",
    re.IGNORECASE,
)


def stated_direction(text: str) -> str:
    """``upper`` or ``lower`` if a text states one kind of limit and not the other."""
    upper, lower = _UPPER.search(text), _LOWER.search(text)
    if upper and not lower:
        return "upper"
    return "lower" if lower and not upper else ""


def stated_numbers(text: str) -> set[Fraction]:
    """Every number that a text names; a ratio names its quotient, its inverse and its terms."""
    found = {value for told in _PLAIN.findall(text) for value in possible_values(told)}
    for one, other in _RATIO.findall(text):
        upper, lower = possible_values(one)[0], possible_values(other)[0]
        if upper and lower:
            found |= {upper / lower, lower / upper}
    return found


def possible_values(told: str) -> list[Fraction]:
    """What a number in prose may mean: ``4,096`` is 4096, or 4.096 with a decimal comma."""
    if _THOUSANDS.fullmatch(told):
        decimal = told.count(",") == 1 and "." not in told
        read = [told.replace(",", "")] + [told.replace(",", ".")] * decimal
        return [Fraction(each) for each in read]
    return [Fraction(told.replace(",", "."))]


def stated_inclusiveness(text: str) -> str:
    """``inclusive`` or ``exclusive`` if a text says so plainly, else nothing."""
    if _NEGATED.search(text):
        return "inclusive"
    inclusive, exclusive = _INCLUSIVE.search(text), _EXCLUSIVE.search(text)
    if inclusive and not exclusive:
        return "inclusive"
    return "exclusive" if exclusive and not inclusive else ""
