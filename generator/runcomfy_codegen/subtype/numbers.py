"""Numbers: intervals with open or closed ends, of all numbers or of multiples of a step."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ..ir.exact import Rational, divides, quotient, rational
from ..ir.model import Exact, Numeric

MAX_ENUMERATED = 2_000
"""Intervals with at most so many numbers are decided by checking every number."""


@dataclass(frozen=True, slots=True)
class NumberInterval:
    """The numbers between two ends; with a ``step`` only its multiples.

    An end that is None lies at infinity. On a lattice the ends are multiples, and closed.
    """

    low: Rational | None
    high: Rational | None
    open_low: bool = False
    open_high: bool = False
    step: Rational | None = None

    @property
    def empty(self) -> bool:
        """Whether the interval has no number."""
        if self.low is None or self.high is None:
            return False
        return self.low > self.high or (
            self.low == self.high and (self.open_low or self.open_high)
        )

    @property
    def count(self) -> int | None:
        """How many numbers the interval has; None for infinitely many."""
        if self.empty:
            return 0
        if self.low is None or self.high is None:
            return None
        if self.low == self.high:
            return 1
        return (
            None if self.step is None else int((self.high - self.low) // self.step) + 1
        )


def number_interval(kind: Numeric) -> NumberInterval:
    """The numbers of a type."""
    lows = _ends(kind.minimum, kind.exclusive_minimum)
    highs = _ends(kind.maximum, kind.exclusive_maximum)
    # Of two ends at one number, the open one is stricter.
    low, open_low = max(lows, default=(None, False))
    high, shut = min(
        ((end, not is_open) for end, is_open in highs), default=(None, True)
    )
    step = _step(kind)
    if step is None:
        return NumberInterval(low, high, open_low, not shut)
    return NumberInterval(
        _round_up(low, step, open_low), _round_down(high, step, not shut), step=step
    )


def simplest_number(kind: Numeric) -> Rational | None:
    """The simplest number of a type, near zero; None if the type has no number."""
    interval = number_interval(kind)
    if interval.empty:
        return None
    candidates = [
        point for point in boundary_values([interval]) if _contains(interval, point)
    ]
    return min(candidates, key=simplicity, default=None)


def all_numbers(kind: Numeric) -> list[Rational] | None:
    """All numbers of a type, if they are few."""
    interval = number_interval(kind)
    size = interval.count
    if size is None or size > MAX_ENUMERATED:
        return None
    if size == 0 or interval.low is None:
        return []
    return [interval.low + (interval.step or 1) * index for index in range(size)]


def is_number_subset(one: Numeric, other: Numeric) -> bool:
    """Whether it is proved that ``other`` accepts all numbers of ``one``."""
    inner, outer = number_interval(one), number_interval(other)
    if not _is_within(inner, outer):
        return False
    if outer.step is None:
        return True
    if inner.count == 1 and inner.low is not None:
        return divides(outer.step, inner.low)
    return inner.step is not None and divides(outer.step, inner.step)


def boundary_values(
    intervals: Sequence[NumberInterval], extra: Iterable[Rational] = ()
) -> list[Rational]:
    """Numbers at which these intervals differ: their ends, next to the ends, and between.

    For lines without a step this is complete: two unions of them that agree on all of
    these numbers are equal.
    """
    ends = {
        end
        for interval in intervals
        for end in (interval.low, interval.high)
        if end is not None
    }
    ends |= {0, *extra}
    steps = {interval.step for interval in intervals if interval.step is not None} | {1}
    neighbours = {
        end + sign * step for end in ends for step in steps for sign in (-1, 1)
    }
    points = sorted(ends | neighbours | _multiples_near(intervals, ends))
    between = {quotient(low + high, 2) for low, high in pairwise(points)}
    return sorted({*points, *between}, key=simplicity)


def simplicity(value: Rational) -> tuple[bool, Rational, bool]:
    """A key for sorting: whole numbers first, then small ones, then positive ones."""
    return (value.denominator != 1, value if value >= 0 else -value, value < 0)


def _multiples_near(
    intervals: Sequence[NumberInterval], ends: Iterable[Rational]
) -> set[Rational]:
    """The first multiples of every step at every end: two in a row refute another step."""
    return {
        (end // interval.step + offset) * interval.step
        for interval in intervals
        if interval.step is not None
        for end in ends
        for offset in range(-1, 3)
    }


def _ends(closed: Exact | None, opened: Exact | None) -> list[tuple[Rational, bool]]:
    ends = ((closed, False), (opened, True))
    return [(rational(end), is_open) for end, is_open in ends if end is not None]


def _step(kind: Numeric) -> Rational | None:
    if kind.multiple_of is None:
        return 1 if kind.integral else None
    step = rational(kind.multiple_of)
    # A whole multiple of p/q, in lowest terms, is a multiple of p.
    return step.numerator if kind.integral else step


def _round_up(low: Rational | None, step: Rational, is_open: bool) -> Rational | None:
    if low is None:
        return None
    steps = low // step + 1 if is_open else -(-low // step)
    return steps * step


def _round_down(
    high: Rational | None, step: Rational, is_open: bool
) -> Rational | None:
    if high is None:
        return None
    steps = -(-high // step) - 1 if is_open else high // step
    return steps * step


def _is_within(inner: NumberInterval, outer: NumberInterval) -> bool:
    low = outer.low is None or (
        inner.low is not None
        and (inner.low, inner.open_low) >= (outer.low, outer.open_low)
    )
    high = outer.high is None or (
        inner.high is not None
        and (inner.high, not inner.open_high) <= (outer.high, not outer.open_high)
    )
    return low and high


def _contains(interval: NumberInterval, point: Rational) -> bool:
    on_lattice = interval.step is None or divides(interval.step, point)
    return on_lattice and _is_within(NumberInterval(point, point), interval)
