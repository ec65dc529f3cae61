"""Does every file that passes these rules pass those? Yes, no with a file, or unsure."""

from __future__ import annotations

import math
from collections.abc import Sequence

from runcomfy_runtime.rule import Rule

from ..answer import YES, Answer, No, Unsure
from ..exact import Number, quotient
from .files import file_of, groups
from .limit import AREA, SCALE, SIDES, File, Limit
from .reach import reached
from .region import Region, region
from .span import domain


def rules_inside(one: Sequence[Rule], other: Sequence[Rule]) -> Answer:
    """Whether every file that keeps the rules of ``one`` keeps those of ``other``."""
    return region_inside(region(one), region(other))


def region_inside(one: Region, other: Region) -> Answer:
    """Whether every file of the one passes the rules of the other.

    The witness of a ``No`` is a table of measures, tried on the limits themselves.
    """
    foreign = [told for told in other.unread if told not in one.unread]
    if foreign:
        return Unsure(f"the rule {foreign[0]!r} is not understood")
    if one.empty or _implied(one, other):
        return YES
    witness = _witness(one.limits, other.limits)
    if witness is None:
        return Unsure("several measures decide together, and no file was found")
    if one.unread:
        return Unsure("a rule beside it is not understood, and may refuse it already")
    return No(_measured(witness, area=one.area or other.area))


def _measured(file: File, *, area: bool) -> dict[str, Number]:
    """The file with its megapixels, if the rules speak of them."""
    measures = dict(file)
    if area and file.keys() >= set(SIDES):
        measures[AREA] = quotient(math.prod(file[side] for side in SIDES), SCALE)
    return measures


def _implied(one: Region, other: Region) -> bool:
    """Whether what is left by the one lies, metric by metric, in what the other leaves."""
    return all(
        (one.spans.get(metric) or domain(metric)).inside(wanted)
        or (len(metric.names) > 1 and reached(metric, one.spans).inside(wanted))
        for metric, wanted in other.spans.items()
    )


def _witness(one: Sequence[Limit], other: Sequence[Limit]) -> File | None:
    """The measures of one group that tell the rules apart, if the others can be met."""
    own = set(one)
    for limit in other:
        if limit in own:
            continue
        tied = groups((*one, limit))
        names = next(names for names in tied if limit.names[0] in names)
        file = file_of([*_on(one, names), limit.opposite], names)
        if file is not None:
            # What is left of a measure that stands alone is not nothing: the region is not empty.
            tied = groups(limit for limit in one if len(limit.names) > 1)
            rest = [names for names in tied if names[0] not in file]
            possible = all(file_of(_on(one, names), names) for names in rest)
            return _smallest(file, limit) if possible else None
    return None


def _on(told: Sequence[Limit], names: tuple[str, ...]) -> list[Limit]:
    """The limits on measures of a group."""
    return [limit for limit in told if limit.names[0] in names]


def _smallest(file: File, broken: Limit) -> File:
    """The measures that are needed to refuse the file."""
    return {name: file[name] for name in sorted(set(broken.names))}
