"""The keywords for numbers and lengths as exact bounds."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

from ..ir.exact import is_readable_number
from ..ir.json_text import JsonValue
from ..ir.model import Exact, Numeric
from .reader_context import Collector, SchemaPath

BOUNDS = (
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
)
"""The keywords that restrict numbers."""

_MOST = 2**63 - 1
"""The length of the longest list on any machine."""


def numeric_type(
    schema: dict[str, JsonValue],
    path: SchemaPath,
    collector: Collector,
    *,
    integral: bool,
) -> Numeric:
    """The bounds of a number. Bounds of an integer are integers: ``>= 0.5`` becomes ``>= 1``."""
    read = {keyword: _bound(schema, keyword, path, collector) for keyword in BOUNDS}
    step = read["multipleOf"]
    if step is not None and step <= 0:
        collector.keep("multipleOf", path.keyword("multipleOf"), schema["multipleOf"])
    bounds = Numeric(
        integral=integral,
        minimum=read["minimum"],
        maximum=read["maximum"],
        exclusive_minimum=read["exclusiveMinimum"],
        exclusive_maximum=read["exclusiveMaximum"],
        multiple_of=step if step is not None and step > 0 else None,
    )
    return _whole(bounds) if integral else bounds


def count_bound(
    schema: dict[str, JsonValue], keyword: str, path: SchemaPath, collector: Collector
) -> int | None:
    """A length or a number of items; None if there is no limit. A minimum of 0 is no limit."""
    value = schema.get(keyword)
    if value is None:
        return None
    if isinstance(value, bool) or not _is_count(value):
        collector.keep(keyword, path.keyword(keyword), value)
        return None
    return None if value == 0 and keyword.startswith("min") else int(value)


def _is_count(value: JsonValue) -> bool:
    """Whether a value is an integer that a machine can count to."""
    if not isinstance(value, int | Decimal) or not 0 <= value <= _MOST:
        return False
    return value == int(value)


def _bound(
    schema: dict[str, JsonValue], keyword: str, path: SchemaPath, collector: Collector
) -> Exact | None:
    value = schema.get(keyword)
    if value is None:
        return None
    if not is_readable_number(value):
        collector.keep(keyword, path.keyword(keyword), value)
        return None
    return value


def _whole(bounds: Numeric) -> Numeric:
    lows = [
        _ceiling(bounds.minimum),
        (
            None
            if bounds.exclusive_minimum is None
            else math.floor(bounds.exclusive_minimum) + 1
        ),
    ]
    highs = [
        None if bounds.maximum is None else math.floor(bounds.maximum),
        (
            None
            if bounds.exclusive_maximum is None
            else math.ceil(bounds.exclusive_maximum) - 1
        ),
    ]
    step = bounds.multiple_of
    return Numeric(
        integral=True,
        minimum=max((bound for bound in lows if bound is not None), default=None),
        maximum=min((bound for bound in highs if bound is not None), default=None),
        # An integer is a multiple of p/q (in lowest terms) exactly if it is one of p.
        multiple_of=(
            None
            if step is None or Fraction(step).numerator == 1
            else Fraction(step).numerator
        ),
    )


def _ceiling(bound: Exact | None) -> int | None:
    return None if bound is None else math.ceil(bound)
