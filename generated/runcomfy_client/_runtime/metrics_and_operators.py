"""What a media rule can measure and how it compares: the one table of metrics and operators.

A new metric or operator is one row here. The dialect's parser, the client's checks, lint and
diff read these rows. Published metrics: RunComfy's model pages use ``file_size_mb``,
``width_pixels``, ``height_pixels`` and ``width/height``. The others are for limits that the
pages state in prose.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from .media.info import Dimensions, MediaInfo


@dataclass(frozen=True, slots=True)
class Operator:
    """A comparison, defined by which values it accepts: below, at and above the limit.

    ``spellings`` are further published ones; ``symbol`` is the ASCII one.
    """

    symbol: str
    less: bool
    equal: bool
    greater: bool
    spellings: tuple[str, ...] = ()

    def accepts(self, value: Any, limit: Any) -> bool:
        """Whether an exact value keeps the limit."""
        if value < limit:
            return self.less
        return self.equal if value == limit else self.greater

    def accepts_all(self, lower: Any, upper: Any, limit: Any) -> bool:
        """Whether every value of a closed interval keeps the limit."""
        return not self.negated.accepts_some(lower, upper, limit)

    def accepts_some(self, lower: Any, upper: Any, limit: Any) -> bool:
        """Whether some value of a closed interval keeps the limit."""
        return (
            (self.less and lower < limit)
            or (self.equal and lower <= limit <= upper)
            or (self.greater and upper > limit)
        )

    @property
    def swapped(self) -> Operator:
        """The operator for the same limit on ``1/x``."""
        return _BY_ACCEPTED[self.greater, self.equal, self.less]

    @property
    def negated(self) -> Operator:
        """The operator that accepts exactly the values that this one refuses."""
        return _BY_ACCEPTED[not self.less, not self.equal, not self.greater]

    @property
    def end(self) -> Literal["upper", "lower", ""]:
        """Which end of the values it limits; empty if it limits none."""
        if self.less == self.greater:
            return ""
        return "upper" if self.less else "lower"


_OPERATORS = (
    Operator("<", less=True, equal=False, greater=False),
    Operator("<=", less=True, equal=True, greater=False, spellings=("≤",)),
    Operator(">", less=False, equal=False, greater=True),
    Operator(">=", less=False, equal=True, greater=True, spellings=("≥",)),
    Operator("==", less=False, equal=True, greater=False, spellings=("=",)),
    Operator("!=", less=True, equal=False, greater=True, spellings=("≠",)),
)
OPERATORS: Mapping[str, Operator] = MappingProxyType(
    {row.symbol: row for row in _OPERATORS}
)
"""Every operator by its ASCII symbol."""
SPELLINGS: Mapping[str, str] = MappingProxyType(
    {
        spelling: row.symbol
        for row in _OPERATORS
        for spelling in (row.symbol, *row.spellings)
    }
)
"""Every published spelling of an operator, and its ASCII symbol."""
_BY_ACCEPTED = {(row.less, row.equal, row.greater): row for row in _OPERATORS}


class Unit(StrEnum):
    """What a measured number counts."""

    MEGABYTES = "MB"
    MEBIBYTES = "MiB"
    PIXELS = "px"
    MEGAPIXELS = "MP"
    SECONDS = "s"
    PER_SECOND = "1/s"
    COUNT = ""

    @property
    def of_picture(self) -> bool:
        """Whether it is measured on a picture, so that it depends on which size counts."""
        return self in (Unit.PIXELS, Unit.MEGAPIXELS)

    @property
    def whole(self) -> bool:
        """Whether it counts whole things, at least one; any other is a real number above 0."""
        return self in (Unit.PIXELS, Unit.COUNT)


@dataclass(frozen=True, slots=True)
class Interval:
    """A measured value between two bounds, both included. ``nominal`` is the one to show."""

    lower: Fraction
    upper: Fraction
    nominal: Fraction

    @classmethod
    def exact(cls, value: Fraction) -> Interval:
        """A value without error."""
        return cls(value, value, value)


@dataclass(frozen=True, slots=True)
class Interpretation:
    """One plausible way to read a file.

    ``dimensions`` is the size in pixels that counts, ``megabyte`` the bytes of a megabyte.
    ``tolerant`` widens a duration by what servers differ in.
    """

    media: MediaInfo
    dimensions: Dimensions | None = None
    megabyte: int = 10**6
    tolerant: bool = False


Measure: TypeAlias = Callable[[Interpretation], Interval | None]
"""Measures a file; None if the file does not say it."""
_TOLERANCE = Fraction(1, 10)  # seconds; at least one frame


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One quantity that rules limit.

    ``phrase`` is how messages name it, ``short`` another published name for it.
    ``needs_whole_file`` says that some formats state it only when all of the file is read. A
    published message about the metric contains ``word``; one that contains ``other_words`` (a
    pattern) instead is about something else.
    """

    name: str
    unit: Unit
    measure: Measure
    phrase: str
    short: str = ""
    needs_whole_file: bool = False
    word: str = ""
    other_words: str = ""


def _file_size(file: Interpretation) -> Interval | None:
    size = file.media.size
    return Interval.exact(Fraction(size, file.megabyte)) if size else None


def _file_size_mib(file: Interpretation) -> Interval | None:
    size = file.media.size
    return Interval.exact(Fraction(size, 2**20)) if size else None


def _width(file: Interpretation) -> Interval | None:
    return Interval.exact(Fraction(file.dimensions[0])) if file.dimensions else None


def _height(file: Interpretation) -> Interval | None:
    return Interval.exact(Fraction(file.dimensions[1])) if file.dimensions else None


def _short_side(file: Interpretation) -> Interval | None:
    return Interval.exact(Fraction(min(file.dimensions))) if file.dimensions else None


def _long_side(file: Interpretation) -> Interval | None:
    return Interval.exact(Fraction(max(file.dimensions))) if file.dimensions else None


def _megapixels(file: Interpretation) -> Interval | None:
    if not file.dimensions:
        return None
    return Interval.exact(Fraction(file.dimensions[0] * file.dimensions[1], 10**6))


def _duration(file: Interpretation) -> Interval | None:
    timing, rate = file.media.timing, file.media.rate
    if timing is None:
        return None
    margin = Fraction(0)
    if file.tolerant:
        frame = 1 / rate.value if rate and rate.value > 0 else Fraction(0)
        margin = max(_TOLERANCE, frame)
    lower = max(Fraction(0), timing.lower - margin)
    return Interval(lower, timing.upper + margin, timing.value)


def _fps(file: Interpretation) -> Interval | None:
    rate = file.media.rate
    return None if rate is None else Interval(rate.lower, rate.upper, rate.value)


def _frames(file: Interpretation) -> Interval | None:
    frames = file.media.frames
    return None if frames is None else Interval.exact(Fraction(frames))


_METRICS = (
    Metric(
        name="file_size_mb",
        unit=Unit.MEGABYTES,
        measure=_file_size,
        phrase="file size",
        word="mb",
        other_words=r"\d\s*(?:[kg]i?b|bytes)\b",
    ),
    Metric(
        name="file_size_mib",
        unit=Unit.MEBIBYTES,
        measure=_file_size_mib,
        phrase="file size",
    ),
    Metric(
        name="width_pixels",
        unit=Unit.PIXELS,
        measure=_width,
        phrase="width",
        short="width",
        word="width",
        other_words=r"\bheight\b",
    ),
    Metric(
        name="height_pixels",
        unit=Unit.PIXELS,
        measure=_height,
        phrase="height",
        short="height",
        word="height",
        other_words=r"\bwidth\b",
    ),
    Metric(
        name="short_side_pixels",
        unit=Unit.PIXELS,
        measure=_short_side,
        phrase="short side",
    ),
    Metric(
        name="long_side_pixels",
        unit=Unit.PIXELS,
        measure=_long_side,
        phrase="long side",
    ),
    Metric(
        name="duration_seconds",
        unit=Unit.SECONDS,
        measure=_duration,
        phrase="duration",
        needs_whole_file=True,
    ),
    Metric(
        name="fps",
        unit=Unit.PER_SECOND,
        measure=_fps,
        phrase="frame rate",
        needs_whole_file=True,
    ),
    Metric(name="megapixels", unit=Unit.MEGAPIXELS, measure=_megapixels, phrase="size"),
    Metric(
        name="frames",
        unit=Unit.COUNT,
        measure=_frames,
        phrase="number of frames",
        needs_whole_file=True,
    ),
)
METRICS: Mapping[str, Metric] = MappingProxyType({row.name: row for row in _METRICS})
"""Every metric that can be measured, by its published name."""

_SHORT_NAMES = {row.short: row.name for row in _METRICS if row.short}
_PART = re.compile(r"\s*([*/])\s*")


@dataclass(frozen=True, slots=True)
class MetricExpression:
    """A product of metrics, some of them divided by: ``width/height``."""

    factors: tuple[str, ...]
    divisors: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The metrics that must be measured to know this one."""
        return self.factors + self.divisors

    def value(self, measured: Mapping[str, Fraction]) -> Fraction:
        """Compute exactly. Raises ``ZeroDivisionError`` when a divisor is zero."""
        result = Fraction(1)
        for name in self.factors:
            result *= measured[name]
        for name in self.divisors:
            result /= measured[name]
        return result


def parse_metric(text: str) -> MetricExpression | None:
    """Parse ``width_pixels`` or ``width/height``; None if a name is not in ``METRICS``."""
    first, *rest = _PART.split(text.strip())
    terms = [("*", first), *zip(rest[::2], rest[1::2], strict=True)]
    named = [(sign, _SHORT_NAMES.get(name, name)) for sign, name in terms]
    if any(name not in METRICS for _, name in named):
        return None
    return MetricExpression(
        factors=tuple(name for sign, name in named if sign == "*"),
        divisors=tuple(name for sign, name in named if sign == "/"),
    )
