"""The keywords that restrict numbers, lengths and texts: exact bounds, and patterns."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

from ..ir.diagnostic import Severity
from ..ir.exact import decimal_of, is_readable_number
from ..ir.json_text import JsonValue
from ..ir.model import Exact, Numeric
from ..pattern.engine import compiled_pattern, compiles_slowly
from ..pattern.reader import UnsupportedPattern, read_pattern
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
    """A length or a number of items; None if there is no limit. A minimum of 0 is not a limit."""
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


# The numbers that two types have in common.


def common_numbers(one: Numeric, other: Numeric) -> Numeric | None:
    """The numbers that both accept; None if the bounds exclude each other.

    There is no step if the common one is outside the range of doubles.
    """
    both = Numeric(
        integral=one.integral or other.integral,
        minimum=most(one.minimum, other.minimum),
        maximum=least(one.maximum, other.maximum),
        exclusive_minimum=most(one.exclusive_minimum, other.exclusive_minimum),
        exclusive_maximum=least(one.exclusive_maximum, other.exclusive_maximum),
        multiple_of=_common_step(one.multiple_of, other.multiple_of),
    )
    both = _whole(both) if both.integral else both
    return None if _is_empty(both) else both


Bound = TypeVar("Bound", bound=Exact)


def most(one: Bound | None, other: Bound | None) -> Bound | None:
    """The greater of two bounds, of which each may be missing."""
    if one is None or other is None:
        return other if one is None else one
    return max(one, other)


def least(one: Bound | None, other: Bound | None) -> Bound | None:
    """The smaller of two bounds, of which each may be missing."""
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)


def _is_empty(kind: Numeric) -> bool:
    lows = [(kind.minimum, False), (kind.exclusive_minimum, True)]
    highs = [(kind.maximum, False), (kind.exclusive_maximum, True)]
    return any(
        low > high or (low == high and (is_open or is_shut))
        for low, is_open in lows
        for high, is_shut in highs
        if low is not None and high is not None
    )


def _common_step(one: Exact | None, other: Exact | None) -> Exact | None:
    """The smallest number that is a multiple of both, exactly."""
    if one is None or other is None:
        return other if one is None else one
    first, second = Fraction(one), Fraction(other)
    scale = math.lcm(first.denominator, second.denominator)
    step = Fraction(math.lcm(int(first * scale), int(second * scale)), scale)
    exact = step.numerator if step.denominator == 1 else decimal_of(step)
    return exact if is_readable_number(exact) else None


# The keyword ``pattern``: only patterns that are read and compiled become part of a type.


def text_pattern(
    schema: dict[str, JsonValue], path: SchemaPath, collector: Collector
) -> str | None:
    """The published pattern, or None if it is missing or not supported."""
    pattern = schema.get("pattern")
    if pattern is None:
        return None
    pointer = path.keyword("pattern")
    try:
        readable = _readable_pattern(pattern)
    except UnsupportedPattern as error:
        collector.keep("pattern", pointer, pattern)
        collector.report(
            "unreadable-pattern",
            f"this regular expression is not supported: {error}",
            pointer,
            "values are not checked with it",
        )
        return None
    _report_pattern(readable, pointer, collector)
    return readable


def _readable_pattern(pattern: JsonValue) -> str:
    """The pattern, if it can be compiled. Raises ``UnsupportedPattern``."""
    if not isinstance(pattern, str):
        raise UnsupportedPattern("it is not a string")
    compiled_pattern(pattern)
    return pattern


def _report_pattern(pattern: str, pointer: str, collector: Collector) -> None:
    loose = read_pattern(pattern).loose_escapes
    if loose:
        collector.report(
            "loose-pattern-escape",
            f"{' '.join(loose)}: this escape is an error in a regular expression"
            " with the `u` flag, which JSON Schema recommends",
            pointer,
            "write the character without the backslash; it is read that way",
            Severity.INFO,
        )
    if compiles_slowly(pattern):
        collector.report(
            "slow-pattern",
            "this regular expression takes more than 20 ms to compile",
            pointer,
            "the first use of the model waits for it; smaller repetitions are faster",
        )
