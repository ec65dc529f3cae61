"""What a media rule can measure and how it compares: the one table of metrics and operators."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType


class Unit(StrEnum):
    """What a measured number counts."""

    MEGABYTES = "MB"
    PIXELS = "px"
    MEGAPIXELS = "MP"
    SECONDS = "s"
    PER_SECOND = "1/s"
    COUNT = ""


METRICS: Mapping[str, Unit] = MappingProxyType(
    {
        "file_size_mb": Unit.MEGABYTES,
        "width_pixels": Unit.PIXELS,
        "height_pixels": Unit.PIXELS,
        "duration_seconds": Unit.SECONDS,
        "fps": Unit.PER_SECOND,
        "megapixels": Unit.MEGAPIXELS,
        "frames": Unit.COUNT,
    }
)
"""Every metric that can be measured, by its published name."""

_ALIASES = {"width": "width_pixels", "height": "height_pixels"}
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
    """Read ``width_pixels`` or ``width/height``; None if a name in it is not in ``METRICS``."""
    first, *rest = _PART.split(text.strip())
    terms = [("*", first), *zip(rest[::2], rest[1::2], strict=True)]
    named = [(sign, _ALIASES.get(name, name)) for sign, name in terms]
    if any(name not in METRICS for _, name in named):
        return None
    return MetricExpression(
        factors=tuple(name for sign, name in named if sign == "*"),
        divisors=tuple(name for sign, name in named if sign == "/"),
    )
