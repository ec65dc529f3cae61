"""Numeric and counting keywords as exact bounds."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

from ..ir.json_text import JsonValue
from ..ir.model import Exact, Numeric
from .finding import Findings
from .trail import Trail


def numeric(
    schema: dict[str, JsonValue], trail: Trail, findings: Findings, *, integral: bool
) -> Numeric:
    """The bounds of a number. Those of a whole number are whole: ``>= 0.5`` is ``>= 1``."""
    read = {
        keyword: _bound(schema, keyword, trail, findings)
        for keyword in (
            "minimum",
            "maximum",
            "exclusiveMinimum",
            "exclusiveMaximum",
            "multipleOf",
        )
    }
    step = read["multipleOf"]
    bounds = Numeric(
        integral=integral,
        minimum=read["minimum"],
        maximum=read["maximum"],
        exclusive_minimum=read["exclusiveMinimum"],
        exclusive_maximum=read["exclusiveMaximum"],
        multiple_of=step if step is not None and step > 0 else None,
    )
    return _whole(bounds) if integral else bounds


def count(
    schema: dict[str, JsonValue], keyword: str, trail: Trail, findings: Findings
) -> int | None:
    """A length or number of items; None if there is no limit, and 0 is none for a minimum."""
    value = schema.get(keyword)
    if isinstance(value, Decimal) and value == value.to_integral_value():
        value = int(value)
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 0):
        return None if value == 0 and keyword.startswith("min") else value
    findings.keep(keyword, trail.keyword(keyword), value)
    return None


def _bound(
    schema: dict[str, JsonValue], keyword: str, trail: Trail, findings: Findings
) -> Exact | None:
    value = schema.get(keyword)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or math.isinf(_float(value)):
        findings.keep(keyword, trail.keyword(keyword), value)
        return None
    return value


def _float(value: Exact) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _whole(bounds: Numeric) -> Numeric:
    lows = [
        _ceiling(bounds.minimum),
        None if bounds.exclusive_minimum is None else math.floor(bounds.exclusive_minimum) + 1,
    ]
    highs = [
        None if bounds.maximum is None else math.floor(bounds.maximum),
        None if bounds.exclusive_maximum is None else math.ceil(bounds.exclusive_maximum) - 1,
    ]
    step = bounds.multiple_of
    return Numeric(
        integral=True,
        minimum=max((low for low in lows if low is not None), default=None),
        maximum=min((high for high in highs if high is not None), default=None),
        # A whole number is a multiple of p/q, in lowest terms, just if it is one of p.
        multiple_of=None if step is None or Fraction(step).numerator == 1 else Fraction(step).numerator,
    )


def _ceiling(bound: Exact | None) -> int | None:
    return None if bound is None else math.ceil(bound)
