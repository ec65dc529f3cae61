"""What a request asks its output to be: size, length and number, from the labels it chose."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from ..ir.json_text import is_object
from ..ir.model import MediaKind, Model

_SIZE_WORDS = ("size", "resolution", "ratio", "width", "quality", "dimension")
_LENGTHS = ("duration", "seconds", "duration_seconds", "audio_duration")
_LENGTHS_IN_MS = ("music_length_ms", "duration_ms")
_FRAMES = ("frames", "num_frames")
_COUNTS = (
    "num_images",
    "num_outputs",
    "number_of_images",
    "max_images",
    "batch_size",
    "n",
)

_SMALLEST = 16  # pixels of a side
_LONGEST = 300.0  # seconds
_MOST = 10  # files
_RATE = 24.0  # frames a second, where nothing is said


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputShape:
    """Pixels, seconds, and how many files."""

    width: int
    height: int
    seconds: float = 5.0
    count: int = 1


_RATIOS: Mapping[MediaKind, float] = MappingProxyType(
    {MediaKind.IMAGE: 1.0, MediaKind.VIDEO: 16 / 9}
)
_SHORT_SIDES: Mapping[MediaKind, int] = MappingProxyType(
    {MediaKind.IMAGE: 1024, MediaKind.VIDEO: 720}
)
_LARGEST: Mapping[MediaKind, int] = MappingProxyType(
    {MediaKind.IMAGE: 8192, MediaKind.VIDEO: 4096}
)
"""Pixels of a side. Of films, what H.264 decoders take everywhere."""
_LENGTH = 5.0  # seconds, where nothing is said


def effective_values(model: Model, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the server goes by: what was given, and its own defaults for the rest."""
    fields = model.input.fields
    return {
        each.wire_name: each.default.load() for each in fields if each.default
    } | dict(given)


def output_shape(
    model_id: str, kind: MediaKind, values: Mapping[str, Any]
) -> OutputShape:
    """The shape of the output that these values ask for."""
    width, height = (
        (0, 0) if kind is MediaKind.AUDIO else _pixels(model_id, kind, values)
    )
    count = _first(values, _COUNTS, _whole) if kind is MediaKind.IMAGE else None
    return OutputShape(
        width=width,
        height=height,
        seconds=_length(values),
        count=min(count or 1, _MOST),
    )


def _pixels(
    model_id: str, kind: MediaKind, values: Mapping[str, Any]
) -> tuple[int, int]:
    labels = tuple(_labels(values))
    if stated := _stated(values) or _first_of(labels, parse_sides):
        width, height = stated
        return _within(width, height, _LARGEST[kind])
    # Some ids hold what others have as an input: ".../text-to-video/480p".
    usual = parse_short_side(model_id) or _SHORT_SIDES[kind]
    short = _first_of(labels, parse_short_side) or usual
    ratio = _first_of(labels, parse_ratio) or _RATIOS[kind]
    width, height = (short * ratio, short) if ratio >= 1 else (short, short / ratio)
    return _within(width, height, _LARGEST[kind])


def _stated(values: Mapping[str, Any]) -> tuple[float, float] | None:
    """Width and height in so many words, side by side or as members of a size."""
    sizes = [each for each in values.values() if is_object(each)]
    for each in (values, *sizes):
        width, height = _whole(each.get("width")), _whole(each.get("height"))
        if width and height:
            return min(width, 10**6), min(height, 10**6)
    return None


def _labels(values: Mapping[str, Any]) -> Iterator[str]:
    for name, value in values.items():
        concerned = any(word in name.lower() for word in _SIZE_WORDS)
        if concerned and isinstance(value, str) and name not in _COUNTS:
            yield value[:80]


def _within(width: float, height: float, largest: int) -> tuple[int, int]:
    """Whole pixels of the same ratio, even where there is a choice, no side too large."""
    scale = min(1.0, largest / max(width, height))
    sides = (
        side if scale == 1 and isinstance(side, int) else round(side * scale / 2) * 2
        for side in (width, height)
    )
    wide, high = (max(int(side), _SMALLEST) for side in sides)
    return wide, high


def _length(values: Mapping[str, Any]) -> float:
    seconds = (
        _first(values, _LENGTHS, parse_seconds)
        or _first(values, _LENGTHS_IN_MS, _milliseconds)
        or _filmed(values)
    )
    return min(seconds or _LENGTH, _LONGEST)


def _filmed(values: Mapping[str, Any]) -> float | None:
    frames = _first(values, _FRAMES, _whole)
    rate = _whole(values.get("fps")) or _RATE
    return min(frames, 10**6) / min(rate, 1000) if frames else None


def _first(
    values: Mapping[str, Any], names: tuple[str, ...], read: Callable[[Any], Any]
) -> Any:
    return next((found for name in names if (found := read(values.get(name)))), None)


def _first_of(labels: tuple[str, ...], read: Callable[[str], Any]) -> Any:
    return next((found for each in labels if (found := read(each))), None)


def _milliseconds(value: Any) -> float | None:
    count = _whole(value)
    return min(count, 10**9) / 1000 if count else None


def _whole(value: Any) -> int | None:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value if whole and value > 0 else None


# Reading the labels that models offer: "16:9", "landscape_16_9", "2K", "720p", "10s".


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


def parse_sides(text: str) -> tuple[int, int] | None:
    """Width and height in pixels of "1024x768" and the like."""
    found = _SIDES.search(text)
    return (int(found[1]), int(found[2])) if found else None


def parse_ratio(text: str) -> float | None:
    """Width by height of "16:9", "landscape_16_9" or "square", a tenth to ten."""
    if found := _RATIO.search(text):
        return _quotient(found[1], found[2])
    if found := _WAY.search(text):
        wide = _quotient(found[2] or "3", found[3] or "2") or 1.5
        turned = (wide < 1) is (found[1].lower() == "landscape")
        return 1 / wide if turned else wide
    return 1.0 if text.lower().startswith("square") else None


def parse_short_side(text: str) -> int | None:
    """Pixels of the shorter side of "720p", "2K", "0.5K" or "512"."""
    if lines := _LINES.search(text):
        return int(lines[1])
    if thousands := _THOUSANDS.search(text):
        count = float(thousands[1])
        return _ULTRA_HD if count == 4 else int(count * 1024)
    return int(text) if _NUMBER.fullmatch(text) else None


def parse_seconds(value: Any) -> float | None:
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
