"""What a request asks its output to be: size, length and number, from the labels it chose."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from runcomfy_codegen.ir.model import Media, Model

_SIDES = re.compile(r"(?<!\d)(\d{2,5})\s*[x×*_]\s*(\d{2,5})(?!\d)", re.IGNORECASE)
_RATIO = re.compile(r"(?<!\d)(\d{1,2})\s*:\s*(\d{1,2})(?!\d)")
_LINES = re.compile(r"(?<!\d)(\d{3,4})p(?![a-z])", re.IGNORECASE)
_THOUSANDS = re.compile(r"(?<![\d.])([1-8])k(?![a-z])", re.IGNORECASE)
_SIZE_WORDS = ("size", "resolution", "ratio", "width", "quality", "dimension")
_LENGTHS = ("duration", "seconds", "duration_seconds", "audio_duration", "music_length")
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


_DEFAULTS: Mapping[Media, Shape] = {
    Media.IMAGE: Shape(width=1024, height=1024),
    Media.VIDEO: Shape(width=1280, height=720),
    Media.AUDIO: Shape(width=0, height=0),
}


def shape(model: Model, kind: Media, given: Mapping[str, Any]) -> Shape:
    """The shape of the output for this input; the server's defaults fill what is not given."""
    values = {
        field.wire_name: field.default.load()
        for field in model.input.fields
        if field.default
    }
    values |= given
    usual = _DEFAULTS[kind]
    width, height = (0, 0) if kind is Media.AUDIO else _pixels(values, usual)
    seconds = _first(values, _LENGTHS, _seconds) or usual.seconds
    count = _first(values, _COUNTS, _whole) if kind is Media.IMAGE else None
    return Shape(
        width=width, height=height, seconds=seconds, count=min(count or 1, _MOST)
    )


def _pixels(values: Mapping[str, Any], usual: Shape) -> tuple[int, int]:
    explicit = _whole(values.get("width")), _whole(values.get("height"))
    if explicit[0] and explicit[1]:
        return _clamped(explicit[0]), _clamped(explicit[1])
    labels = tuple(_labels(values))
    for label in labels:
        if sides := _SIDES.search(label):
            return _clamped(int(sides[1])), _clamped(int(sides[2]))
    ratio = next((found for label in labels if (found := _ratio(label))), None)
    scale = next((found for label in labels if (found := _short_side(label))), None)
    return _fitted(ratio or usual.width / usual.height, scale or usual.height)


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


def _whole(value: Any) -> int | None:
    return (
        value
        if isinstance(value, int) and not isinstance(value, bool) and value > 0
        else None
    )
