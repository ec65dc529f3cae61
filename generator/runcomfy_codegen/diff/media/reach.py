"""What limits on the sides leave of a ratio or product, by interval arithmetic."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from runcomfy_runtime.metric import Metric

from .limit import Limit
from .span import Span, domain, spans

Side = tuple[Fraction, Fraction | None, bool, bool]
"""Lower end, upper end, and whether they are open."""


def impossible(told: Sequence[Limit]) -> bool:
    """Whether no file at all keeps the limits; False where that is not proved."""
    found = spans(told)
    return any(each.empty for each in found.values()) or any(
        not _meet(each, reached(metric, found))
        for metric, each in found.items()
        if len(metric.names) > 1
    )


def reached(metric: Metric, found: Mapping[Metric, Span]) -> Span:
    """What the sides' own limits leave of a ratio or product; never less than there is."""
    low, high = Fraction(1), Fraction(1)
    open_low = open_high = False
    bounded = True
    for side_low, side_high, shut_low, shut_high in _sides(metric, found):
        low *= side_low
        open_low |= shut_low
        bounded = bounded and side_high is not None
        high *= side_high if side_high is not None else 1
        open_high |= shut_high
    top = high if bounded else None
    return Span(low, top, open_low or low == 0, open_high, domain(metric).whole)


def _sides(metric: Metric, found: Mapping[Metric, Span]) -> Iterator[Side]:
    """The ends of every factor, and of the reciprocal of every divisor."""
    for name in metric.factors:
        side = found.get(Metric((name,)), domain(Metric((name,))))
        yield side.low, side.high, side.open_low, side.open_high
    for name in metric.divisors:
        side = found.get(Metric((name,)), domain(Metric((name,))))
        low = Fraction(0) if side.high is None else 1 / side.high
        high = None if side.low == 0 else 1 / side.low
        yield low, high, side.open_high, side.open_low


def _meet(one: Span, other: Span) -> bool:
    """Whether two spans of one metric overlap."""
    low, is_open = max((one.low, one.open_low), (other.low, other.open_low))
    highs = [(s.high, not s.open_high) for s in (one, other) if s.high is not None]
    if not highs:
        return True
    high, shut = min(highs)
    return low < high or (low == high and not is_open and shut)
