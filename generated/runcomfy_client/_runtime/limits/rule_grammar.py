"""The rules of stated limits: ``duration_seconds <= 10``, ``format in [jpeg, png]``.

    rule     = compare | format
    compare  = measure operator value
    measure  = product | "count" | "total_count" | "total_duration_seconds" | "total_size_mb"
             | "characters" [ "(" [ "not " ] script ")" ] | "value"
    product  = metric { ( "*" | "/" ) metric }
    value    = number | number ( ":" | "/" ) number        (the ratio: only for a quotient)
    format   = "format in [" name { "," name } [ "," ] "]"

Metrics, operators and formats are those of the tables of published rules.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType
from typing import TypeAlias

from ..did_you_mean import did_you_mean, did_you_mean_or_list
from ..media.format_table import BY_EXTENSION, FORMATS
from ..metrics_and_operators import (
    METRICS,
    OPERATORS,
    SPELLINGS,
    MetricExpression,
    Operator,
    parse_metric,
)
from .scripts import SCRIPTS


class MalformedRule(ValueError):
    """A rule that the grammar does not have; ``hint`` says what to write."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


COUNT, VALUE, CHARACTERS = "count", "value", "characters"
TOTAL_COUNT = "total_count"
TOTALS: Mapping[str, str] = MappingProxyType(
    {"total_duration_seconds": "duration_seconds", "total_size_mb": "file_size_mb"}
)
"""Each sum over files, and the metric that it adds up."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What a comparison measures.

    ``name`` is ``count``, ``total_count``, ``value``, ``characters``, one of ``TOTALS``, or
    the text of a product of file metrics; then ``metric`` is the product. ``script`` limits
    ``characters`` to one script, or to all others if ``outside``.
    """

    name: str
    metric: MetricExpression | None = None
    script: str = ""
    outside: bool = False

    @property
    def of_files(self) -> bool:
        """Whether files must be measured to know it."""
        return self.metric is not None or self.name in TOTALS

    @property
    def is_total(self) -> bool:
        """Whether it is one number over all fields together."""
        return self.name in TOTALS or self.name == TOTAL_COUNT

    @property
    def text(self) -> str:
        """The measure as rules write it."""
        if not self.script:
            return self.name
        return f"{self.name}({'not ' * self.outside}{self.script})"


@dataclass(frozen=True, slots=True)
class MeasureRule:
    """A measure compared with an exact number. ``limit`` is the number as it is written."""

    measure: Measure
    operator: Operator
    threshold: Fraction
    limit: str

    @property
    def text(self) -> str:
        """The rule in one spelling, with the ASCII operator."""
        return f"{self.measure.text} {self.operator.symbol} {self.limit}"


@dataclass(frozen=True, slots=True)
class FormatRule:
    """The content of a file is in one of these formats."""

    names: tuple[str, ...]

    @property
    def text(self) -> str:
        """The rule in one spelling."""
        return f"format in [{', '.join(self.names)}]"


LimitRule: TypeAlias = MeasureRule | FormatRule

_SPACE = r"[ \t\r\n]*"
_OPERATOR = "|".join(map(re.escape, sorted(SPELLINGS, key=len, reverse=True)))
_COMPARISON = re.compile(
    rf"{_SPACE}(?P<measure>[^<>=≤≥≠!]*?){_SPACE}(?P<operator>{_OPERATOR})"
    rf"{_SPACE}(?P<value>.*?){_SPACE}",
    re.DOTALL,
)
_FORMAT = re.compile(
    rf"{_SPACE}format[ \t\r\n]+in{_SPACE}\[(?P<names>[^\]]*)\]{_SPACE}"
)
_NUMBER = r"-?[0-9]+(?:\.[0-9]+)?"
_VALUE = re.compile(rf"({_NUMBER})(?:[:/]({_NUMBER}))?")
_BEGINS_WITH_NUMBER = re.compile(rf"{_NUMBER}(?P<rest>.*)", re.DOTALL)
_SCRIPT = re.compile(r"characters\((?P<outside>not )?(?P<script>[^()]*)\)")
_SINGLE = (COUNT, TOTAL_COUNT, *TOTALS, CHARACTERS, VALUE)
_MOST_DIGITS = 100


@lru_cache(maxsize=1024)
def parse_rule(text: str) -> LimitRule:
    """Parse one rule. Raises ``MalformedRule``."""
    formats = _FORMAT.fullmatch(text)
    if formats is not None:
        return _format_rule(formats["names"])
    match = _COMPARISON.fullmatch(text)
    if match is None:
        raise MalformedRule(
            f"the rule {text!r:.200} is not understood",
            "write `measure operator number`, such as `duration_seconds <= 10`,"
            " or `format in [jpeg, png]`",
        )
    measure = _measure(match["measure"])
    threshold, limit = _value(match["value"], measure)
    operator = OPERATORS[SPELLINGS[match["operator"]]]
    return MeasureRule(measure, operator, threshold, limit)


def _measure(text: str) -> Measure:
    if text in _SINGLE:
        return Measure(text)
    if (written := _SCRIPT.fullmatch(text)) is not None:
        script = written["script"]
        if script not in SCRIPTS:
            hint = did_you_mean_or_list(script, list(SCRIPTS)).lstrip(":; ")
            raise MalformedRule(f"the script {script!r:.80} is not known", hint)
        return Measure(CHARACTERS, script=script, outside=bool(written["outside"]))
    metric = parse_metric(text) if text else None
    if metric is None:
        known = (*_SINGLE, *METRICS)
        hint = did_you_mean(text, known).lstrip(":; ")
        listed = f"known are {', '.join(known)}, and products and quotients of metrics"
        raise MalformedRule(
            f"the measure {text!r:.80} is not known" if text else "there is no measure",
            hint or listed,
        )
    return Measure("".join(text.split()), metric)


def _value(text: str, measure: Measure) -> tuple[Fraction, str]:
    match = _VALUE.fullmatch(text)
    if match is None or len(text) > _MOST_DIGITS:
        raise _no_number(text)
    if match[2] is None:
        return Fraction(match[1]), match[1]
    if measure.metric is None or not measure.metric.divisors:
        raise MalformedRule(
            f"the ratio {text!r} is compared with {measure.text}, which is not a quotient",
            "a ratio is for a quotient, such as `width/height <= 16:9`",
        )
    if not Fraction(match[2]):
        raise MalformedRule(f"the ratio {text!r} divides by zero")
    return Fraction(match[1]) / Fraction(match[2]), f"{match[1]}:{match[2]}"


def _no_number(text: str) -> MalformedRule:
    begin = _BEGINS_WITH_NUMBER.match(text)
    if begin is None:
        return MalformedRule(
            f"the value {text!r:.80} is not a number", "write a decimal number"
        )
    if re.match(r"[ \t]*[A-Za-z%]", begin["rest"]) and not re.match(
        r"[eE][+-]?\d", begin["rest"]
    ):
        return MalformedRule(
            f"the value {text!r:.80} has a unit",
            "write the number alone: the name of the metric says the unit",
        )
    return MalformedRule(
        f"the value {text!r:.80} is not a plain decimal number",
        "write digits and at most one decimal point: no exponent, no thousands mark",
    )


def _format_rule(text: str) -> FormatRule:
    names = [name.strip(" \t\r\n") for name in text.split(",")]
    if len(names) > 1 and not names[-1]:
        names.pop()
    for name in names:
        if name not in FORMATS:
            raise _no_format(name)
    return FormatRule(tuple(dict.fromkeys(names)))


def _no_format(name: str) -> MalformedRule:
    if not name:
        return MalformedRule("a format has no name", "write `format in [jpeg, png]`")
    row = BY_EXTENSION.get(name.lower())
    if row is None and name.lower() in FORMATS:
        row = FORMATS[name.lower()]
    hint = (
        f"write `{row.name}`"
        if row is not None
        else did_you_mean_or_list(name, list(FORMATS)).lstrip(":; ")
    )
    return MalformedRule(f"the format {name!r:.80} is not known", hint)
