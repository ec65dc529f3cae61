"""A file that keeps limits: all measures but one at ends of theirs, the last one solved for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, product

from ..exact import Number, quotient
from ..values.numbers import plainness
from .limit import FLIPPED, File, Limit, keeps
from .reach import Spans, left_of
from .span import Span, cut, spans

_MOST = 2_000
"""No more combinations of ends are tried: beyond that the answer is unsure."""


def groups(told: Iterable[Limit]) -> list[tuple[str, ...]]:
    """The measures that limits tie together: width and height, if a ratio is limited.

    Measures of different groups can be chosen freely of each other.
    """
    found: list[set[str]] = []
    for limit in told:
        names = set(limit.names)
        for tied in [group for group in found if group & names]:
            found.remove(tied)
            names |= tied
        found.append(names)
    return [tuple(sorted(group)) for group in found]


def file_of(told: Sequence[Limit], names: tuple[str, ...]) -> File | None:
    """Measures with these names that keep all limits; None if none were found.

    For one measure the search is complete. For several it tries the ends of all but one,
    and solves the limits for the last: limits on ratios and products are monotone in it.
    """
    found = spans(told)
    for last in reversed(names):
        first = [name for name in names if name != last]
        ends = product(*(_ends(name, told, found) for name in first))
        for values in islice(ends, _MOST):
            chosen = dict(zip(first, values, strict=True))
            left = _solved(last, chosen, told, found)
            for value in () if left is None else left.points():
                file = {**chosen, last: value}
                if keeps(file, told):
                    return file
    return None


def _ends(name: str, told: Sequence[Limit], found: Spans) -> list[Number]:
    """Values of a measure where a limit turns, the plainest first."""
    own = left_of(name, found)
    tried = {*own.points(), 1000}
    if own.whole:
        for limit in told:
            if len(limit.names) > 1 and name in limit.names:
                tried.update(_multiples(limit.threshold, own))
    return sorted((each for each in tried if own.has(each)), key=plainness)


def _multiples(threshold: Number, own: Span) -> Iterator[Number]:
    """Multiples of both terms of a ratio: only those have an exact partner."""
    for part in {threshold.numerator, threshold.denominator} - {0, 1}:
        yield -(-own.low // part) * part
        if own.high is not None:
            yield own.high // part * part


def _solved(
    last: str, chosen: File, told: Sequence[Limit], found: Spans
) -> Span | None:
    """What the limits leave of the last measure beside the chosen ones; None for nothing."""
    left = left_of(last, found)
    for limit in told:
        names = limit.names
        if len(names) == 1:
            continue  # its own limits are in the span, those of others in their ends
        if last not in names:
            if not limit.holds(chosen):
                return None
        elif names.count(last) == 1:
            narrower = _cut(left, last, chosen, limit)
            if narrower is None:
                return None
            left = narrower
    return None if left.empty else left


def _cut(left: Span, last: str, chosen: File, limit: Limit) -> Span | None:
    """A span cut by a limit on a ratio or product, with all other measures chosen."""
    over: Number = 1
    under = limit.threshold
    for name in limit.metric.factors:
        over *= chosen.get(name, 1)
    for name in limit.metric.divisors:
        under *= chosen.get(name, 1)
    if last in limit.metric.factors:
        return cut(left, limit.operator, quotient(under, over))
    if under > 0:
        return cut(left, FLIPPED[limit.operator], quotient(over, under))
    # Every ratio is above 0.
    return left if limit.operator in (">", ">=", "!=") else None
