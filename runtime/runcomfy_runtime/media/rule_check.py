"""Whether a piece of media keeps a published rule: pass, fail, or unknown, with the evidence.

A server may read a file differently than we do. So a rule passes only if every plausible
reading keeps it, and fails only if every plausible reading, widened by what servers differ
in, breaks it; anything between is unknown. Readings are: pixels as displayed, as stored and
as headers disagree; megabytes of 10⁶ and of 2²⁰ bytes; durations by the presentation and by
each track. All arithmetic is exact.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import product

from ..metrics_and_operators import METRICS, MetricExpression
from ..rule import Rule
from .errors import MediaError
from .info import Kind, Measurement, MediaInfo

_MEGABYTES = {"MB": 10**6, "MiB": 2**20}
_TOLERANCE = Fraction(1, 10)  # seconds; at least one frame


class Verdict(StrEnum):
    """What is known of a rule."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Interval:
    """A value between two bounds, both included; all metrics are positive."""

    least: Fraction
    most: Fraction


@dataclass(frozen=True, slots=True)
class Interpretation:
    """One way to read the media: an interval for each metric, and how to say it."""

    measured: Mapping[str, Interval]
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCheck:
    """The outcome of one rule on one piece of media.

    ``actual`` is the measured value in the rule's own unit, as a decimal, empty if there is
    none; ``reason`` says why an outcome is unknown; ``evidence`` where the facts were found.
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
        return METRICS[metric.factors[0]].value if metric and single else ""


def check_rule(rule: Rule, media: MediaInfo | MediaError) -> RuleCheck:
    """Check a rule against what was measured, or against the reason why nothing was."""
    metric = rule.expression
    if metric is None or not rule.checkable:
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
    strict = [
        _value_range(metric, reading)
        for reading in _interpretations(metric, media, slack=False)
    ]
    loose = [
        _value_range(metric, reading)
        for reading in _interpretations(metric, media, slack=True)
    ]
    actual = _nominal_value(metric, media)
    if all(_always_holds(rule, interval) for interval in strict):
        return RuleCheck(
            rule=rule, verdict=Verdict.PASS, actual=actual, evidence=media.evidence
        )
    if not any(_may_hold(rule, interval) for interval in loose):
        return RuleCheck(
            rule=rule, verdict=Verdict.FAIL, actual=actual, evidence=media.evidence
        )
    reason = "it depends on how the file is read: " + _alternatives(metric, media)
    return _unknown(rule, reason, media.evidence, actual)


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
    match name:
        case "file_size_mb":
            return bool(media.size)
        case "duration_seconds":
            return media.timing is not None
        case "fps":
            return media.rate is not None
        case "frames":
            return media.frames is not None
        case _:
            return bool(media.extents)


def _interpretations(
    metric: MetricExpression, media: MediaInfo, *, slack: bool
) -> Iterator[Interpretation]:
    """Every way to read the media that makes a difference to a metric."""
    names = set(metric.names)
    spatial = names & {"width_pixels", "height_pixels", "megapixels"}
    extents = media.extents if spatial else ((1, 1),)
    units = _MEGABYTES.items() if "file_size_mb" in names else [("", 1)]
    steady: dict[str, Interval] = {}
    if media.timing is not None:
        steady["duration_seconds"] = _duration(media.timing, media, slack)
    if media.rate is not None:
        steady["fps"] = Interval(media.rate.least, media.rate.most)
    if media.frames is not None:
        steady["frames"] = _exact(Fraction(media.frames))
    for (width, height), (unit, size) in product(extents, units):
        measured = steady | {
            "width_pixels": _exact(Fraction(width)),
            "height_pixels": _exact(Fraction(height)),
            "megapixels": _exact(Fraction(width * height, 10**6)),
            "file_size_mb": _exact(Fraction(media.size or 0, size)),
        }
        name = " ".join(
            ([f"{width}×{height}"] if spatial else []) + ([unit] if unit else [])
        )
        yield Interpretation(measured, name)


def plausible_values(media: MediaInfo) -> list[Mapping[str, Fraction]]:
    """The ends of everything that a reader could come to: each metric that is known, by name.

    A rule is broken for certain if it is at every one of them.
    """
    names = tuple(name for name in METRICS if _is_measured(name, media))
    found: list[Mapping[str, Fraction]] = []
    for reading in _interpretations(MetricExpression(names), media, slack=True):
        ends = (reading.measured[name] for name in names)
        for values in product(*(dict.fromkeys((e.least, e.most)) for e in ends)):
            found.append(dict(zip(names, values, strict=True)))
    return found


def _exact(value: Fraction) -> Interval:
    return Interval(value, value)


def _duration(timing: Measurement, media: MediaInfo, slack: bool) -> Interval:
    """The readings of a duration; with slack, also those of somebody who counts differently."""
    if not slack:
        return Interval(timing.least, timing.most)
    frame = 1 / media.rate.value if media.rate and media.rate.value > 0 else Fraction(0)
    margin = max(_TOLERANCE, frame)
    return Interval(max(Fraction(0), timing.least - margin), timing.most + margin)


def _value_range(metric: MetricExpression, reading: Interpretation) -> Interval | None:
    """The values that a product of metrics can have; None if they are without bound."""
    least = {name: interval.least for name, interval in reading.measured.items()}
    most = {name: interval.most for name, interval in reading.measured.items()}
    low = least | {name: most[name] for name in metric.divisors}
    high = most | {name: least[name] for name in metric.divisors}
    low |= {name: least[name] for name in metric.factors if name not in metric.divisors}
    try:
        return Interval(metric.value(low), metric.value(high))
    except ZeroDivisionError:
        return None


def _always_holds(rule: Rule, interval: Interval | None) -> bool:
    """Whether every value of an interval keeps a rule."""
    if interval is None:
        return False
    if rule.operator == "!=":
        limit = rule.threshold
        return limit is not None and not interval.least <= limit <= interval.most
    return rule.holds(interval.least) and rule.holds(interval.most)


def _may_hold(rule: Rule, interval: Interval | None) -> bool:
    """Whether some value of an interval keeps a rule."""
    if interval is None:
        return True
    if rule.operator == "==":
        limit = rule.threshold
        return limit is None or interval.least <= limit <= interval.most
    return rule.holds(interval.least) or rule.holds(interval.most)


def _nominal_value(metric: MetricExpression, media: MediaInfo) -> str:
    """The value by the first reading."""
    first = next(_interpretations(metric, media, slack=False))
    nominal = {name: interval.least for name, interval in first.measured.items()}
    if media.timing is not None:
        nominal["duration_seconds"] = media.timing.value
    if media.rate is not None:
        nominal["fps"] = media.rate.value
    try:
        return format_decimal(metric.value(nominal))
    except ZeroDivisionError:
        return ""


def _alternatives(metric: MetricExpression, media: MediaInfo) -> str:
    """The value by every reading."""
    spoken: dict[str, None] = {}
    for reading in _interpretations(metric, media, slack=False):
        interval = _value_range(metric, reading)
        if interval is not None:
            low, high = format_decimal(interval.least), format_decimal(interval.most)
            value = low if low == high else f"{low} to {high}"
            spoken[f"{value} ({reading.name})" if reading.name else value] = None
    return ", ".join(spoken)


def format_decimal(value: Fraction, places: int = 6) -> str:
    """A number for people, with as many digits as tell something, and never an exponent."""
    whole = f"{float(value):.{places}f}" if value < 10**12 else str(int(value))
    return whole.rstrip("0").rstrip(".") if "." in whole else whole


# Whether a file is of the kind that belongs into a field: an image, a video, a sound.


MEDIA_KIND = "media_kind"
"""What the kind is called where rules name a metric."""
_KIND_NAMES = {"image": "an image", "video": "a video", "audio": "a sound"}
_ANIMATED = frozenset({"gif", "png", "webp", "avif", "heic"})


def plausible_kinds(media: MediaInfo) -> tuple[Kind, ...]:
    """What a file is, and behind it what some servers take it for.

    Those that decode with FFmpeg read animations, and any GIF, as films, and take the
    sound out of a film where a sound is wanted.
    """
    if media.kind == "video":
        return "video", "audio"
    animated = media.format in _ANIMATED and media.frames != 1
    if animated or media.format == "gif":
        return "image", "video"
    return (media.kind,)


def check_kind(kind: str, pointer: str, media: MediaInfo) -> RuleCheck:
    """Check the kind of a file, as if it were a rule of its place."""
    kinds = plausible_kinds(media)
    verdict = Verdict.FAIL
    if kind == kinds[0]:
        verdict = Verdict.PASS
    elif kind in kinds:
        verdict = Verdict.UNKNOWN
    wanted, found = _KIND_NAMES.get(kind, kind), _KIND_NAMES[media.kind]
    return RuleCheck(
        rule=Rule(
            pointer=pointer,
            metric=MEDIA_KIND,
            operator="==",
            limit=kind,
            message=f"{wanted} belongs here, and this is {found} ({media.format})",
        ),
        verdict=verdict,
        actual=media.kind,
        reason="some servers take it" if verdict is Verdict.UNKNOWN else "",
        evidence=media.evidence,
    )
