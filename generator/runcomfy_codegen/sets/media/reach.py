"""What limits on the sides leave of a ratio or product, by interval arithmetic."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from runcomfy_runtime.metric import Metric

from ..exact import Number, quotient
from .span import Span, domain

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
