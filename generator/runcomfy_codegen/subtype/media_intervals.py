"""Media rules as limits on measures, and the exact intervals that they allow."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache, lru_cache
from typing import TypeAlias

from runcomfy_runtime.metrics_and_operators import METRICS, MetricExpression, Operator
from runcomfy_runtime.rule import Rule

from ..ir.exact import Rational, quotient, reduced

# Media rules as limits: a normalized metric and an exact threshold.


FileMeasures: TypeAlias = Mapping[str, Rational]
"""The measures of a file, by the names of the metric table."""

AREA, SIDES, SCALE = "megapixels", ("height_pixels", "width_pixels"), 1_000_000
"""Megapixels are width times height, so limits on them are limits on that product."""


@dataclass(frozen=True, slots=True)
class MediaLimit:
    """One rule that can be checked."""

    metric: MetricExpression
    operator: Operator
    threshold: Rational
    names: tuple[str, ...] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        # Cached here: a search needs them at every step, and the metric would join them again.
        object.__setattr__(self, "names", self.metric.names)

    @property
    def opposite(self) -> MediaLimit:
        """The limit that accepts exactly the files that this one refuses."""
        return MediaLimit(self.metric, self.operator.negated, self.threshold)

    def holds(self, file: FileMeasures) -> bool:
        """Whether a file with all measures of the metric meets the limit."""
        # Measures are above 0, so both sides can be multiplied by the divisors.
        actual: Rational = 1
        allowed = self.threshold
        for name in self.metric.factors:
            actual *= file[name]
        for name in self.metric.divisors:
            allowed *= file[name]
        return self.operator.accepts(actual, allowed)


def media_limit(rule: Rule) -> MediaLimit | None:
    """A rule as a limit; None if it cannot be checked."""
    return _parse_limit(rule.metric, rule.operator, rule.limit)


def satisfies_all(file: FileMeasures, limits: Iterable[MediaLimit]) -> bool:
    """Whether a file with all their measures meets every limit."""
    return all(limit.holds(file) for limit in limits)


@lru_cache(maxsize=4096)
def _parse_limit(name: str, operator: str, limit: str) -> MediaLimit | None:
    """Cached by its texts, because the models of a catalog repeat a few limits."""
    rule = Rule(pointer="", metric=name, operator=operator, limit=limit)
    expression, threshold, comparison = rule.expression, rule.threshold, rule.comparison
    if expression is None or threshold is None or comparison is None:
        return None
    over, under = expression.factors.count(AREA), expression.divisors.count(AREA)
    scaled = quotient(reduced(threshold) * SCALE**over, SCALE**under)
    metric = MetricExpression(
        _expand_area(expression.factors), _expand_area(expression.divisors)
    )
    if scaled > 0 and metric.divisors > metric.factors:
        # The ratio is inverted, so that height/width becomes width/height.
        metric = MetricExpression(metric.divisors, metric.factors)
        return MediaLimit(metric, comparison.swapped, quotient(1, scaled))
    return MediaLimit(metric, comparison, scaled)


def _expand_area(names: tuple[str, ...]) -> tuple[str, ...]:
    measures = (part for name in names for part in (SIDES if name == AREA else (name,)))
    return tuple(sorted(measures))


_SMALL_STEP = Fraction(1, 100)
_NO_HOLES: frozenset[Rational] = frozenset()


@dataclass(frozen=True, slots=True)
class MeasureInterval:
    """The values between two ends, without the single values that ``!=`` excludes.

    Whole quantities have closed ends. If ``high`` is None, there is no upper end.
    """

    low: Rational
    high: Rational | None
    open_low: bool
    open_high: bool
    whole: bool
    excluded: frozenset[Rational] = _NO_HOLES

    @property
    def empty(self) -> bool:
        """Whether no value is left."""
        # Excluded values at the ends were removed, so two different ends mean a value.
        if self.high is None or self.low < self.high:
            return False
        return self.low > self.high or self.open_low or self.open_high

    def is_within(self, other: MeasureInterval) -> bool:
        """Whether the other interval contains every value of this one."""
        if self.empty:
            return True
        low = (self.low, self.open_low) >= (other.low, other.open_low)
        high = other.high is None or (
            self.high is not None
            and (self.high, not self.open_high) <= (other.high, not other.open_high)
        )
        return low and high and not any(self.contains(hole) for hole in other.excluded)

    def contains(self, value: Rational) -> bool:
        """Whether a value is in the interval."""
        if value < self.low or (value == self.low and self.open_low):
            return False
        if self.high is not None and (
            value > self.high or (value == self.high and self.open_high)
        ):
            return False
        return (
            not (self.whole and value.denominator != 1) and value not in self.excluded
        )

    def sample_values(self) -> Iterator[Rational]:
        """Some values of the interval: near the lower end, at the upper end, and between."""
        return (value for value in self._candidates() if self.contains(value))

    def _candidates(self) -> Iterator[Rational]:
        step: Rational = 1 if self.whole or self.low == 0 else _SMALL_STEP
        yield from (self.low, self.low + step)
        high = self.low + 10 * step if self.high is None else self.high
        yield from (high, high - step, (self.low + high) // 2)
        if not self.whole:
            # Excluded values may remove several of them.
            gap = high - self.low
            yield from (self.low + quotient(gap, part) for part in range(2, 9))


def is_whole(metric: MetricExpression) -> bool:
    """Whether a metric counts whole things."""
    return not metric.divisors and all(METRICS[n].unit.whole for n in metric.factors)


@cache
def full_interval(metric: MetricExpression) -> MeasureInterval:
    """All values that a metric can have."""
    whole = is_whole(metric)
    return MeasureInterval(1 if whole else 0, None, not whole, False, whole)


def intervals_by_metric(
    limits: Iterable[MediaLimit],
) -> dict[MetricExpression, MeasureInterval]:
    """The interval that the limits allow for each of their metrics."""
    intervals: dict[MetricExpression, MeasureInterval] = {}
    for limit in limits:
        interval = intervals.get(limit.metric) or full_interval(limit.metric)
        intervals[limit.metric] = restrict(interval, limit.operator, limit.threshold)
    return intervals


def restrict(
    interval: MeasureInterval, operator: Operator, limit: Rational
) -> MeasureInterval:
    """The part of an interval that one more limit allows."""
    if operator.less and operator.greater:
        return _normalize(interval, {limit}) if interval.contains(limit) else interval
    if not operator.less:
        interval = _restrict_below(interval, limit, strict=not operator.equal)
    if not operator.greater:
        interval = _restrict_above(interval, limit, strict=not operator.equal)
    return interval


def _restrict_above(
    interval: MeasureInterval, limit: Rational, *, strict: bool
) -> MeasureInterval:
    if interval.whole:
        limit = math.ceil(limit) - 1 if strict else math.floor(limit)
        strict = False
    high = interval.high
    if high is not None and (high, not interval.open_high) <= (limit, not strict):
        return interval
    return _normalize(
        MeasureInterval(
            interval.low,
            limit,
            interval.open_low,
            strict,
            interval.whole,
            interval.excluded,
        )
    )


def _restrict_below(
    interval: MeasureInterval, limit: Rational, *, strict: bool
) -> MeasureInterval:
    if interval.whole:
        limit = math.floor(limit) + 1 if strict else math.ceil(limit)
        strict = False
    if (interval.low, interval.open_low) >= (limit, strict):
        return interval
    return _normalize(
        MeasureInterval(
            limit,
            interval.high,
            strict,
            interval.open_high,
            interval.whole,
            interval.excluded,
        )
    )


def _normalize(
    interval: MeasureInterval, more: Iterable[Rational] = ()
) -> MeasureInterval:
    """An interval in normal form: an excluded value at an end moves the end."""
    holes = {*interval.excluded, *more}
    if not holes:
        return interval
    low, high = interval.low, interval.high
    open_low, open_high = interval.open_low, interval.open_high
    if interval.whole:
        while low in holes:
            low += 1
        while high is not None and high in holes and high >= low:
            high -= 1
    else:
        open_low, open_high = open_low or low in holes, open_high or high in holes
    bare = MeasureInterval(low, high, open_low, open_high, interval.whole)
    remaining = frozenset(hole for hole in holes if bare.contains(hole))
    return MeasureInterval(low, high, open_low, open_high, interval.whole, remaining)


# Bounds of ratios and products from limits on single measures, by interval arithmetic.


IntervalByMetric: TypeAlias = Mapping[MetricExpression, MeasureInterval]
"""The interval of each metric, from the limits on this metric alone."""

IntervalEnds: TypeAlias = tuple[Rational, Rational | None, bool, bool]
"""Lower end, upper end, and whether they are open."""


def interval_bounds(
    metric: MetricExpression, intervals: IntervalByMetric
) -> MeasureInterval:
    """Bounds of a ratio or product, from the limits on its measures; possibly too wide."""
    low: Rational = 1
    high: Rational | None = 1
    open_low = open_high = False
    for side_low, side_high, shut_low, shut_high in _factor_ends(metric, intervals):
        low *= side_low
        open_low |= shut_low
        high = None if high is None or side_high is None else high * side_high
        open_high |= shut_high
    return MeasureInterval(
        low, high, open_low or low == 0, open_high, full_interval(metric).whole
    )


def _factor_ends(
    metric: MetricExpression, intervals: IntervalByMetric
) -> Iterator[IntervalEnds]:
    """The ends of every factor, and of the reciprocal of every divisor."""
    for name in metric.factors:
        side = measure_interval(name, intervals)
        yield side.low, side.high, side.open_low, side.open_high
    for name in metric.divisors:
        side = measure_interval(name, intervals)
        low = 0 if side.high is None else quotient(1, side.high)
        high = None if side.low == 0 else quotient(1, side.low)
        yield low, high, side.open_high, side.open_low


def measure_interval(name: str, intervals: IntervalByMetric) -> MeasureInterval:
    """The interval of a single measure, from its own limits."""
    metric = MetricExpression((name,))
    return intervals.get(metric) or full_interval(metric)
