"""Which values of one measured quantity a list of rules leaves: exact interval sets."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import TypeAlias

from runcomfy_runtime.metrics_and_operators import METRICS, Metric, Unit

from ..ir.exact import Number, quotient
from .media_limit import Limit

WHOLE = frozenset({Unit.PIXELS, Unit.COUNT})
"""Units that count whole things, one at least. Everything else is real and above 0."""

_NEAR = Fraction(1, 100)
_NO_HOLES: frozenset[Number] = frozenset()


@dataclass(frozen=True, slots=True)
class Span:
    """The values between two ends, without single ones that ``!=`` takes out.

    Whole quantities have closed ends. ``high`` None is infinity.
    """

    low: Number
    high: Number | None
    open_low: bool
    open_high: bool
    whole: bool
    holes: frozenset[Number] = _NO_HOLES

    @property
    def empty(self) -> bool:
        """Whether no value is left."""
        # Holes at the ends were trimmed: what has two ends has a value.
        if self.high is None or self.low < self.high:
            return False
        return self.low > self.high or self.open_low or self.open_high

    def inside(self, other: Span) -> bool:
        """Whether every value here is one of the other's."""
        if self.empty:
            return True
        low = (self.low, self.open_low) >= (other.low, other.open_low)
        high = other.high is None or (
            self.high is not None
            and (self.high, not self.open_high) <= (other.high, not other.open_high)
        )
        return low and high and not any(self.has(hole) for hole in other.holes)

    def has(self, value: Number) -> bool:
        """Whether a value is left."""
        if value < self.low or (value == self.low and self.open_low):
            return False
        if self.high is not None and (
            value > self.high or (value == self.high and self.open_high)
        ):
            return False
        return not (self.whole and value.denominator != 1) and value not in self.holes

    def points(self) -> Iterator[Number]:
        """Values that are left: near the lower end, at the upper one, and between."""
        return (each for each in self._tried() if self.has(each))

    def _tried(self) -> Iterator[Number]:
        step: Number = 1 if self.whole or self.low == 0 else _NEAR
        yield from (self.low, self.low + step)
        high = self.low + 10 * step if self.high is None else self.high
        yield from (high, high - step, (self.low + high) // 2)
        if not self.whole:
            # A hole takes one of them, and there may be several.
            gap = high - self.low
            yield from (self.low + quotient(gap, part) for part in range(2, 9))


def is_whole(metric: Metric) -> bool:
    """Whether a metric counts whole things."""
    return not metric.divisors and all(METRICS[n] in WHOLE for n in metric.factors)


@cache
def domain(metric: Metric) -> Span:
    """What a metric can be before any rule."""
    whole = is_whole(metric)
    return Span(1 if whole else 0, None, not whole, False, whole)


def spans(told: Iterable[Limit]) -> dict[Metric, Span]:
    """What limits leave of each metric they name, metric by metric."""
    found: dict[Metric, Span] = {}
    for limit in told:
        known = found.get(limit.metric) or domain(limit.metric)
        found[limit.metric] = cut(known, limit.operator, limit.threshold)
    return found


def cut(found: Span, operator: str, limit: Number) -> Span:
    """What one more limit leaves."""
    match operator:
        case "<" | "<=":
            return _below(found, limit, strict=operator == "<")
        case ">" | ">=":
            return _above(found, limit, strict=operator == ">")
        case "==":
            return _below(_above(found, limit, strict=False), limit, strict=False)
        case _:
            return _trimmed(found, {limit}) if found.has(limit) else found


def _below(found: Span, limit: Number, *, strict: bool) -> Span:
    if found.whole:
        limit = math.ceil(limit) - 1 if strict else math.floor(limit)
        strict = False
    known = found.high
    if known is not None and (known, not found.open_high) <= (limit, not strict):
        return found
    return _trimmed(
        Span(found.low, limit, found.open_low, strict, found.whole, found.holes)
    )


def _above(found: Span, limit: Number, *, strict: bool) -> Span:
    if found.whole:
        limit = math.floor(limit) + 1 if strict else math.ceil(limit)
        strict = False
    if (found.low, found.open_low) >= (limit, strict):
        return found
    return _trimmed(
        Span(limit, found.high, strict, found.open_high, found.whole, found.holes)
    )


def _trimmed(found: Span, more: Iterable[Number] = ()) -> Span:
    """A span in its one spelling: holes at an end move the end."""
    holes = {*found.holes, *more}
    if not holes:
        return found
    low, high = found.low, found.high
    open_low, open_high = found.open_low, found.open_high
    if found.whole:
        while low in holes:
            low += 1
        while high is not None and high in holes and high >= low:
            high -= 1
    else:
        open_low, open_high = open_low or low in holes, open_high or high in holes
    bare = Span(low, high, open_low, open_high, found.whole)
    kept = frozenset(hole for hole in holes if bare.has(hole))
    return Span(low, high, open_low, open_high, found.whole, kept)


# What limits on the sides leave of a ratio or product, by interval arithmetic.


Spans: TypeAlias = Mapping[Metric, Span]
"""What is left of each metric, as far as its own limits go."""

Side: TypeAlias = tuple[Number, Number | None, bool, bool]
"""Lower end, upper end, and whether they are open."""


def impossible(found: Spans) -> bool:
    """Whether no file at all is left; False where that is not proved."""
    return any(each.empty for each in found.values()) or any(
        not _meet(each, reached(metric, found))
        for metric, each in found.items()
        if len(metric.names) > 1
    )


def reached(metric: Metric, found: Spans) -> Span:
    """What the sides' own limits leave of a ratio or product; never less than there is."""
    low: Number = 1
    high: Number | None = 1
    open_low = open_high = False
    for side_low, side_high, shut_low, shut_high in _sides(metric, found):
        low *= side_low
        open_low |= shut_low
        high = None if high is None or side_high is None else high * side_high
        open_high |= shut_high
    return Span(low, high, open_low or low == 0, open_high, domain(metric).whole)


def _sides(metric: Metric, found: Spans) -> Iterator[Side]:
    """The ends of every factor, and of the reciprocal of every divisor."""
    for name in metric.factors:
        side = left_of(name, found)
        yield side.low, side.high, side.open_low, side.open_high
    for name in metric.divisors:
        side = left_of(name, found)
        low = 0 if side.high is None else quotient(1, side.high)
        high = None if side.low == 0 else quotient(1, side.low)
        yield low, high, side.open_high, side.open_low


def left_of(name: str, found: Spans) -> Span:
    """What its own limits leave of a single measure."""
    alone = Metric((name,))
    return found.get(alone) or domain(alone)


def _meet(one: Span, other: Span) -> bool:
    """Whether two spans of one metric overlap."""
    low, is_open = max((one.low, one.open_low), (other.low, other.open_low))
    highs = [(s.high, not s.open_high) for s in (one, other) if s.high is not None]
    if not highs:
        return True
    high, shut = min(highs)
    return low < high or (low == high and not is_open and shut)
