"""Files at the edges of media rules: where a rule turns, and just beside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise, product

from runcomfy_runtime.metric import Metric

from ..containment.numbers import plainness
from .limit import File, Limit
from .span import Span, domain, is_whole, spans


def groups(told: Sequence[Limit]) -> list[tuple[str, ...]]:
    """The measures that limits tie together: width and height, if a ratio is limited.

    Measures of different groups can be chosen freely of each other.
    """
    found: list[set[str]] = []
    for limit in told:
        names = set(limit.metric.names)
        for tied in [
            group for group in found if group & names or _are_one(group | names)
        ]:
            found.remove(tied)
            names |= tied
        found.append(names)
    return [tuple(sorted(group)) for group in found]


def files(told: Sequence[Limit], names: tuple[str, ...]) -> Iterator[File]:
    """Files with these measures, made of the ends of the limits, the plainest first.

    All measures but one lie at ends of their own; the last also where a ratio or product
    reaches an end of its own.
    """
    found = spans(told)
    ends = {name: _own_ends(name, found) for name in names}
    for last in reversed(names):
        first = [name for name in names if name != last]
        for values in product(*(ends[name] for name in first)):
            chosen = dict(zip(first, values, strict=True))
            solved = _near(last, _solved(last, chosen, found))
            for value in dict.fromkeys((*ends[last], *solved)):
                file = {**chosen, last: value}
                if _is_possible(file):
                    yield file


def _are_one(names: set[str]) -> bool:
    """Megapixels are width times height, whatever the rules say."""
    return "megapixels" in names and bool(names & {"width_pixels", "height_pixels"})


def _is_possible(file: File) -> bool:
    if "megapixels" not in file:
        return True
    wide, high = file.get("width_pixels"), file.get("height_pixels")
    area = file["megapixels"] * 1_000_000
    if wide is None and high is None:
        return True
    if wide is not None and high is not None:
        return area == wide * high
    return (area / (wide or high or 1)).denominator == 1


def _own_ends(name: str, found: Mapping[Metric, Span]) -> list[Fraction]:
    """Values of a measure at which a rule on itself turns."""
    own = [each for metric, each in found.items() if metric == Metric((name,))]
    start = (
        [Fraction(1), Fraction(1000)] if is_whole(Metric((name,))) else [Fraction(1)]
    )
    ends = [end for each in own for end in (each.low, each.high, *each.holes)]
    known = [end for end in ends if end is not None]
    near = _near(name, {*start, *known, *_cut_ends(known)})
    return sorted(set(near), key=plainness)


def _cut_ends(known: Sequence[Fraction]) -> Iterator[Fraction]:
    yield from ((low + high) / 2 for low, high in pairwise(known))


def _near(name: str, ends: Iterable[Fraction]) -> Iterator[Fraction]:
    """These ends, and what lies just beside them, as far as a measure can be that."""
    base = Metric((name,))
    whole, possible = is_whole(base), domain(base)
    step = Fraction(1) if whole else Fraction(1, 100)
    for end in ends:
        middle = Fraction(end.numerator // end.denominator) if whole else end
        for point in (middle, middle - step, middle + step, end / 2):
            if possible.has(point):
                yield point


def _solved(
    last: str, chosen: File, found: Mapping[Metric, Span]
) -> Iterator[Fraction]:
    """What the last measure must be for a ratio or product to reach one of its ends."""
    for metric, each in found.items():
        others = [name for name in metric.names if name != last]
        if metric.names.count(last) != 1 or not set(others) <= chosen.keys():
            continue
        # The metric with 1 in the place of the measure that is looked for.
        rest = metric.value({**chosen, last: Fraction(1)})
        for end in (each.low, each.high, *each.holes):
            if end is not None and end > 0:
                yield end / rest if last in metric.factors else rest / end
