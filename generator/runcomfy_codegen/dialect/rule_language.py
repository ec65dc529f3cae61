"""The media rules of ``validations``: parsed, decided for a file, and as a keyword of jsonschema.

``{"validation_rule": "width/height≥", "validation_value": "0.33"}`` means: the width divided
by the height is at least 0.33. Published spellings vary even within one field (``<=`` next
to ``≤``, 15 next to ``"3"``); all of them are parsed to the same rule.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeAlias, cast

from jsonschema.exceptions import ValidationError

from runcomfy_runtime.media.format_table import KINDS, URI_FORMAT, Kind
from runcomfy_runtime.metrics_and_operators import (
    SPELLINGS,
    MetricExpression,
    parse_metric,
)
from runcomfy_runtime.rule import Rule

from ..ir.json_text import JsonValue, items, members

UNSUPPORTED_OPERATOR = "?"
"""The operator of a rule whose published operator is not supported. It is never checked."""

_OPERATOR = "|".join(map(re.escape, sorted(SPELLINGS, key=len, reverse=True)))
_RULE = re.compile(rf"\s*(?P<metric>.*?)\s*(?P<operator>{_OPERATOR})\s*", re.DOTALL)
_DECIMAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")

_LIKE_A_NUMBER = re.compile(r"[\s\d_/.eE+-]*")
_MOST_DIGITS = 100


@dataclass(frozen=True, slots=True)
class ParsedRule:
    """A parsed rule. If it cannot be checked, ``problem`` says why."""

    metric: str
    operator: str
    limit: str
    problem: str = ""


def parse_rule(rule: str, value: JsonValue) -> ParsedRule:
    """Parse a rule and its value. Never raises: ``problem`` says what is not understood."""
    limit, limit_problem = _limit(value)
    match = _RULE.fullmatch(rule)
    if match is None:
        return ParsedRule(
            rule.strip(),
            UNSUPPORTED_OPERATOR,
            limit,
            f"no operator at the end of {rule!r}, such as <= or >",
        )
    metric = re.sub(r"\s+", "", match["metric"])
    operator = SPELLINGS[match["operator"]]
    if parse_metric(metric) is None:
        return ParsedRule(
            metric, operator, limit, f"the metric {metric!r} is not known"
        )
    return ParsedRule(metric, operator, limit, limit_problem)


def _limit(value: JsonValue) -> tuple[str, str]:
    """The limit as an exact decimal text, and what is wrong with it, if anything."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        return str(value), "the limit is not a number"
    if isinstance(value, str) and not _DECIMAL.fullmatch(value.strip()):
        return _as_published(value), f"the limit {value!r} is not a number"
    number = Decimal(value)
    if number and abs(number.adjusted()) > _MOST_DIGITS:
        return (
            _as_published(value),
            "the limit is larger than anything that can be measured",
        )
    return _plain_decimal(number), ""


def _as_published(value: int | Decimal | str) -> str:
    """A limit as published, in quotes if it could be mistaken for a number."""
    text = str(value)
    return repr(text) if _LIKE_A_NUMBER.fullmatch(text) else text


def _plain_decimal(number: Decimal) -> str:
    """Without exponent and trailing zeros: 4.70 becomes 4.7, 1E+1 becomes 10."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


# Deciding a rule: what is known of a file, with every plausible way to measure it.


MetricValues: TypeAlias = Mapping[str, Fraction]
"""Metric values by name in one plausible reading: pixels as displayed, megabytes of 10⁶ bytes, …"""


@dataclass(frozen=True, slots=True)
class MeasuredFile:
    """What is known of a file; both members are empty if nothing is.

    ``readings`` are all plausible measurements. ``kinds`` are the kinds that the file may be
    used as (``image``, ``video``, ``audio``), its own kind first.
    """

    readings: tuple[MetricValues, ...] = ()
    kinds: tuple[Kind, ...] = ()


Prober: TypeAlias = Callable[[str], MeasuredFile]
"""Measures the file that the text of a media field names by URL or ``data:`` URI. Raises
``NotMedia`` if the text certainly names no media."""


class NotMedia(ValueError):
    """The text certainly names no media; the message says what it names."""


def measure_nothing(text: str) -> MeasuredFile:
    """A prober that measures nothing."""
    return MeasuredFile()


def violates(rule: Rule, readings: Sequence[MetricValues]) -> bool:
    """Whether a file violates a rule in every reading. If that is not certain, it does not."""
    metric, limit, operator = rule.expression, rule.threshold, rule.comparison
    if metric is None or limit is None or operator is None or not readings:
        return False
    values = [_measured_value(metric, reading) for reading in readings]
    known = [value for value in values if value is not None]
    if len(known) < len(values):
        return False
    # The readings are extremes: the true value may be between two of them.
    return not operator.accepts_some(min(known), max(known), limit)


def _measured_value(metric: MetricExpression, reading: MetricValues) -> Fraction | None:
    try:
        return metric.value(reading)
    except (KeyError, ZeroDivisionError):
        return None


# Formats: the kind of media that a text names, or each text of a list.
#
# ``image_uri``, ``video_uri`` and ``audio_uri`` are annotations, like all formats of JSON
# Schema: the text may be a URL, a ``data:`` URI or anything else that the server accepts, and
# media rules are about the file. On an array, ``image_uris`` and the like also say that the
# items are texts: 20 published arrays have no ``items``, only this format.


def media_kind(format_: object) -> Kind | None:
    """``image``, ``video`` or ``audio``; None if the format does not name media."""
    match = URI_FORMAT.fullmatch(format_) if isinstance(format_, str) else None
    return cast(Kind, match["kind"]) if match else None


def kind_of(schema: Any) -> Kind | None:
    """The kind of media that a schema's text, or each text of its list, names."""
    own = media_kind(schema.get("format"))
    return own or media_kind(members(schema.get("items")).get("format"))


def names_several(format_: object) -> bool:
    """Whether a format is one of arrays of media, such as ``image_uris``."""
    match = URI_FORMAT.fullmatch(format_) if isinstance(format_, str) else None
    return match is not None and match["several"] is not None


# The keyword ``validations``: the media rules of a text, or of every text of an array.


Keyword = Callable[[Any, Any, Any, Any], Iterator[ValidationError]]
"""A keyword of jsonschema: validator, the keyword's value, instance, the schema around it."""


def validations_keyword(prober: Prober) -> Keyword:
    """The keyword, with ``prober`` to measure files. Each text is measured once."""

    def validations(
        validator: Any, rules: Any, instance: Any, schema: Any
    ) -> Iterator[ValidationError]:
        if not items(rules):
            return
        kind = kind_of(schema)
        if isinstance(instance, str):
            yield from _violations(rules, kind, instance, prober)
        else:
            for index, item in enumerate(items(instance)):
                if isinstance(item, str):
                    for error in _violations(rules, kind, item, prober):
                        error.path.appendleft(index)
                        yield error

    return validations


def _rules(rules: Any) -> Iterator[Rule]:
    """The rules of the keyword that are understood."""
    for item in items(rules):
        rule = members(item)
        condition = rule.get("validation_rule")
        if not isinstance(condition, str):
            continue
        read = parse_rule(condition, rule.get("validation_value"))
        if not read.problem:
            yield Rule(
                pointer="",
                metric=read.metric,
                operator=read.operator,
                limit=read.limit,
                message=str(rule.get("validation_error", "")),
            )


def _violations(
    rules: Any, kind: Kind | None, text: str, prober: Prober
) -> Iterator[ValidationError]:
    try:
        file = prober(text)
    except NotMedia as error:
        yield ValidationError(str(error))
        return
    if kind and file.kinds and kind not in file.kinds:
        # The rules are for media of that kind, so they are not checked for another.
        yield ValidationError(
            f"{KINDS[kind].phrase} is expected here, but this is {KINDS[file.kinds[0]].phrase}",
            validator_value=f"media_kind == {kind}",
        )
        return
    for rule in _rules(rules) if file.readings else ():
        if violates(rule, file.readings):
            # The message is the published one; the rule is in ``validator_value``.
            yield ValidationError(
                rule.message or rule.condition, validator_value=rule.condition
            )
