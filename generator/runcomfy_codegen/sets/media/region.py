"""The files that a list of media rules lets pass."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from runcomfy_runtime.metric import Metric
from runcomfy_runtime.rule import Rule

from .limit import AREA, Limit, limit_of
from .reach import impossible
from .span import Span, spans


@dataclass(frozen=True, slots=True)
class Region:
    """Rules ready to be compared: read once, however often they are asked about.

    ``empty`` says whether it is proved that no file passes, ``unread`` are the rules that
    are not understood, ``area`` says whether megapixels are spoken of.
    """

    limits: tuple[Limit, ...]
    spans: Mapping[Metric, Span]
    empty: bool
    unread: tuple[str, ...]
    area: bool


def region(rules: Iterable[Rule]) -> Region:
    """The files that keep these rules."""
    told = [(rule, limit_of(rule)) for rule in rules]
    limits = tuple(limit for _, limit in told if limit is not None)
    unread = tuple(rule.condition for rule, limit in told if limit is None)
    area = any(AREA in rule.metric for rule, _ in told)
    found = spans(limits)
    return Region(limits, found, impossible(found), unread, area)
