"""Whether a piece of media keeps a published rule: pass, fail, or unknown, with the evidence.

A server may read a file differently than we do. So a rule passes only if every plausible
interpretation of the file keeps it. It fails only if every interpretation, with a tolerance
for what servers differ in, breaks it. Anything else is unknown. Interpretations differ in
the pixels (displayed, stored, and each header's), in the megabyte (10⁶ or 2²⁰ bytes), and in
the duration (that of the presentation and of each track). All arithmetic is exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import product
from typing import TypeAlias

from ..metrics_and_operators import (
    METRICS,
    Interpretation,
    Interval,
    MetricExpression,
    Unit,
)
from ..rule import Rule
from .errors import MediaError
from .format_table import FORMATS, KINDS, Kind
from .info import MediaInfo

_MEGABYTES = {"MB": 10**6, "MiB": 2**20}


class Verdict(StrEnum):
    """Whether a file keeps a rule."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCheck:
    """The outcome of one rule on one piece of media.

    ``actual`` is the measured value in the rule's own unit, as a decimal; empty if it was not
    measured. ``reason`` says why an outcome is unknown, ``evidence`` where the facts were
    found.
    """

    rule: Rule
    verdict: Verdict
    actual: str = ""
    reason: str = ""
    evidence: tuple[str, ...] = ()

    @property
    def unit(self) -> str:
        """The unit of ``actual`` and of the rule's limit; empty for ratios and counts."""
        metric = self.rule.expression
        single = metric is not None and len(metric.names) == 1
        return METRICS[metric.factors[0]].unit.value if metric and single else ""


def check_rule(rule: Rule, media: MediaInfo | MediaError) -> RuleCheck:
    """Check a rule against a measured file, or against the error why it was not measured."""
    metric, limit, operator = rule.expression, rule.threshold, rule.comparison
    if metric is None or limit is None or operator is None:
        return _unknown(
            rule, f"the rule {rule.metric}{rule.operator}{rule.limit} is not understood"
        )
    if isinstance(media, MediaError):
        return _unknown(rule, str(media))
    missing = [name for name in metric.names if not _is_measured(name, media)]
    if missing:
        return _unknown(
            rule, f"{', '.join(missing)} could not be measured", media.evidence
        )
    strict = _value_ranges(metric, media, tolerant=False)
    tolerant = _value_ranges(metric, media, tolerant=True)
    actual = _nominal_value(metric, media)
    verdict = Verdict.UNKNOWN
    if all(values and operator.accepts_all(*values, limit) for values in strict):
        verdict = Verdict.PASS
    elif not any(
        values is None or operator.accepts_some(*values, limit) for values in tolerant
    ):
        verdict = Verdict.FAIL
    if verdict is Verdict.UNKNOWN:
        reason = "it depends on how the file is read: " + _alternatives(metric, media)
        return _unknown(rule, reason, media.evidence, actual)
    return RuleCheck(rule=rule, verdict=verdict, actual=actual, evidence=media.evidence)


def _unknown(
    rule: Rule, reason: str, evidence: tuple[str, ...] = (), actual: str = ""
) -> RuleCheck:
    return RuleCheck(
        rule=rule,
        verdict=Verdict.UNKNOWN,
        actual=actual,
        reason=reason,
        evidence=evidence,
    )


def _is_measured(name: str, media: MediaInfo) -> bool:
    return METRICS[name].measure(next(_interpretations((name,), media))) is not None


def _interpretations(
    names: Iterable[str], media: MediaInfo, *, tolerant: bool = False
) -> Iterator[Interpretation]:
    """Every way to read the media that makes a difference to these metrics."""
    units = {METRICS[name].unit for name in names}
    of_picture = any(unit.of_picture for unit in units)
    sizes = media.extents if of_picture and media.extents else (None,)
    megabytes = _MEGABYTES.values() if Unit.MEGABYTES in units else (10**6,)
    for dimensions, megabyte in product(sizes, megabytes):
        yield Interpretation(media, dimensions, megabyte, tolerant)


def _measured(names: Iterable[str], file: Interpretation) -> dict[str, Interval]:
    """What each metric is by one interpretation, as far as the file says it."""
    measured = {name: METRICS[name].measure(file) for name in names}
    return {name: value for name, value in measured.items() if value is not None}


def plausible_values(media: MediaInfo) -> list[Mapping[str, Fraction]]:
    """The ends of everything that a reader could measure: each known metric, by name.

    A rule is certainly broken if it is broken at every one of them.
    """
    names = tuple(name for name in METRICS if _is_measured(name, media))
    combinations: list[Mapping[str, Fraction]] = []
    for file in _interpretations(names, media, tolerant=True):
        measured = _measured(names, file)
        ends = (dict.fromkeys((e.lower, e.upper)) for e in measured.values())
        for values in product(*ends):
            combinations.append(dict(zip(names, values, strict=True)))
    return combinations


Range: TypeAlias = tuple[Fraction, Fraction]
"""The lower and the upper bound, both included."""


def _value_ranges(
    metric: MetricExpression, media: MediaInfo, *, tolerant: bool
) -> list[Range | None]:
    """The values by each interpretation; None for one without bound."""
    files = _interpretations(metric.names, media, tolerant=tolerant)
    return [_value_range(metric, _measured(metric.names, file)) for file in files]


def _value_range(
    metric: MetricExpression, measured: Mapping[str, Interval]
) -> Range | None:
    """The values that a product of metrics can have; None if they are without bound."""
    lower = {name: interval.lower for name, interval in measured.items()}
    upper = {name: interval.upper for name, interval in measured.items()}
    low = lower | {name: upper[name] for name in metric.divisors}
    high = upper | {name: lower[name] for name in metric.divisors}
    low |= {name: lower[name] for name in metric.factors if name not in metric.divisors}
    try:
        return metric.value(low), metric.value(high)
    except ZeroDivisionError:
        return None


def _nominal_value(metric: MetricExpression, media: MediaInfo) -> str:
    """The value by the first interpretation."""
    first = next(_interpretations(metric.names, media))
    measured = _measured(metric.names, first)
    try:
        return format_decimal(
            metric.value({name: value.nominal for name, value in measured.items()})
        )
    except ZeroDivisionError:
        return ""


def _alternatives(metric: MetricExpression, media: MediaInfo) -> str:
    """The value by every interpretation."""
    alternatives: dict[str, None] = {}
    for file in _interpretations(metric.names, media):
        values = _value_range(metric, _measured(metric.names, file))
        if values is not None:
            low, high = map(format_decimal, values)
            value = low if low == high else f"{low} to {high}"
            name = _name(metric, file)
            alternatives[f"{value} ({name})" if name else value] = None
    return ", ".join(alternatives)


def _name(metric: MetricExpression, file: Interpretation) -> str:
    """The size and the megabyte of an interpretation, if they matter."""
    words: list[str] = []
    if file.dimensions:
        words.append("{}×{}".format(*file.dimensions))
    if any(METRICS[name].unit is Unit.MEGABYTES for name in metric.names):
        words += [unit for unit, size in _MEGABYTES.items() if size == file.megabyte]
    return " ".join(words)


def format_decimal(value: Fraction, places: int = 6) -> str:
    """A number for people, without trailing zeros and without an exponent."""
    whole = f"{float(value):.{places}f}" if value < 10**12 else str(int(value))
    return whole.rstrip("0").rstrip(".") if "." in whole else whole


# Whether a file is of the kind that a field expects: an image, a video or a sound.


MEDIA_KIND = "media_kind"
"""The name of the kind in the place of a metric."""


def plausible_kinds(media: MediaInfo) -> tuple[Kind, ...]:
    """The kind of a file, followed by the kinds that some servers accept it as.

    Servers that decode with FFmpeg read animations, and any GIF, as videos, and extract the
    sound of a video where a sound is expected.
    """
    if media.kind == "video":
        return "video", "audio"
    animated = FORMATS[media.format].animated and media.frames != 1
    if animated or media.format == "gif":
        return "image", "video"
    return (media.kind,)


def _kind_verdict(kind: str, media: MediaInfo) -> Verdict:
    first, *others = plausible_kinds(media)
    if kind == first:
        return Verdict.PASS
    return Verdict.UNKNOWN if kind in others else Verdict.FAIL


def check_kind(kind: str, pointer: str, media: MediaInfo) -> RuleCheck:
    """Check the kind of a file, as if it were a rule of its field."""
    verdict = _kind_verdict(kind, media)
    expected = next((row.phrase for name, row in KINDS.items() if name == kind), kind)
    actual = KINDS[media.kind].phrase
    return RuleCheck(
        rule=Rule(
            pointer=pointer,
            metric=MEDIA_KIND,
            operator="==",
            limit=kind,
            message=f"{expected} is expected here, but this is {actual} ({media.format})",
        ),
        verdict=verdict,
        actual=media.kind,
        reason="some servers accept it" if verdict is Verdict.UNKNOWN else "",
        evidence=media.evidence,
    )
