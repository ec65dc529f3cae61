"""Reading the labels that models offer: "16:9", "landscape_16_9", "2K", "720p", "10s"."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

_SIDES = re.compile(r"(?<!\d)(\d{2,5})\s*[x×*_]\s*(\d{2,5})(?!\d)", re.IGNORECASE)
_RATIO = re.compile(r"(?<!\d)(\d{1,2})\s*:\s*(\d{1,2})(?!\d)")
_WAY = re.compile(
    r"(landscape|portrait)(?:[_ -](\d{1,2})[_ :x-](\d{1,2}))?", re.IGNORECASE
)
_LINES = re.compile(r"(?<!\d)(\d{3,4})p(?![a-z])", re.IGNORECASE)
_THOUSANDS = re.compile(r"(?<![\d.])(0\.5|[1-8])k(?![a-z])", re.IGNORECASE)
_NUMBER = re.compile(r"\d{3,4}")
_TIME = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)\s*([a-z]*)", re.IGNORECASE)
_UNITS: Mapping[str, float] = MappingProxyType(
    {
        **dict.fromkeys(("", "s", "sec", "secs", "second", "seconds"), 1.0),
        **dict.fromkeys(("ms", "millisecond", "milliseconds"), 0.001),
        **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), 60.0),
    }
)
_ULTRA_HD = 2160  # lines of what is called 4K, in films and screens


def sides(text: str) -> tuple[int, int] | None:
    """Width and height in pixels of "1024x768" and the like."""
    found = _SIDES.search(text)
    return (int(found[1]), int(found[2])) if found else None


def ratio(text: str) -> float | None:
    """Width by height of "16:9", "landscape_16_9" or "square", a tenth to ten."""
    if found := _RATIO.search(text):
        return _quotient(found[1], found[2])
    if found := _WAY.search(text):
        wide = _quotient(found[2] or "3", found[3] or "2") or 1.5
        turned = (wide < 1) is (found[1].lower() == "landscape")
        return 1 / wide if turned else wide
    return 1.0 if text.lower().startswith("square") else None


def short_side(text: str) -> int | None:
    """Pixels of the shorter side of "720p", "2K", "0.5K" or "512"."""
    if lines := _LINES.search(text):
        return int(lines[1])
    if thousands := _THOUSANDS.search(text):
        count = float(thousands[1])
        return _ULTRA_HD if count == 4 else int(count * 1024)
    return int(text) if _NUMBER.fullmatch(text) else None


def seconds(value: Any) -> float | None:
    """A length of 5, "5", "5s", "10 seconds" or "2 min"; None for "auto" and the like."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        found = _TIME.fullmatch(value.strip())
        unit = _UNITS.get(found[2].lower()) if found else None
        return float(found[1]) * unit or None if found and unit else None
    return _positive(value)


def _positive(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if 0 < number < math.inf else None


def _quotient(width: str, height: str) -> float | None:
    if not int(width) or not int(height):
        return None
    return min(max(int(width) / int(height), 0.1), 10.0)
