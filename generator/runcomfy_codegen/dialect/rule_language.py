"""The media rules of ``validations``: parsed, decided for a file, and as a keyword of jsonschema."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any, TypeAlias

from jsonschema.exceptions import ValidationError

from runcomfy_runtime.metrics_and_operators import MetricExpression, parse_metric
from runcomfy_runtime.rule import Rule

from ..ir.json_text import JsonValue, items, members

OPERATORS: Mapping[str, str] = MappingProxyType(
    {
        "<=": "<=",
        ">=": ">=",
        "==": "==",
        "!=": "!=",
        "≤": "<=",
        "≥": ">=",
        "≠": "!=",
        "<": "<",
        ">": ">",
        "=": "==",
    }
)
"""Published operators and their ASCII spelling."""

UNSUPPORTED_OPERATOR = "?"
"""The operator of a rule whose own is not understood; such a rule is never checked."""

_RULE = re.compile(
    r"\s*(?P<metric>.*?)\s*(?P<operator><=|>=|==|!=|[≤≥≠<>=])\s*", re.DOTALL
)
_DECIMAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")

_LIKE_A_NUMBER = re.compile(r"[\s\d_/.eE+-]*")
_MOST_DIGITS = 100


@dataclass(frozen=True, slots=True)
class ParsedRule:
    """A published rule, read: ``trouble`` says why it cannot be checked, if it cannot."""

    metric: str
    operator: str
    limit: str
    trouble: str = ""


def parse_rule(rule: str, value: JsonValue) -> ParsedRule:
    """Read a rule and its value. Never fails: what is not understood is said in ``trouble``."""
    limit, limit_trouble = _limit(value)
    match = _RULE.fullmatch(rule)
    if match is None:
        return ParsedRule(
            rule.strip(),
            UNSUPPORTED_OPERATOR,
            limit,
            f"no operator at the end of {rule!r}, such as <= or >",
        )
    metric = re.sub(r"\s+", "", match["metric"])
    operator = OPERATORS[match["operator"]]
    if parse_metric(metric) is None:
        return ParsedRule(
            metric, operator, limit, f"the metric {metric!r} is not known"
        )
    return ParsedRule(metric, operator, limit, limit_trouble)


def _limit(value: JsonValue) -> tuple[str, str]:
    """The limit as an exact decimal text, and what is wrong with it."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        return str(value), "the limit is not a number"
    if isinstance(value, str) and not _DECIMAL.fullmatch(value.strip()):
        return _unread(value), f"the limit {value!r} is not a number"
    number = Decimal(value)
    if number and abs(number.adjusted()) > _MOST_DIGITS:
        return _unread(value), "the limit is beyond anything that can be measured"
    return _plain(number), ""


def _unread(value: int | Decimal | str) -> str:
    """A limit as published, in quotes if a reader of fractions could take it for one."""
    text = str(value)
    return repr(text) if _LIKE_A_NUMBER.fullmatch(text) else text


def _plain(number: Decimal) -> str:
    """Without exponent and without zeros that say nothing: 4.70 is 4.7, 1E+1 is 10."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


# What is known of a file when a rule is decided: every plausible way to read it.


Measurement: TypeAlias = Mapping[str, Fraction]
"""Metrics by name, as one reader sees the file: pixels as displayed, bytes by 10⁶, …"""


@dataclass(frozen=True, slots=True)
class MeasuredFile:
    """What is known of a file; both are empty if nothing is.

    ``readings`` are all that a careful reader could come to. ``kinds`` are what the file may
    pass for (``image``, ``video``, ``audio``), first what it is.
    """

    readings: tuple[Measurement, ...] = ()
    kinds: tuple[str, ...] = ()


Prober: TypeAlias = Callable[[str], MeasuredFile]
"""Measures the text of a media field: a URL or a ``data:`` URI. It raises ``NotMedia`` if it
is certain that the text names no media at all."""


class NotMedia(ValueError):
    """What a text names is certainly no media; the message says what it is."""


def measure_nothing(text: str) -> MeasuredFile:
    """A prober that looks at nothing."""
    return MeasuredFile()


def violates(rule: Rule, readings: Sequence[Measurement]) -> bool:
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


def _value(metric: MetricExpression, reading: Measurement) -> Fraction | None:
    try:
        return metric.value(reading)
    except (KeyError, ZeroDivisionError):
        return None


# The dialect's formats: what kind of media a text names, or the texts of a list.
#
# ``image_uri``, ``video_uri`` and ``audio_uri`` are annotations, as formats are in JSON Schema:
# a text may be a URL, a ``data:`` URI, or whatever the server takes besides, and what is behind
# it is the matter of rules. ``image_uris`` and its relatives on an array say more: 20 published
# arrays have no ``items``, and only their format tells that they hold texts.


_MEDIA = re.compile(r"(?P<kind>image|video|audio)_uri(?P<several>s)?(_.*)?")


def media_kind(told: object) -> str | None:
    """``image``, ``video`` or ``audio``; None if a format is not one of media."""
    match = _MEDIA.fullmatch(told) if isinstance(told, str) else None
    return match["kind"] if match else None


def kind_of(schema: Any) -> str | None:
    """The kind of media that a schema says its text, or every text of its list, names."""
    own = media_kind(schema.get("format"))
    return own or media_kind(members(schema.get("items")).get("format"))


def names_several(told: object) -> bool:
    """Whether a format stands on an array of media, as ``image_uris`` does."""
    match = _MEDIA.fullmatch(told) if isinstance(told, str) else None
    return match is not None and match["several"] is not None


# The keyword ``validations``: the media rules of a text, or of every text of an array.


Keyword = Callable[[Any, Any, Any, Any], Iterator[ValidationError]]
"""A keyword of jsonschema: validator, the keyword's value, instance, the schema around it."""
_NAMES = {"image": "an image", "video": "a video", "audio": "a sound"}


def validations_keyword(prober: Prober) -> Keyword:
    """The keyword, with files measured by ``prober``. Each source is measured once a place."""

    def validations(
        validator: Any, told: Any, instance: Any, schema: Any
    ) -> Iterator[ValidationError]:
        if not items(told):
            return
        kind = kind_of(schema)
        if isinstance(instance, str):
            yield from _broken(told, kind, instance, prober)
        else:
            for index, item in enumerate(items(instance)):
                if isinstance(item, str):
                    for error in _broken(told, kind, item, prober):
                        error.path.appendleft(index)
                        yield error

    return validations


def _rules(told: Any) -> Iterator[Rule]:
    """Every rule of the keyword that is understood."""
    for each in items(told):
        published = members(each)
        text = published.get("validation_rule")
        if not isinstance(text, str):
            continue
        read = parse_rule(text, published.get("validation_value"))
        if not read.trouble:
            yield Rule(
                pointer="",
                metric=read.metric,
                operator=read.operator,
                limit=read.limit,
                message=str(published.get("validation_error", "")),
            )


def _broken(
    told: Any, kind: str | None, text: str, prober: Prober
) -> Iterator[ValidationError]:
    try:
        measured = prober(text)
    except NotMedia as error:
        yield ValidationError(str(error))
        return
    if kind and measured.kinds and kind not in measured.kinds:
        # Its rules are for media of that kind: nothing more is asked of another.
        yield ValidationError(
            f"{_NAMES[kind]} belongs here, and this is {_NAMES[measured.kinds[0]]}",
            validator_value=f"media_kind == {kind}",
        )
        return
    for rule in _rules(told) if measured.readings else ():
        if violates(rule, measured.readings):
            # The published words; the rule itself is what machines read.
            yield ValidationError(
                rule.message or rule.condition, validator_value=rule.condition
            )
