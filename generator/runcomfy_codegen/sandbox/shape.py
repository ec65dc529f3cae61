"""What a request asks its output to be: size, length and number, from the labels it chose."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from ..ir.model import Media, Model

_SIDES = re.compile(r"(?<!\d)(\d{2,5})\s*[x×*_]\s*(\d{2,5})(?!\d)", re.IGNORECASE)
_RATIO = re.compile(r"(?<!\d)(\d{1,2})\s*:\s*(\d{1,2})(?!\d)")
_LINES = re.compile(r"(?<!\d)(\d{3,4})p(?![a-z])", re.IGNORECASE)
_THOUSANDS = re.compile(r"(?<![\d.])([1-8])k(?![a-z])", re.IGNORECASE)
_SIZE_WORDS = ("size", "resolution", "ratio", "width", "quality", "dimension")
_LENGTHS = ("duration", "seconds", "duration_seconds", "audio_duration")
_LENGTHS_IN_MS = ("music_length_ms", "duration_ms")
_COUNTS = (
    "num_images",
    "num_outputs",
    "number_of_images",
    "max_images",
    "batch_size",
    "n",
)

_SMALLEST, _LARGEST = 16, 8192  # pixels of a side
_LONGEST = 300.0  # seconds
_MOST = 10  # files


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Pixels, seconds, and how many files."""

    width: int
    height: int
    seconds: float = 5.0
    count: int = 1


_RATIOS: Mapping[Media, float] = MappingProxyType(
    {Media.IMAGE: 1.0, Media.VIDEO: 16 / 9}
)
_SHORT_SIDES: Mapping[Media, int] = MappingProxyType(
    {Media.IMAGE: 1024, Media.VIDEO: 720}
)
_LENGTH = 5.0  # seconds, where nothing is said


def server_values(model: Model, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the server goes by: what was given, and its own defaults for the rest."""
    fields = model.input.fields
    return {
        each.wire_name: each.default.load() for each in fields if each.default
    } | dict(given)


def shape(model_id: str, kind: Media, values: Mapping[str, Any]) -> Shape:
    """The shape of the output that these values ask for."""
    # Some ids hold what others have as an input: ".../text-to-video/480p".
    usual = _short_side(model_id) or _SHORT_SIDES.get(kind, 0)
    width, height = (
        (0, 0) if kind is Media.AUDIO else _pixels(values, _RATIOS[kind], usual)
    )
    seconds = _first(values, _LENGTHS, _seconds)
    seconds = seconds or _first(values, _LENGTHS_IN_MS, _milliseconds) or _LENGTH
    count = _first(values, _COUNTS, _whole) if kind is Media.IMAGE else None
    return Shape(
        width=width, height=height, seconds=seconds, count=min(count or 1, _MOST)
    )


def _pixels(
    values: Mapping[str, Any], usual_ratio: float, usual_side: int
) -> tuple[int, int]:
    explicit = _whole(values.get("width")), _whole(values.get("height"))
    if explicit[0] and explicit[1]:
        return _clamped(explicit[0]), _clamped(explicit[1])
    labels = tuple(_labels(values))
    for label in labels:
        if sides := _SIDES.search(label):
            return _clamped(int(sides[1])), _clamped(int(sides[2]))
    ratio = next((found for label in labels if (found := _ratio(label))), None)
    scale = next((found for label in labels if (found := _short_side(label))), None)
    return _fitted(ratio or usual_ratio, scale or usual_side)


def _labels(values: Mapping[str, Any]) -> Iterator[str]:
    for name, value in values.items():
        if isinstance(value, str) and any(word in name.lower() for word in _SIZE_WORDS):
            yield value[:80]


def _ratio(label: str) -> float | None:
    found = _RATIO.search(label)
    if found is None or "0" in (found[1], found[2]):
        return None
    return min(max(int(found[1]) / int(found[2]), 0.1), 10.0)


def _short_side(label: str) -> int | None:
    if lines := _LINES.search(label):
        return int(lines[1])
    if thousands := _THOUSANDS.search(label):
        return 2160 if thousands[1] == "4" else int(thousands[1]) * 1024
    return None


def _fitted(ratio: float, short: int) -> tuple[int, int]:
    if ratio >= 1:
        return _clamped(round(short * ratio / 2) * 2), _clamped(short)
    return _clamped(short), _clamped(round(short / ratio / 2) * 2)


def _clamped(pixels: int) -> int:
    return min(max(pixels, _SMALLEST), _LARGEST)


def _first(
    values: Mapping[str, Any], names: tuple[str, ...], read: Callable[[Any], Any]
) -> Any:
    return next((found for name in names if (found := read(values.get(name)))), None)


def _seconds(value: Any) -> float | None:
    try:
        seconds = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return min(seconds, _LONGEST) if seconds > 0 else None


def _milliseconds(value: Any) -> float | None:
    count = _whole(value)
    return _seconds(count / 1000) if count else None


def _whole(value: Any) -> int | None:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value if whole and value > 0 else None
