"""The size, length and number of the outputs, from the labels that the input chose."""

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

_SMALLEST_SIDE = 16  # pixels
_LONGEST = 300.0  # seconds
_LARGEST_COUNT = 10  # files
_DEFAULT_RATE = 24.0  # frames a second


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputShape:
    """Pixels, seconds, and the number of files."""

    width: int
    height: int
    seconds: float = 5.0
    count: int = 1


_DEFAULT_RATIOS: Mapping[MediaKind, float] = MappingProxyType(
    {MediaKind.IMAGE: 1.0, MediaKind.VIDEO: 16 / 9}
)
_DEFAULT_SHORT_SIDES: Mapping[MediaKind, int] = MappingProxyType(
    {MediaKind.IMAGE: 1024, MediaKind.VIDEO: 720}
)
_LARGEST: Mapping[MediaKind, int] = MappingProxyType(
    {MediaKind.IMAGE: 8192, MediaKind.VIDEO: 4096}
)
"""Pixels of a side. For films, what every H.264 decoder supports."""
_DEFAULT_LENGTH = 5.0  # seconds


def effective_values(model: Model, document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The values that the server uses: those of the input, and its defaults for the rest."""
    fields = model.input.fields
    return {
        field.wire_name: field.default.load() for field in fields if field.default
    } | dict(document)


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
        count=min(count or 1, _LARGEST_COUNT),
    )


def _pixels(
    model_id: str, kind: MediaKind, values: Mapping[str, Any]
) -> tuple[int, int]:
    labels = tuple(_labels(values))
    if size := _explicit_size(values) or _first_label(labels, parse_sides):
        width, height = size
        return _within(width, height, _LARGEST[kind])
    # Some ids end in what is an input of other models: ".../text-to-video/480p".
    default = parse_short_side(model_id) or _DEFAULT_SHORT_SIDES[kind]
    short = _first_label(labels, parse_short_side) or default
    ratio = _first_label(labels, parse_ratio) or _DEFAULT_RATIOS[kind]
    width, height = (short * ratio, short) if ratio >= 1 else (short, short / ratio)
    return _within(width, height, _LARGEST[kind])


def _explicit_size(values: Mapping[str, Any]) -> tuple[float, float] | None:
    """Width and height as numbers, among the values or within one of them."""
    objects = [value for value in values.values() if is_object(value)]
    for size in (values, *objects):
        width, height = _whole(size.get("width")), _whole(size.get("height"))
        if width and height:
            return min(width, 10**6), min(height, 10**6)
    return None


def _labels(values: Mapping[str, Any]) -> Iterator[str]:
    for name, value in values.items():
        about_size = any(word in name.lower() for word in _SIZE_WORDS)
        if about_size and isinstance(value, str) and name not in _COUNTS:
            yield value[:80]


def _within(width: float, height: float, largest: int) -> tuple[int, int]:
    """Whole pixels of the same ratio, with no side too large; rounded ones are even."""
    scale = min(1.0, largest / max(width, height))
    sides = (
        side if scale == 1 and isinstance(side, int) else round(side * scale / 2) * 2
        for side in (width, height)
    )
    wide, high = (max(int(side), _SMALLEST_SIDE) for side in sides)
    return wide, high


def _length(values: Mapping[str, Any]) -> float:
    seconds = (
        _first(values, _LENGTHS, parse_seconds)
        or _first(values, _LENGTHS_IN_MS, _milliseconds)
        or _frames_length(values)
    )
    return min(seconds or _DEFAULT_LENGTH, _LONGEST)


def _frames_length(values: Mapping[str, Any]) -> float | None:
    frames = _first(values, _FRAMES, _whole)
    rate = _whole(values.get("fps")) or _DEFAULT_RATE
    return min(frames, 10**6) / min(rate, 1000) if frames else None


def _first(
    values: Mapping[str, Any], names: tuple[str, ...], read: Callable[[Any], Any]
) -> Any:
    return next((result for name in names if (result := read(values.get(name)))), None)


def _first_label(labels: tuple[str, ...], read: Callable[[str], Any]) -> Any:
    return next((result for label in labels if (result := read(label))), None)


def _milliseconds(value: Any) -> float | None:
    count = _whole(value)
    return min(count, 10**9) / 1000 if count else None


def _whole(value: Any) -> int | None:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value if whole and value > 0 else None


# Labels that models offer: "16:9", "landscape_16_9", "2K", "720p", "10s".

_SIDES = re.compile(r"(?<!\d)(\d{2,5})\s*[x×*_]\s*(\d{2,5})(?!\d)", re.IGNORECASE)
_RATIO = re.compile(r"(?<!\d)(\d{1,2})\s*:\s*(\d{1,2})(?!\d)")
_ORIENTATION = re.compile(
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
_ULTRA_HD = 2160  # lines of 4K in films and on screens


def parse_sides(text: str) -> tuple[int, int] | None:
    """Width and height in pixels of "1024x768" and similar labels."""
    match = _SIDES.search(text)
    return (int(match[1]), int(match[2])) if match else None


def parse_ratio(text: str) -> float | None:
    """Width divided by height of "16:9", "landscape_16_9" or "square", from 0.1 to 10."""
    if match := _RATIO.search(text):
        return _quotient(match[1], match[2])
    if match := _ORIENTATION.search(text):
        wide = _quotient(match[2] or "3", match[3] or "2") or 1.5
        other_way = (wide < 1) is (match[1].lower() == "landscape")
        return 1 / wide if other_way else wide
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
    """Seconds of 5, "5", "5s", "10 seconds" or "2 min"; None for "auto" and other words."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        match = _TIME.fullmatch(value.strip())
        unit = _UNITS.get(match[2].lower()) if match else None
        return float(match[1]) * unit or None if match and unit else None
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
