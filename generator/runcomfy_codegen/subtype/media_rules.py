"""Does every file that passes one set of media rules pass another? Yes, no, or unsure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product

from runcomfy_runtime.metrics_and_operators import MetricExpression
from runcomfy_runtime.rule import Rule

from ..ir.exact import Rational, quotient
from . import YES, Answer, No, Unsure
from .media_intervals import (
    AREA,
    SCALE,
    SIDES,
    FileMeasures,
    IntervalByMetric,
    MeasureInterval,
    MediaLimit,
    full_interval,
    interval_bounds,
    intervals_by_metric,
    measure_interval,
    media_limit,
    restrict,
    satisfies_all,
)
from .numbers import simplicity


def is_contradiction(intervals: IntervalByMetric) -> bool:
    """Whether it is proved that no file can meet all limits."""
    return any(interval.empty for interval in intervals.values()) or any(
        not _overlap(interval, interval_bounds(metric, intervals))
        for metric, interval in intervals.items()
        if len(metric.names) > 1
    )


def _overlap(one: MeasureInterval, other: MeasureInterval) -> bool:
    """Whether two intervals of one metric overlap."""
    low, is_open = max((one.low, one.open_low), (other.low, other.open_low))
    highs = [(s.high, not s.open_high) for s in (one, other) if s.high is not None]
    if not highs:
        return True
    high, shut = min(highs)
    return low < high or (low == high and not is_open and shut)


def rules_imply(one: Sequence[Rule], other: Sequence[Rule]) -> Answer:
    """Whether every file that passes the rules of ``one`` passes those of ``other``."""
    return rule_set_implies(rule_set(one), rule_set(other))


def rule_set_implies(one: RuleSet, other: RuleSet) -> Answer:
    """Whether every file that passes ``one`` passes ``other``.

    The witness of a ``No`` is a table of measures, checked against the limits.
    """
    unsupported = [
        condition for condition in other.unsupported if condition not in one.unsupported
    ]
    if unsupported:
        return Unsure(f"the rule {unsupported[0]!r} is not supported")
    if one.empty or _is_implied_by_metric(one, other):
        return YES
    witness = _find_witness(one.limits, other.limits)
    if witness is None:
        return Unsure("several measures interact, and no example file was found")
    if one.unsupported:
        return Unsure("another rule is not supported, and may refuse the file already")
    return No(
        _with_megapixels(
            witness, uses_megapixels=one.uses_megapixels or other.uses_megapixels
        )
    )


def _with_megapixels(
    file: FileMeasures, *, uses_megapixels: bool
) -> dict[str, Rational]:
    """The file with its megapixels, if the rules use them."""
    measures = dict(file)
    if uses_megapixels and file.keys() >= set(SIDES):
        measures[AREA] = quotient(math.prod(file[side] for side in SIDES), SCALE)
    return measures


def _is_implied_by_metric(one: RuleSet, other: RuleSet) -> bool:
    """Whether, metric by metric, ``other`` allows everything that ``one`` allows."""
    return all(
        (one.intervals.get(metric) or full_interval(metric)).is_within(wanted)
        or (
            len(metric.names) > 1
            and interval_bounds(metric, one.intervals).is_within(wanted)
        )
        for metric, wanted in other.intervals.items()
    )


def _find_witness(
    one: Sequence[MediaLimit], other: Sequence[MediaLimit]
) -> FileMeasures | None:
    """Measures of one group that ``one`` allows and ``other`` does not.

    None without such measures, or if the limits on the other measures cannot be met.
    """
    known = set(one)
    for limit in other:
        if limit in known:
            continue
        groups = linked_measures((*one, limit))
        names = next(names for names in groups if limit.names[0] in names)
        file = example_file([*_limits_on(one, names), limit.opposite], names)
        if file is not None:
            # Single measures need no check: the rule set is not empty.
            groups = linked_measures(limit for limit in one if len(limit.names) > 1)
            rest = [names for names in groups if names[0] not in file]
            examples = (example_file(_limits_on(one, names), names) for names in rest)
            return _relevant_measures(file, limit) if all(examples) else None
    return None


def _limits_on(
    limits: Sequence[MediaLimit], names: tuple[str, ...]
) -> list[MediaLimit]:
    """The limits on measures of a group."""
    return [limit for limit in limits if limit.names[0] in names]


def _relevant_measures(file: FileMeasures, broken: MediaLimit) -> FileMeasures:
    """The measures that are needed to refuse the file."""
    return {name: file[name] for name in sorted(set(broken.names))}


# A list of media rules, parsed and ready to compare.


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Media rules, parsed once and ready to compare.

    ``empty`` says whether it is proved that no file passes. ``unsupported`` are the rules
    that are not understood. ``uses_megapixels`` says whether a rule is about megapixels.
    """

    limits: tuple[MediaLimit, ...]
    intervals: Mapping[MetricExpression, MeasureInterval]
    empty: bool
    unsupported: tuple[str, ...]
    uses_megapixels: bool


def rule_set(rules: Iterable[Rule]) -> RuleSet:
    """The rules, parsed."""
    parsed = [(rule, media_limit(rule)) for rule in rules]
    limits = tuple(limit for _, limit in parsed if limit is not None)
    unsupported = tuple(rule.condition for rule, limit in parsed if limit is None)
    uses_megapixels = any(AREA in rule.metric for rule, _ in parsed)
    intervals = intervals_by_metric(limits)
    return RuleSet(
        limits, intervals, is_contradiction(intervals), unsupported, uses_megapixels
    )


# An example file: boundary values for all measures but one, and a solution for the last.


_MAX_COMBINATIONS = 2_000
"""The most combinations of boundary values to try; beyond that the answer is unsure."""


def linked_measures(limits: Iterable[MediaLimit]) -> list[tuple[str, ...]]:
    """The measures that limits link: width and height, if there is a limit on their ratio.

    Measures of different groups are independent of each other.
    """
    groups: list[set[str]] = []
    for limit in limits:
        names = set(limit.names)
        for linked in [group for group in groups if group & names]:
            groups.remove(linked)
            names |= linked
        groups.append(names)
    return [tuple(sorted(group)) for group in groups]


def example_file(
    limits: Sequence[MediaLimit], names: tuple[str, ...]
) -> FileMeasures | None:
    """Measures with these names that meet all limits; None if the search finds none.

    For one measure the search is complete. For several it tries the ends of all but one,
    and solves the limits for the last: limits on ratios and products are monotone in it.
    """
    intervals = intervals_by_metric(limits)
    for last in reversed(names):
        first = [name for name in names if name != last]
        ends = product(*(_boundary_measures(name, limits, intervals) for name in first))
        for values in islice(ends, _MAX_COMBINATIONS):
            chosen = dict(zip(first, values, strict=True))
            remaining = _solve_for(last, chosen, limits, intervals)
            for value in () if remaining is None else remaining.sample_values():
                file = {**chosen, last: value}
                if satisfies_all(file, limits):
                    return file
    return None


def _boundary_measures(
    name: str, limits: Sequence[MediaLimit], intervals: IntervalByMetric
) -> list[Rational]:
    """Values of a measure at which a limit changes its answer, the simplest first."""
    interval = measure_interval(name, intervals)
    candidates = {*interval.sample_values(), 1000}
    if interval.whole:
        for limit in limits:
            if len(limit.names) > 1 and name in limit.names:
                candidates.update(_multiples(limit.threshold, interval))
    return sorted(
        (value for value in candidates if interval.contains(value)), key=simplicity
    )


def _multiples(threshold: Rational, own: MeasureInterval) -> Iterator[Rational]:
    """Multiples of both terms of a ratio: only these have an exact partner."""
    for part in {threshold.numerator, threshold.denominator} - {0, 1}:
        yield -(-own.low // part) * part
        if own.high is not None:
            yield own.high // part * part


def _solve_for(
    last: str,
    chosen: FileMeasures,
    limits: Sequence[MediaLimit],
    intervals: IntervalByMetric,
) -> MeasureInterval | None:
    """What the limits allow for the last measure, given the chosen ones; None if nothing."""
    remaining = measure_interval(last, intervals)
    for limit in limits:
        names = limit.names
        if len(names) == 1:
            continue  # limits on one measure are already in its interval
        if last not in names:
            if not limit.holds(chosen):
                return None
        elif names.count(last) == 1:
            narrower = _restrict_by_ratio(remaining, last, chosen, limit)
            if narrower is None:
                return None
            remaining = narrower
    return None if remaining.empty else remaining


def _restrict_by_ratio(
    interval: MeasureInterval, last: str, chosen: FileMeasures, limit: MediaLimit
) -> MeasureInterval | None:
    """An interval restricted by a limit on a ratio or product, given all other measures."""
    over: Rational = 1
    under = limit.threshold
    for name in limit.metric.factors:
        over *= chosen.get(name, 1)
    for name in limit.metric.divisors:
        under *= chosen.get(name, 1)
    if last in limit.metric.factors:
        return restrict(interval, limit.operator, quotient(under, over))
    if under > 0:
        return restrict(interval, limit.operator.swapped, quotient(over, under))
    # Every ratio is above 0.
    return interval if limit.operator.greater else None
