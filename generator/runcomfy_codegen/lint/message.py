"""Numbers and bounds in prose. They are compared with rules, and never decide anything.

Published messages are translated, write decimal commas (``0,4``), ratios (``1:16``, ``1/3``)
and sizes (``4096x4096``).
"""

from __future__ import annotations

import re
from fractions import Fraction

_NUMBER = r"\d+(?:[.,]\d+)?"
_RATIO = re.compile(rf"({_NUMBER})\s*[:/]\s*({_NUMBER})")
_PLAIN = re.compile(_NUMBER)
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


def numbers(text: str) -> set[Fraction]:
    """Every number that a text names; a ratio names its quotient, its inverse and its terms."""
    found = {_read(told) for told in _PLAIN.findall(text)}
    for one, other in _RATIO.findall(text):
        upper, lower = _read(one), _read(other)
        if upper and lower:
            found |= {upper / lower, lower / upper}
    return found


def bound(text: str) -> str:
    """``inclusive`` or ``exclusive`` if a text says so plainly, else nothing."""
    inclusive, exclusive = _INCLUSIVE.search(text), _EXCLUSIVE.search(text)
    if inclusive and not exclusive:
        return "inclusive"
    return "exclusive" if exclusive and not inclusive else ""


def _read(told: str) -> Fraction:
    return Fraction(told.replace(",", "."))
