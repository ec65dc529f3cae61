"""Which values of one measured quantity a list of rules leaves: exact interval sets."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from runcomfy_runtime.metric import METRICS, Metric, Unit

from ..containment.exact import decimal_text
from .limit import Limit

WHOLE = frozenset({Unit.PIXELS, Unit.COUNT})
"""Units that count whole things, one at least. Everything else is real and above 0."""


@dataclass(frozen=True, slots=True)
class Span:
    """The values between two ends, without single ones that ``!=`` takes out.

    Whole quantities have closed ends. ``high`` None is infinity.
    """

    low: Fraction
    high: Fraction | None
    open_low: bool
    open_high: bool
    whole: bool
    holes: frozenset[Fraction] = frozenset()

    @property
    def empty(self) -> bool:
        """Whether no value is left."""
        if self.high is None:
            return False
        if self.low > self.high:
            return True
        if self.whole and self.high - self.low < len(self.holes):
            return all(point in self.holes for point in self._points())
        single = self.low == self.high
        return single and (self.open_low or self.open_high or self.low in self.holes)

    def __str__(self) -> str:
        low = f"{'>' if self.open_low else '>='} {decimal_text(self.low)}"
        high = (
            ""
            if self.high is None
            else f"{'<' if self.open_high else '<='} {decimal_text(self.high)}"
        )
        trivial = self.low == (1 if self.whole else 0)
        holes = [f"!= {decimal_text(hole)}" for hole in sorted(self.holes)]
        told = [low if not trivial else "", high, *holes]
        return " and ".join(part for part in told if part) or "any"

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

    def has(self, value: Fraction) -> bool:
        """Whether a value is left."""
        low = value > self.low or (value == self.low and not self.open_low)
        high = (
            self.high is None
            or value < self.high
            or (value == self.high and not self.open_high)
        )
        grid = not self.whole or value.denominator == 1
        return low and high and grid and value not in self.holes

    def _points(self) -> Iterable[Fraction]:
        assert self.high is not None
        return (self.low + step for step in range(int(self.high - self.low) + 1))


def is_whole(metric: Metric) -> bool:
    """Whether a metric counts whole things."""
    units = [METRICS[name] for name in metric.factors]
    return not metric.divisors and all(unit in WHOLE for unit in units)


def span(metric: Metric, told: Iterable[Limit]) -> Span:
    """What limits on this very metric leave of it; other limits are not looked at."""
    found = domain(metric)
    for limit in told:
        if limit.metric == metric:
            found = _cut(found, limit.operator, limit.threshold)
    return found


def domain(metric: Metric) -> Span:
    """What a metric can be before any rule."""
    whole = is_whole(metric)
    return Span(Fraction(1 if whole else 0), None, not whole, False, whole)


def spans(told: Iterable[Limit]) -> dict[Metric, Span]:
    """What limits leave of each metric they name."""
    every = tuple(told)
    return {limit.metric: span(limit.metric, every) for limit in every}


def _cut(found: Span, operator: str, limit: Fraction) -> Span:
    match operator:
        case "<" | "<=":
            return _below(found, limit, strict=operator == "<")
        case ">" | ">=":
            return _above(found, limit, strict=operator == ">")
        case "==":
            return _below(_above(found, limit, strict=False), limit, strict=False)
        case _:
            return _without(found, limit)


def _below(found: Span, limit: Fraction, *, strict: bool) -> Span:
    if found.whole:
        limit = Fraction(math.ceil(limit) - 1 if strict else math.floor(limit))
        strict = False
    if found.high is not None and (found.high, not found.open_high) <= (
        limit,
        not strict,
    ):
        return found
    return _trimmed(found, found.low, limit, found.open_low, strict)


def _above(found: Span, limit: Fraction, *, strict: bool) -> Span:
    if found.whole:
        limit = Fraction(math.floor(limit) + 1 if strict else math.ceil(limit))
        strict = False
    if (found.low, found.open_low) >= (limit, strict):
        return found
    return _trimmed(found, limit, found.high, strict, found.open_high)


def _without(found: Span, hole: Fraction) -> Span:
    if not found.has(hole):
        return found
    return _trimmed(
        found, found.low, found.high, found.open_low, found.open_high, {hole}
    )


def _trimmed(
    found: Span,
    low: Fraction,
    high: Fraction | None,
    open_low: bool,
    open_high: bool,
    more: Iterable[Fraction] = (),
) -> Span:
    """A span in its one spelling: holes at an end move the end."""
    holes = {*found.holes, *more}
    while found.whole and low in holes:
        holes.discard(low)
        low += 1
    while found.whole and high is not None and high in holes:
        holes.discard(high)
        high -= 1
    if low in holes and not found.whole:
        holes.discard(low)
        open_low = True
    if high in holes and high is not None and not found.whole:
        holes.discard(high)
        open_high = True
    kept = Span(low, high, open_low, open_high, found.whole)
    return Span(
        low, high, open_low, open_high, found.whole,
        frozenset(hole for hole in holes if kept.has(hole)),
    )  # fmt: skip
