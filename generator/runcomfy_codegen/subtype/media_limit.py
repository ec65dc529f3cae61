"""Media rules ready to be tried: the metric in its one spelling, the threshold exact."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias

from runcomfy_runtime.metrics_and_operators import MetricExpression, Operator
from runcomfy_runtime.rule import Rule

from ..ir.exact import Rational, quotient, reduced

FileMeasures: TypeAlias = Mapping[str, Rational]
"""A file as its measures, by the names of the metric table."""

AREA, SIDES, SCALE = "megapixels", ("height_pixels", "width_pixels"), 1_000_000
"""Megapixels are nothing but width times height; limits on them are limits on that."""


@dataclass(frozen=True, slots=True)
class MediaLimit:
    """One rule that can be checked."""

    metric: MetricExpression
    operator: Operator
    threshold: Rational
    names: tuple[str, ...] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        # Asked for at every step of a search, where the metric would join them anew.
        object.__setattr__(self, "names", self.metric.names)

    @property
    def opposite(self) -> MediaLimit:
        """The limit that exactly those files keep that break this one."""
        return MediaLimit(self.metric, self.operator.negated, self.threshold)

    def holds(self, file: FileMeasures) -> bool:
        """Whether a file that has all measures of the metric keeps the limit."""
        # Measures are above 0: both sides are multiplied by the divisors.
        told: Rational = 1
        wanted = self.threshold
        for name in self.metric.factors:
            told *= file[name]
        for name in self.metric.divisors:
            wanted *= file[name]
        return self.operator.accepts(told, wanted)


def media_limit(rule: Rule) -> MediaLimit | None:
    """A rule as a limit; None if it cannot be checked."""
    return _parse_limit(rule.metric, rule.operator, rule.limit)


def satisfies_all(file: FileMeasures, wanted: Iterable[MediaLimit]) -> bool:
    """Whether a file that has all their measures keeps every limit."""
    return all(limit.holds(file) for limit in wanted)


@lru_cache(maxsize=4096)
def _parse_limit(name: str, operator: str, limit: str) -> MediaLimit | None:
    """A limit by its texts: a catalog repeats a few of them in every model."""
    rule = Rule(pointer="", metric=name, operator=operator, limit=limit)
    told, threshold, comparison = rule.expression, rule.threshold, rule.comparison
    if told is None or threshold is None or comparison is None:
        return None
    over, under = told.factors.count(AREA), told.divisors.count(AREA)
    scaled = quotient(reduced(threshold) * SCALE**over, SCALE**under)
    metric = MetricExpression(_expand_area(told.factors), _expand_area(told.divisors))
    if scaled > 0 and metric.divisors > metric.factors:
        # The ratio is turned over, so that height/width is told as width/height.
        metric = MetricExpression(metric.divisors, metric.factors)
        return MediaLimit(metric, comparison.swapped, quotient(1, scaled))
    return MediaLimit(metric, comparison, scaled)


def _expand_area(names: tuple[str, ...]) -> tuple[str, ...]:
    told = (part for name in names for part in (SIDES if name == AREA else (name,)))
    return tuple(sorted(told))
