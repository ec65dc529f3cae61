"""What is known of a file when a rule is decided: every plausible way to read it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from runcomfy_runtime.metric import Metric
from runcomfy_runtime.rule import Rule

Reading: TypeAlias = Mapping[str, Fraction]
"""Metrics by name, as one reader sees the file: pixels as displayed, bytes by 10⁶, …"""


@dataclass(frozen=True, slots=True)
class Measured:
    """What is known of a file; both are empty if nothing is.

    ``readings`` are all that a careful reader could come to. ``kinds`` are what the file may
    pass for (``image``, ``video``, ``audio``), first what it is.
    """

    readings: tuple[Reading, ...] = ()
    kinds: tuple[str, ...] = ()


Prober: TypeAlias = Callable[[str], Measured]
"""Measures the text of a media field: a URL or a ``data:`` URI. It raises ``NotMedia`` if it
is certain that the text names no media at all."""


class NotMedia(ValueError):
    """What a text names is certainly no media; the message says what it is."""


def nothing_known(text: str) -> Measured:
    """A prober that looks at nothing."""
    return Measured()


def breaks(rule: Rule, readings: Sequence[Reading]) -> bool:
    """Whether a file breaks a rule by every reading. Where it is not certain, it does not."""
    metric, limit = rule.expression, rule.threshold
    if metric is None or limit is None or not rule.checkable or not readings:
        return False
    values = [_value(metric, reading) for reading in readings]
    known = [value for value in values if value is not None]
    if len(known) < len(values) or any(rule.holds(value) for value in known):
        return False
    # Readings are the ends of what may be true: an equal value may lie between two of them.
    return rule.operator != "==" or not min(known) < limit < max(known)


def _value(metric: Metric, reading: Reading) -> Fraction | None:
    try:
        return metric.value(reading)
    except (KeyError, ZeroDivisionError):
        return None
