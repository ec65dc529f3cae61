"""The facts that a probe measures of a piece of media."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple, TypeAlias

from .format_table import Kind

Dimensions: TypeAlias = tuple[int, int]
"""Width and height in pixels."""


def in_square_pixels(extent: Dimensions, across: int, down: int) -> Dimensions:
    """A size in square pixels, given the aspect of its pixels; invalid aspects are ignored."""
    if not across or not down or not 1 <= 100 * across // down <= 10_000:
        return extent
    return max(1, round(Fraction(extent[0] * across, down))), extent[1]


_NOTHING = Fraction(0)


@dataclass(frozen=True, slots=True)
class Measurement:
    """An exact value with the lower and upper bounds of what a careful reader could report."""

    value: Fraction
    lower: Fraction
    upper: Fraction

    @classmethod
    def of(cls, *readings: Fraction) -> Measurement:
        """From several readings: the first is the value, the others widen the range.

        Nothing that is measured is negative: a file may state more padding than sound.
        """
        known = [max(_NOTHING, reading) for reading in readings]
        return cls(known[0], min(known), max(known))

    @property
    def error(self) -> Fraction:
        """The largest possible error, on either side."""
        return max(self.upper - self.value, self.value - self.lower)


class MediaInfo(NamedTuple):
    """The facts of a piece of media. A named tuple, because creating one takes a good part of a probe.

    ``shown`` is the size as displayed (orientation, rotation and pixel aspect applied),
    ``coded`` as stored; both are None for audio. ``other_extents`` are further sizes that
    headers of the same file claim. ``size`` counts bytes, and is None if a server does not
    state it. ``timing`` is the duration in exact seconds, ``rate`` frames a second.
    ``evidence`` describes where the facts were found.
    """

    kind: Kind
    format: str
    size: int | None
    shown: Dimensions | None = None
    coded: Dimensions | None = None
    other_extents: tuple[Dimensions, ...] = ()
    orientation: int = 1
    frames: int | None = None
    timing: Measurement | None = None
    rate: Measurement | None = None
    evidence: tuple[str, ...] = ()

    @classmethod
    def picture(
        cls,
        name: str,
        size: int | None,
        coded: Dimensions,
        *,
        orientation: int = 1,
        frames: int | None = 1,
        timing: Measurement | None = None,
        evidence: tuple[str, ...] = (),
    ) -> MediaInfo:
        """A picture of a format, stored with a size, shown after its orientation is applied."""
        shown = (coded[1], coded[0]) if orientation >= 5 else coded
        # positional arguments save a tenth of a whole probe
        return cls(
            "image",
            name,
            size,
            shown,
            coded,
            (),
            orientation,
            frames,
            timing,
            None,
            evidence,
        )

    @property
    def width(self) -> int | None:
        """Pixels across, as displayed; None for audio."""
        return self.shown and self.shown[0]

    @property
    def height(self) -> int | None:
        """Pixels down, as displayed; None for audio."""
        return self.shown and self.shown[1]

    @property
    def coded_width(self) -> int | None:
        """Pixels across, as stored; None for audio."""
        return self.coded and self.coded[0]

    @property
    def coded_height(self) -> int | None:
        """Pixels down, as stored; None for audio."""
        return self.coded and self.coded[1]

    @property
    def duration(self) -> float | None:
        """Seconds; None for a still image, or if it is not known."""
        return None if self.timing is None else float(self.timing.value)

    @property
    def duration_error(self) -> float | None:
        """Seconds that the duration may be off, on either side."""
        return None if self.timing is None else float(self.timing.error)

    @property
    def fps(self) -> float | None:
        """Frames a second; None if it is not known."""
        return None if self.rate is None else float(self.rate.value)

    @property
    def extents(self) -> tuple[Dimensions, ...]:
        """Every plausible size, each once, the displayed one first."""
        sizes = (self.shown, self.coded, *self.other_extents)
        return tuple(dict.fromkeys(size for size in sizes if size and all(size)))
